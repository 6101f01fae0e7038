"""Bodies: how large, how slow and of how many values those of requests may be, and how slowly an
answer may be read."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from litestar import Request
from litestar.exceptions import ClientException
from litestar.types import Empty, Receive, Scope, Send

from sqlrag.domain.errors import BadInput, DocumentTooLarge, SqlragError
from sqlrag.doors.shapes import refuse

# A file of the largest size travels in a form, which adds some bytes of its own.
FORM_BYTES = 2**16
# Decoding holds the interpreter: 50,000 values take at most 20 ms, and long texts next to nothing.
MAX_VALUES = 50_000
_LARGE = 2**16  # bytes, from which a body is read in a thread
# A body may take 20 seconds, and one more for each 500 bytes: what mod_reqtimeout asks of clients.
PATIENCE, SLOWEST = 20.0, 500
TAKES = "takes"  # of a door, the type of the JSON that it takes
SLICE, READING = 2**16, 30.0  # bytes of an answer, and the seconds in which they are to be read
_QUOTE, _OPENERS = ord('"'), tuple(b",[{")


class BrokenBody(ClientException):
    """The body does not come to its end."""


class TooSlow(SqlragError, kind="too-slow"):
    """The body of a request comes more slowly than anybody waits for."""


class JsonRequest(Request[Any, Any, Any]):
    """Reads JSON as what its door takes, where it is large beside the event loop."""

    async def json(self) -> Any:
        """Raises BadInput, DocumentTooLarge."""
        if self._json is not Empty:
            return self._json
        body, shape = await self.body(), self.route_handler.opt[TAKES]
        try:
            self._json = await beside(body, _decode, body, shape)
        except msgspec.ValidationError as error:
            raise refuse(error) from error
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise BadInput(f"The body is not JSON: {error}; send JSON in UTF-8.") from error
        return self._json


async def beside(body: bytes, read: Any, *given: Any) -> Any:
    """What is read of a body, in a thread when it is large."""
    return read(*given) if len(body) < _LARGE else await asyncio.to_thread(read, *given)


def _decode(body: bytes, shape: Any) -> Any:
    check_values(body)
    return msgspec.json.decode(body, type=shape)


def check_values(body: bytes) -> None:
    """Raises DocumentTooLarge for JSON of more than MAX_VALUES values.

    Counted are commas and brackets outside of strings, as far as the JSON is well-formed, which is
    as far as it will be decoded.
    """
    if len(body) < MAX_VALUES:
        return
    text = np.frombuffer(body.replace(rb"\\", b"").replace(rb"\"", b""), np.uint8)
    is_outside = np.cumsum(text == _QUOTE, dtype=np.uint8) & 1 == 0
    count = sum(int(np.count_nonzero((text == opener) & is_outside)) for opener in _OPENERS)
    if count > MAX_VALUES:
        raise DocumentTooLarge(
            f"The request is too large: its JSON may have {MAX_VALUES:,} values, and has "
            f"{count:,}; send it in several requests."
        )


def bound_body(scope: Scope, receive: Receive, limits: tuple[int, int]) -> Receive:
    """`receive`, which raises when a body grows too large, comes too slowly or ends too early.

    `limits` are the bytes of JSON and of a form.
    """
    headers = dict(scope["headers"])
    is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
    limit = limits[is_form]
    declared = headers.get(b"content-length", b"")
    begun, size, is_complete = asyncio.get_running_loop().time(), 0, False

    async def run() -> Any:
        nonlocal size, is_complete
        if is_complete:
            return await receive()
        if re.fullmatch(rb"\d+", declared) and int(declared[:20]) > limit:
            raise _too_large(limit, is_form)
        try:
            async with asyncio.timeout_at(begun + PATIENCE + size / SLOWEST):
                message: Any = await receive()
        except TimeoutError as error:
            raise TooSlow(
                f"The body came too slowly, {size:,} bytes in {PATIENCE + size / SLOWEST:.0f} s; "
                "send it faster, or in smaller parts."
            ) from error
        if message["type"] == "http.disconnect":
            raise BrokenBody("The request ended before its body did")
        size += len(message["body"])
        is_complete = not message.get("more_body", False)
        if size > limit:
            raise _too_large(limit, is_form)
        return message

    return run


def bound_answer(send: Send) -> Send:
    """`send`, which raises when a client does not take a slice of an answer in time.

    What is sent at once is beyond our reach, and takes memory for as long as nobody reads it.
    """

    async def run(message: Any) -> None:
        body = message.get("body", b"")
        more = message.get("more_body", False)
        for at in range(0, max(len(body), 1), SLICE):
            part = message
            if len(body) > SLICE:
                more_body = more or at + SLICE < len(body)
                part = {**message, "body": body[at : at + SLICE], "more_body": more_body}
            try:
                async with asyncio.timeout(READING):
                    await send(part)
            except TimeoutError as error:
                raise ConnectionAbortedError("A client has stopped reading its answer.") from error

    return run


def _too_large(limit: int, is_form: bool) -> DocumentTooLarge:
    advice: Sequence[str] = (
        "send less at once, a long text as a file of a form, or raise SQLRAG_MAX_JSON_BYTES",
        "send fewer documents at once, split the document, or raise SQLRAG_MAX_FILE_BYTES",
    )
    return DocumentTooLarge(
        f"The request is too large: its body may have {limit:,} bytes; {advice[is_form]}."
    )
