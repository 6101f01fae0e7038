"""One OpenAI-compatible endpoint: its client, its limits, and what it does not take."""

import asyncio
import json
import re
import time
from asyncio import Semaphore
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec
import openai

from sqlrag.domain.errors import BadInput, ModelError, SqlragError
from sqlrag.domain.pacing import Pace
from sqlrag.models.failures import (
    KINDS,
    OPENAI,
    Address,
    Call,
    Names,
    Refused,
    S,
    asked_wait,
    wait_before_retry,
)
from sqlrag.models.meter import Meter
from sqlrag.tracing import model_call

OPENAI_URL = "https://api.openai.com/v1"
_SECRET = re.compile("key|token|secret|sig|pass|auth|code", re.IGNORECASE)
_NO_KEY = "none"  # local servers want no key, but the client insists on one


@dataclass(frozen=True, slots=True)
class _Sent:
    """A call of `size` bytes that has `taken` so many tokens, and the reply after so many
    seconds."""

    reply: Any
    seconds: float
    size: int
    taken: int


class Endpoint(Address):
    """The only way out to a model; belongs to the event loop it is first used in.

    `timeout` is in seconds and holds for one attempt: to connect, and for each read, so a stream
    may last longer. An attempt is repeated up to `retries` times after 408, 409, 429, 5xx,
    timeouts and lost connections, 0.5 to 8 s apart (doubling, less up to a quarter by chance) or
    as Retry-After says. At most `concurrency` calls of each kind (embedding, chat, extraction,
    rerank) run at once: neither slow readers of streams nor ingestion hold up a question. Those of
    a kind that has a pace wait, before each attempt, for their turn among all who call the model.

    A call posts a body and reads the reply as a `shape`. An `option` is a field that one can do
    without: one that the endpoint refuses is left out when the call is made again, and from then
    on. A query of the URL goes with every call.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 60.0,
        retries: int = 4,
        concurrency: int = 8,
        names: Names = OPENAI,
        paces: Mapping[str, Pace] = MappingProxyType({}),
    ) -> None:
        url = _read_url(base_url or OPENAI_URL, names)
        key = _read_key(api_key or "", names)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        self._url, self.names = url._replace(query="", fragment="").geturl(), names
        self.host = url.netloc.rpartition("@")[2]
        self.timeout, self.retries = timeout, retries
        hidden = (said for name, said in query.items() if _SECRET.search(name))
        self.secrets = tuple(secret for secret in (key, url.password, *hidden) if secret)
        self.meter = Meter(f"{self.host}{url.path}".rstrip("/"), paces)
        self._limits = {kind: Semaphore(concurrency) for kind in KINDS}
        self._refused: set[tuple[str, str]] = set()
        # Its transport costs half the processor time of the usual one when many calls are in work.
        self._client = openai.AsyncOpenAI(
            api_key=key or _NO_KEY,
            base_url=self._url,
            timeout=timeout,
            max_retries=0,
            default_query=query,
            # Deployments of Azure, which go by a version, know a key by this name alone.
            default_headers={"api-key": key} if key and "api-version" in query else None,
            http_client=openai.DefaultAioHttpClient(timeout=timeout),
        )

    def __repr__(self) -> str:
        return f"Endpoint({self.host})"

    async def close(self) -> None:
        await self._client.close()

    async def post(
        self, call: Call, body: Mapping[str, Any], shape: type[S], **option: Any
    ) -> tuple[S, float]:
        """The reply, and the seconds it took, without the waits for a place and for its turn.

        Raises ModelError.
        """
        async with self._limits[call.kind]:
            with model_call(call.kind, call.model, self.host) as take:
                sent = await self._send(call, body, option)
                if isinstance(sent.reply, str):  # what the client makes of anything but JSON
                    raise call.garbage("it is not JSON")
                read = call.read(sent.reply, shape)
                take(read.tokens)
            await self.meter.settle(call, sent.size, sent.taken, read.used)
        return read, sent.seconds

    async def stream(
        self, call: Call, body: Mapping[str, Any], shape: type[S], **option: Any
    ) -> AsyncGenerator[S, None]:
        """The reply in pieces as they come; closing the iterator hangs up. Raises ModelError."""
        how = {"stream": True, "stream_cls": openai.AsyncStream[object]}
        async with self._limits[call.kind]:
            sent = await self._send(call, {**body, "stream": True}, option, **how)
            used = None
            async with sent.reply as stream:
                try:
                    async for piece in stream:
                        read = call.read(piece, shape)
                        used = used if read.used is None else read.used
                        yield read
                except Exception as error:
                    raise call.explain_stream(error) from None
            await self.meter.settle(call, sent.size, sent.taken, used)

    async def _send(
        self, call: Call, body: Mapping[str, Any], option: Mapping[str, Any], **how: Any
    ) -> _Sent:
        given = {
            name: one for name, one in option.items() if (call.model, name) not in self._refused
        }
        left_out: list[str] = []
        while True:
            found = await self._ask(call, {**body, **given}, **how)
            if not isinstance(found, ModelError):
                self._refused.update((call.model, name) for name in left_out)
                return found
            # Raised here, without a chain: what lies below may hold the request with its headers.
            if not isinstance(found, Refused) or not given:
                raise found
            named = next((name for name in given if found.names(name)), None)
            if named is None and type(found) is not Refused:
                raise found
            name = named or next(iter(given))
            del given[name]
            if named:
                self._refused.add((call.model, named))
            else:
                left_out.append(name)

    async def _ask(self, call: Call, body: Mapping[str, Any], **how: Any) -> _Sent | ModelError:
        """The decoded reply, or what went wrong; raises where it is not its turn for long."""
        model = {"model": call.model} if call.model else {}
        text = json.dumps(msgspec.to_builtins({**model, **body}), ensure_ascii=False)
        content = text.encode("utf-8", "replace")  # lone surrogates have no UTF-8 form
        try:
            return await self._try(call, content, how)
        except json.JSONDecodeError:
            return call.garbage("it is not JSON")
        except SqlragError:
            raise
        except Exception as error:
            return call.explain(error)

    async def _try(self, call: Call, content: bytes, how: Mapping[str, Any]) -> _Sent:
        size, attempt, waited, start = len(content), 0, 0.0, time.perf_counter()
        while True:
            turn = time.perf_counter()
            taken = await self.meter.take(call, size)
            waited += time.perf_counter() - turn
            try:
                # The client's typed methods walk every message and every reply once more, which
                # costs more than the request itself; its timeouts and errors are in its `post`.
                reply = await self._client.post(
                    call.path or self._url, content=content, cast_to=object, **how
                )
                return _Sent(reply, time.perf_counter() - start - waited, size, taken)
            except openai.APIError as error:
                wait = wait_before_retry(error, attempt)
                is_closed = False
                if isinstance(error, openai.RateLimitError):
                    is_closed = await self.meter.close(call, asked_wait(error) or wait or 0.0)
                if wait is None or attempt == self.retries:
                    raise
            attempt += 1
            if not is_closed:  # then the next turn comes after it
                await asyncio.sleep(wait)


def _read_url(base_url: str, names: Names) -> SplitResult:
    try:
        url = urlsplit(base_url.strip())
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadInput(
            f"{names.url} is not a URL of the form http://host:port{names.path} or"
            f" https://host{names.path}; correct it."
        )
    return url


def _read_key(api_key: str, names: Names) -> str:
    """The key without the white space that pasting adds; anything else odd is refused here,
    where it is not yet part of an error message of the HTTP library."""
    key = api_key.strip()
    if not (key.isascii() and (key.isprintable() or not key)):
        raise BadInput(f"{names.key} holds characters no key has; set it again.")
    return key
