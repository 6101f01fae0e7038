"""The door for clients of the Model Context Protocol: one message and its answer."""

import asyncio
from types import NoneType
from typing import Annotated, Any, Literal

from anyio import CancelScope, create_task_group
from litestar import Request
from litestar.params import JSONBody
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Meta, Struct

from sqlrag.domain.errors import NotFound
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.errors import Dialect, Problem
from sqlrag.doors.http.openapi import door
from sqlrag.doors.mcp import load_server

_REFUSED, _FAILED = -32600, -32603  # of JSON-RPC: the request is not valid; an error of the server


class Message(Struct, frozen=True):
    """A request of JSON-RPC, or without an id a notification."""

    jsonrpc: Literal["2.0"]
    method: Annotated[str, Meta(description="Such as `tools/call`.")]
    params: dict[str, Any] = {}
    id: int | str | None = None


class Error(Struct, frozen=True):
    code: int
    message: str
    data: Any = None


class Reply(Struct, frozen=True, omit_defaults=True):
    """A `result`, or what went wrong; a tool that fails tells so in its result."""

    jsonrpc: Literal["2.0"]
    id: int | str | None
    result: dict[str, Any] | None = None
    error: Error | None = None


def _tell(problem: Problem) -> Reply:
    code = _REFUSED if problem.status < 500 else _FAILED
    return Reply("2.0", None, error=Error(code, problem.detail))


@door(
    "POST /mcp",
    "Call tools by the Model Context Protocol",
    (NotFound,),
    returns=Reply,
    later=NoneType,
    takes=Message,
    role="reader",
    speaks=Dialect(Reply, _tell),
)
async def exchange_message(
    data: JSONBody[Any], rag: RagOfWorkspace, request: Request[Any, Any, Any]
) -> ASGIApp:
    """Streamable HTTP without sessions: each message is answered by itself, in JSON, and a
    notification by a 202 without a body. `tools/list` lists what the key may call.

    To hang up stops what a tool does. 404 also where the server was installed without MCP.
    """
    body = await request.body()
    server = await asyncio.to_thread(load_server)

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        async with create_task_group() as group:
            group.start_soon(_stop_with_client, receive, group.cancel_scope)
            await server.serve_request(rag, len(body), scope, _repeat(body), send)
            group.cancel_scope.cancel()

    return run


async def _stop_with_client(receive: Receive, work: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    work.cancel()


def _repeat(body: bytes) -> Receive:
    """`receive` of a body that was read already, and of a client that stays."""
    messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def run() -> Any:
        return messages.pop() if messages else await asyncio.Event().wait()

    return run
