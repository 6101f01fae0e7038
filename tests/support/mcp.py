"""The official client of the Model Context Protocol, on real sockets and real pipes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

MODES = ("auto", "legacy")  # the protocol without a handshake, and those before it


@asynccontextmanager
async def open_client(
    url: str, key: str | None = None, mode: str = "auto"
) -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


async def use(client: Client, tool: str, /, **arguments: Any) -> Any:
    """What comes of a call, which the client has compared with the schema of the tool."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, say(result)
    return result.structured_content


async def fail(client: Client, tool: str, /, **arguments: Any) -> str:
    """The sentence of a call that fails."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, say(result)
    assert result.structured_content is None
    return say(result)


def say(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    assert "Traceback" not in content.text
    return content.text


def find_error(group: BaseException) -> MCPError:
    """The one that a client fails with, out of the groups that its tasks make of it."""
    while isinstance(group, BaseExceptionGroup):
        (group,) = group.exceptions
    assert isinstance(group, MCPError), group
    return group


async def refuse(url: str, key: str | None, mode: str = "auto") -> str:
    """What a client is told that is not let in."""
    with pytest.raises(BaseException) as caught:
        async with open_client(url, key, mode):
            pass
    return find_error(caught.value).error.message
