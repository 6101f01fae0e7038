"""What the official client of the Model Context Protocol is refused, and in which words."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from sqlrag.domain.operations import LARGEST_ID
from tests.api.conftest import MAX_JSON_BYTES
from tests.api.dialects.conftest import Keyed
from tests.api.serving import serve
from tests.conftest import make_database, run_in_thread
from tests.support.mcp import fail, find_error, open_client, refuse, use

LAMP = "The lamp of Grey Harbour was lit by Ada Orlenko."


async def test_who_has_no_key_for_it_is_refused(keyed: Keyed, mode: str) -> None:
    assert (await refuse(keyed.mcp(), None, mode)).startswith("This server asks for a key; send it")
    assert (await refuse(keyed.mcp(), "sqlrag_wrong", mode)).startswith("There is no such key")
    elsewhere = await refuse(keyed.mcp("acme"), keyed.other, mode)
    assert elsewhere.startswith("This key is for another workspace;")
    assert elsewhere == await refuse(keyed.mcp("nobody has it"), keyed.other, mode)


async def test_a_reader_changes_nothing(keyed: Keyed, mode: str) -> None:
    async with open_client(keyed.mcp(), keyed.key, mode) as client:
        said = await fail(client, "add_document", text="Nobody may work.", id="handbook")
        assert said == "This key is a reader's; use a key with the role writer."
        (known,) = (await use(client, "list_documents"))["items"]
        number = known["document_id"]
        assert "reader's" in await fail(client, "delete_document", document_id=number)
        assert await use(client, "list_documents") == {"items": [known], "next": None}


async def test_a_writer_makes_no_workspace_by_writing(keyed: Keyed, mode: str) -> None:
    name = f"made by {mode}"
    async with open_client(keyed.mcp(name), keyed.every_writer, mode) as client:
        assert f'There is no workspace "{name}"' in await fail(client, "add_document", text=LAMP)
    async with open_client(keyed.mcp("acme"), keyed.every_writer, mode) as client:
        added = await use(client, "add_document", text=LAMP, id=mode)
        await client.call_tool("delete_document", {"document_id": added["document_id"]})


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("search", {}, "the call: Object missing required field `question`."),
    ("search", {"question": " \n"}, "The question is empty; ask something."),
    ("search", {"question": 7}, "question: Expected `str`, got `int`."),
    ("search", {"question": "a", "mode": "fast"}, 'There is no mode "fast"; use one of auto,'),
    ("search", {"question": "a", "chunk_top_k": 0}, "chunk_top_k is 0; use 1 to 1000."),
    ("search", {"question": "a", "limit": 3}, "Object contains unknown field `limit`"),
    ("search", {"question": "a", "filters": {"colour": 1}}, 'Unknown filter "colour".'),
    ("search", {"question": "a" * 100_001}, "The question has 100,001 characters;"),
    ("ask", {"question": "a\0b"}, "holds a NUL character, which Postgres cannot store;"),
    ("ask", {"question": "a", "mode": None}, "mode: Expected `str`, got `null`."),
    ("entity", {"name": ""}, "name is empty."),
    ("path", {"source": "a", "target": "b", "max_hops": 11}, "max_hops: Expected `int` <= 10."),
    ("get_document", {"document_id": LARGEST_ID + 1}, "document_id: Expected `int` <="),
    ("get_document", {"document_id": "1"}, "document_id: Expected `int`, got `str`."),
    ("get_document", {"document_id": LARGEST_ID}, f"There is no document {LARGEST_ID} in"),
    ("list_documents", {"status": "lost"}, "status: Invalid enum value 'lost'."),
    ("add_document", {"text": ""}, "is empty"),
    ("add_document", {"text": "{", "media_type": "application/json"}, "cannot be read"),
    ("add_document", {"text": "a", "language": "klingon"}, "klingon"),
    ("add_document", {"text": "a", "metadata": {"a\0": 1}}, "NUL"),
    ("burn_documents", {"all": True}, 'There is no tool "burn_documents"; there are search, ask'),
]


async def test_what_is_wrong_with_a_call_is_a_sentence(filled: str, mode: str) -> None:
    async with open_client(f"{filled}/mcp", mode=mode) as client:
        for tool, arguments, sentence in WRONG:
            said = await fail(client, tool, **arguments)
            assert sentence in said, (tool, said)
            assert "\n" not in said
            assert said.endswith(".")
        assert len((await use(client, "list_documents", status="ready"))["items"]) == 1


def test_half_a_character_is_refused(filled: str) -> None:
    params = {"name": "entity", "arguments": {"name": "a\ud800"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    answer = httpx.post(f"{filled}/mcp", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400)
    assert "Unicode" in answer.text or "JSON" in answer.text, answer.text


async def test_a_long_text_is_ingested_and_a_longer_one_refused(filled: str, mode: str) -> None:
    async with open_client(f"{filled}/mcp", mode=mode) as client:
        long = "The lamp was lit once more. " * 12_000
        added = await use(client, "add_document", text=long, id="long")
        assert added["chunk_count"] > 30
        first = await use(client, "read_document", document_id=added["document_id"])
        assert len(first["items"]) == 10  # as much as a model wants to read at once
        assert first["next"] == 10
    with pytest.raises(BaseException) as caught:
        async with open_client(f"{filled}/mcp", mode=mode) as client:
            await use(client, "add_document", text="a" * MAX_JSON_BYTES)
    assert "its body may have 500,000 bytes" in find_error(caught.value).error.message


async def test_values_are_counted_as_everywhere(filled: str) -> None:
    with pytest.raises(BaseException) as caught:
        async with open_client(f"{filled}/mcp") as client:
            await use(client, "add_document", text="a", metadata={"all": [1] * 60_000})
    assert "its JSON may have 50,000 values" in find_error(caught.value).error.message


async def test_a_schema_that_is_gone_is_told_to_the_client(
    server_url: str, template: str, tmp_path: Path, mode: str
) -> None:
    url = await asyncio.to_thread(make_database, server_url, template)
    with serve("granian", tmp_path, DATABASE_URL=url, SQLRAG_MODELS="offline") as server:
        async with open_client(f"{server}/mcp", mode=mode) as client:
            await use(client, "list_documents")
        await run_in_thread(url, "DROP SCHEMA sqlrag CASCADE")
        assert "run sqlrag migrate" in await refuse(f"{server}/mcp", None, mode)


def test_messages_are_refused_in_the_shape_of_the_protocol(keyed: Keyed) -> None:
    bearer = {"authorization": f"Bearer {keyed.key}"}
    with httpx.Client(base_url=keyed.url, headers=bearer) as client:
        for body in ("{", "[]", '{"jsonrpc": "2.0"}', '{"jsonrpc": "1.0", "method": "ping"}'):
            json_type = {"content-type": "application/json"}
            answer = client.post("/mcp", content=body, headers=json_type)
            assert answer.status_code == 400
            told = answer.json()
            assert (told["jsonrpc"], told["id"], told["error"]["code"]) == ("2.0", None, -32600)
        foreign = client.post("/mcp", content="{}", headers={"content-type": "text/plain"})
        assert foreign.status_code == 415
        page = client.post("/mcp", json={}, headers={"origin": "https://evil.example"})
        assert page.status_code == 403
        assert client.get("/mcp").status_code == 405
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert client.post("/mcp", json=note).status_code == 202
