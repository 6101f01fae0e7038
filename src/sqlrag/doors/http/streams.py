"""Streams that end with their connection, however it ends."""

from collections.abc import AsyncGenerator
from typing import TypeVar

from anyio import CancelScope
from litestar.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")
_STREAM = "sqlrag_stream"


async def begin(scope: Scope, pieces: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The pieces. What fails before the first of them is raised here, in time for a status;
    `close_stream` closes the rest, which a lost connection leaves where they stand."""
    scope["state"][_STREAM] = pieces
    first = await anext(pieces)

    async def run() -> AsyncGenerator[T, None]:
        yield first
        async for piece in pieces:
            yield piece

    return run()


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
