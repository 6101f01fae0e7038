"""Speaks the protocol, by its official package: a server for each request, or one for a pipe."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import CallToolResult, ListToolsResult, TextContent, ToolAnnotations
from mcp_types import Tool as DescribedTool

from sqlrag.app import Rag
from sqlrag.domain.access import Access
from sqlrag.domain.errors import INTERNAL, SqlragError
from sqlrag.domain.version import version
from sqlrag.doors.mcp.tools import TOOLS, Tool, find_tool

_log = logging.getLogger(__name__)
logging.getLogger("mcp").setLevel(logging.WARNING)  # it tells of every message, three times
_VERSION = version()  # which reads a file
_INSTRUCTIONS = (
    "Documents of a workspace, and a graph of the entities that they speak of. Use search for "
    "passages to answer from, and cite their title and page; ask for an answer that is written and "
    "cited already; entity, neighbours and path for how things are related."
)


def make_server(find_rag: Callable[[], Awaitable[Rag]], access: Access) -> Server[Any]:
    """Tools for the workspace of a Rag; those are listed that who has access may use."""

    async def list_tools(context: Any, params: Any) -> ListToolsResult:
        may = [one for one in TOOLS.values() if access.has_role(one.operation.role)]
        return ListToolsResult(tools=list(map(_describe, may)))

    async def call_tool(context: Any, params: Any) -> CallToolResult:
        return await _call(find_rag, params.name, params.arguments or {})

    return Server(
        "sqlrag",
        version=_VERSION,
        instructions=_INSTRUCTIONS,
        get_tool_input_schema=lambda name: TOOLS[name].input_schema if name in TOOLS else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _describe(tool: Tool) -> DescribedTool:
    return DescribedTool(
        name=tool.name,
        title=tool.operation.summary,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=ToolAnnotations(
            title=tool.operation.summary,
            read_only_hint=tool.only_reads,
            destructive_hint=not tool.only_reads,  # a text that is added may replace another
            idempotent_hint=tool.only_reads or tool.operation.verb == "DELETE",
            open_world_hint=False,
        ),
    )


async def _call(
    find_rag: Callable[[], Awaitable[Rag]], name: str, arguments: dict[str, Any]
) -> CallToolResult:
    """What goes wrong is a sentence for the model to read, and the log gets what nobody foresaw."""
    try:
        found = await find_tool(name).call(await find_rag(), arguments)
    except SqlragError as error:
        return _tell(str(error), is_error=True)
    except Exception:
        _log.exception("The tool %s failed unexpectedly.", name)
        return _tell(INTERNAL, is_error=True)
    if found is None:
        return _tell("Done.")
    return _tell(msgspec.json.encode(found).decode(), structured_content=found)


def _tell(text: str, **more: Any) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], **more)


async def serve_pipe(
    open_rag: Callable[[], AbstractAsyncContextManager[Rag]], access: Access
) -> None:
    """Over standard input and output, until the input ends, for whoever has access.

    A desktop client shows what a tool says, but not why a server would not start. The Rag is
    therefore opened by the first call, and, where that fails, by the next.
    """
    opened, lock = list[Rag](), asyncio.Lock()
    async with AsyncExitStack() as stack:

        async def find_rag() -> Rag:
            async with lock:
                if not opened:
                    rag = await stack.enter_async_context(open_rag())
                    opened.append(rag.in_workspace(rag.workspace, access))
            return opened[0]

        server = make_server(find_rag, access)
        async with stdio_server() as (received, sent):
            await server.run(received, sent, server.create_initialization_options())


async def serve_request(rag: Rag, size: int, scope: Any, receive: Any, send: Any) -> None:
    """One request of HTTP with a body of a size; nothing of it goes on when this returns."""

    async def find_rag() -> Rag:
        return rag

    server = make_server(find_rag, rag.access)
    manager = StreamableHTTPSessionManager(
        server, json_response=True, stateless=True, max_request_body_size=max(size, 1)
    )
    async with manager.run():
        await manager.handle_request(scope, receive, send)
