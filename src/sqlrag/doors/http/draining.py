"""Reads what is left of a body that was refused: who still sends it does not listen, and loses the
answer to the reset of the connection when it is closed meanwhile."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

_BODY = "sqlrag_body"  # of a scope's state
MOST, PATIENCE = 2**25, 10.0  # bytes and seconds of a body that nobody wants


class Body:
    """How far the body of a request has been read, whoever read it."""

    def __init__(self, scope: Any, receive: Receive) -> None:
        headers = dict(scope["headers"])
        self._receive = receive
        declared = headers.get(b"content-length", b"")
        self._declared = int(declared[:20]) if declared.isdigit() else 0
        has_body = self._declared > 0 or b"transfer-encoding" in headers
        # Who asks before it sends hears the refusal instead.
        self._is_sent = has_body and b"expect" not in headers
        self._size = 0
        self.is_read = not has_body

    async def read(self) -> Any:
        message: Any = await self._receive()
        self._size += len(message.get("body", b""))
        self.is_read = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read the rest, unless it is more than anybody has the patience for."""
        if not self._is_sent or self._declared - self._size > MOST:
            return
        most = self._size + MOST
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not self.is_read and self._size < most:
                    await self.read()


def note_body(app: ASGIApp) -> ASGIApp:
    """Middleware: the outermost of those that read bodies."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        body = scope["state"][_BODY] = Body(scope, receive)
        await app(scope, body.read, send)

    return run


async def drain_body(message: Any, scope: Scope) -> None:
    """Before a refusal is sent. What comes too slowly is not waited for again."""
    body: Body | None = scope["state"].get(_BODY)
    is_refusal = message["type"] == "http.response.start" and message["status"] >= 400
    if not is_refusal or body is None or message["status"] == HTTPStatus.REQUEST_TIMEOUT:
        return
    await body.drain()
    if not body.is_read and scope["http_version"].startswith("1"):
        message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
