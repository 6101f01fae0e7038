"""`sqlrag mcp` as desktop clients have it: a process of its own, and the official client."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from sqlrag.offline import HashingEmbedder
from tests.cli.running import Cli
from tests.conftest import run_in_thread
from tests.stub_openai import CHAT, StubOpenAI
from tests.support.mcp import MODES, fail, say, use

LAMP = "灯: the lamp of Grey Harbour was lit on 3 May 1874. 🗼"
QUESTION = "When was the lamp lit?"
CHEAP = {"SQLRAG_EMBEDDING_MODEL": HashingEmbedder.model}


@asynccontextmanager
async def started(
    folder: Path, *arguments: str, mode: str = "auto", **settings: str
) -> AsyncIterator[Client]:
    given = {**os.environ, **CHEAP, **settings}
    words = ["-m", "sqlrag", *arguments]
    command = StdioServerParameters(command=sys.executable, args=words, env=given, cwd=folder)
    with (folder / "stderr.log").open("w") as log:
        async with Client(stdio_client(command, errlog=log), mode=mode) as client:
            yield client


@pytest.mark.parametrize("mode", MODES)
async def test_tools_are_had_over_a_pipe(url: str, tmp_path: Path, mode: str) -> None:
    name = "склад"
    async with started(tmp_path, "mcp", "-w", name, mode=mode, DATABASE_URL=url) as client:
        assert len((await client.list_tools()).tools) == 10
        added = await use(client, "add_document", text=LAMP, id="灯")
        found = await use(client, "search", question=QUESTION)
        assert [one["content"] for one in found["passages"]] == [LAMP]
        assert "3 May 1874" in (await use(client, "ask", question=QUESTION))["answer"]
        assert f'workspace "{name}"' in await fail(client, "get_document", document_id=99)
        answers = await asyncio.gather(
            *(use(client, "search", question=f"{QUESTION} {n}", chunk_top_k=1) for n in range(20))
        )
        assert all(one["passages"][0]["source_key"] == "灯" for one in answers)
        gone = await client.call_tool("delete_document", {"document_id": added["document_id"]})
        assert say(gone) == "Done."
    assert "Traceback" not in (tmp_path / "stderr.log").read_text()


async def test_who_may_only_read_is_given_no_more(url: str, tmp_path: Path) -> None:
    async with started(tmp_path, "mcp", "--read-only", DATABASE_URL=url) as client:
        tools = [one.name for one in (await client.list_tools()).tools]
        assert "add_document" not in tools
        assert "delete_document" not in tools
        assert "use a key with the role writer" in await fail(client, "add_document", text=LAMP)


async def test_the_embedded_postgres_is_started_by_the_first_call(tmp_path: Path) -> None:
    async with started(tmp_path, "mcp", SQLRAG_HOME=str(tmp_path / "home")) as client:
        assert not (tmp_path / "home").exists()
        await use(client, "add_document", text=LAMP)
        assert "1874" in (await use(client, "ask", question=QUESTION))["answer"]


async def test_a_database_that_is_not_migrated_is_told_by_every_tool(
    empty_url: str, tmp_path: Path
) -> None:
    async with started(tmp_path, "mcp", DATABASE_URL=empty_url) as client:
        for tool, arguments in (("search", {"question": "a"}), ("add_document", {"text": "a"})):
            assert "run sqlrag migrate" in await fail(client, tool, **arguments)
        await asyncio.to_thread(Cli(tmp_path, {"DATABASE_URL": empty_url}).inside, "migrate")
        await use(client, "add_document", text=LAMP)  # by the same process
        await run_in_thread(empty_url, "DROP SCHEMA sqlrag CASCADE")
        assert "run sqlrag migrate" in await fail(client, "list_documents")


async def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    async with started(tmp_path, "mcp", DATABASE_URL=nowhere) as client:
        assert "cannot be reached" in await fail(client, "search", question="a")


async def test_a_call_that_is_cancelled_stops_the_model(url: str, tmp_path: Path) -> None:
    with StubOpenAI() as model:
        settings = {"DATABASE_URL": url, "OPENAI_BASE_URL": model.base_url}
        settings["SQLRAG_EXTRACTION"] = "off"
        async with started(tmp_path, "mcp", **settings) as client:
            await use(client, "add_document", text=LAMP)
            model.behave(CHAT, "endless")
            call = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
            state = model._state

            def is_asked() -> bool:
                with state.changed:
                    return state.changed.wait_for(lambda: state.active.get(CHAT, 0) == 1, 20)

            assert await asyncio.to_thread(is_asked)
            call.cancel()
            assert await asyncio.to_thread(model.wait_for_disconnect)
            assert (await use(client, "search", question=QUESTION))["passages"]


def test_the_pipe_holds_messages_alone_and_its_end_is_the_end(sqlrag: Cli) -> None:
    asked: list[dict[str, Any]] = [
        {"method": "initialize", "id": 1, "params": SAID},
        {"method": "notifications/initialized"},
        {"method": "tools/call", "id": 2, "params": {"name": "list_documents"}},
    ]
    lines = ["not JSON", *(json.dumps({"jsonrpc": "2.0"} | one) for one in asked)]
    process = sqlrag.start("mcp", SQLRAG_LOG_LEVEL="DEBUG")
    assert process.stdin
    assert process.stdout
    assert process.stderr
    with process:
        process.stdin.write("\n".join([*lines, ""]).encode())
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(20) == 0
        assert b"Traceback" not in process.stderr.read()
    assert [one["id"] for one in told] == [1, 2]


SAID = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "a test", "version": "1"},
}


async def test_what_is_printed_for_desktop_clients_starts_it_anywhere(
    url: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"DATABASE_URL={url}\nSQLRAG_PORT=9000\n")
    asked = "-w", "acme", "mcp", "--print-config"
    said = await asyncio.to_thread(Cli(tmp_path).inside, *asked)
    assert "passwords or keys" in said.err
    ((name, config),) = said.json["mcpServers"].items()
    assert name == "sqlrag-acme"
    assert config["env"] == {"DATABASE_URL": url, "SQLRAG_WORKSPACE": "acme", **CHEAP}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    command = StdioServerParameters(**{**config, "env": {**bare, **config["env"]}}, cwd=elsewhere)
    async with Client(command) as client:
        await use(client, "add_document", text=LAMP, id="lamp")
    listed = await asyncio.to_thread(
        Cli(tmp_path, {"DATABASE_URL": url}).inside, "documents", "-w", "acme", "--json"
    )
    assert [one["source_key"] for one in listed.json] == ["lamp"]


def test_the_embedded_postgres_is_named_by_its_place(tmp_path: Path) -> None:
    said = Cli(tmp_path, {"SQLRAG_HOME": "data"}).inside("mcp", "--print-config", "--read-only")
    config: dict[str, Any] = said.json["mcpServers"]["sqlrag"]
    assert config["args"][-1] == "--read-only"
    assert config["env"]["SQLRAG_HOME"] == str(tmp_path / "data")
    assert said.err == ""
