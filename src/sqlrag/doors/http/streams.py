"""Streams that end with their connection, however it ends."""

from collections.abc import AsyncGenerator
from typing import Any

from anyio import CancelScope
from litestar.types import ASGIApp, Receive, Scope, Send

_STREAM = "sqlrag_stream"


def hand_over(scope: Scope, stream: AsyncGenerator[Any, None]) -> None:
    """Have `close_stream` close a generator, which a lost connection leaves where it stands."""
    scope["state"][_STREAM] = stream


def close_stream(app: ASGIApp) -> ASGIApp:
    """Middleware. A background task of the response is no place for this: when sending fails, as
    it does where the client is gone, there is none."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            stream = scope["state"].pop(_STREAM, None)
            if stream is not None:
                with CancelScope(shield=True):
                    await stream.aclose()

    return run
