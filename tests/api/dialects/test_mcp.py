"""The official client of the Model Context Protocol, over HTTP."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import quote

from mcp import Client

from tests.api.dialects.conftest import ANSWER, QUESTION, TEXT, Keyed
from tests.stub_openai import CHAT
from tests.support.mcp import fail, open_client, say, use

READING = [
    *("search", "ask", "entity", "neighbours", "path"),
    *("list_documents", "get_document", "read_document"),
]
WRITING = {"add_document", "delete_document"}
LAMP = "The lamp of Grey Harbour was lit by Ada Orlenko."
KYIV = "Ada Orlenko studied optics in Kyiv with Pavel Brandt."


async def test_tools_are_listed_as_far_as_a_key_reaches(keyed: Keyed, mode: str) -> None:
    async with open_client(keyed.mcp(), keyed.key, mode) as client:
        reads = (await client.list_tools()).tools
    async with open_client(keyed.mcp(), keyed.writer, mode) as client:
        writes = (await client.list_tools()).tools
        assert client.server_info
        assert client.server_info.name == "sqlrag"
        assert "cite" in (client.instructions or "")
    assert [one.name for one in reads] == READING
    assert {one.name for one in writes} == {*READING, *WRITING}
    for one in writes:
        said = one.annotations
        assert said
        assert said.read_only_hint == (one.name in READING)
        assert said.destructive_hint == (one.name in WRITING)
        assert one.description
        assert "\n" not in one.description
        assert one.input_schema["additionalProperties"] is False


async def test_passages_have_their_places(keyed: Keyed, mode: str) -> None:
    async with open_client(keyed.mcp(), keyed.key, mode) as client:
        found = await use(client, "search", question=QUESTION, chunk_top_k=3)
    (passage,) = found["passages"]
    assert passage["content"] == passage["quote"] == TEXT
    assert (passage["source_key"], passage["title"]) == ("handbook", "The handbook")
    assert (passage["char_start"], passage["char_end"]) == (0, len(TEXT))
    assert passage["page"] is None
    assert 0 < passage["score"] <= 1
    assert found["mode"] == "naive"


async def test_an_answer_has_references(keyed: Keyed, mode: str) -> None:
    async with open_client(keyed.mcp(), keyed.key, mode) as client:
        result = await client.call_tool("ask", {"question": QUESTION, "user_prompt": "Be brief."})
    told = result.structured_content
    assert told == json.loads(say(result))
    assert told["answer"] == ANSWER
    (reference,) = told["references"]
    assert reference["number"] == 1
    assert reference["quote"] == TEXT
    assert "Be brief." in json.dumps(keyed.model.requests()[-1].body)


async def test_documents_come_are_read_and_go(filled: str, mode: str) -> None:
    async with open_client(f"{filled}/mcp", mode=mode) as client:
        added = await use(client, "add_document", text=LAMP, id="lamp", tags=["sea"])
        assert added["outcome"] == "added"
        number = added["document_id"]
        again = await use(client, "add_document", text=LAMP, id="lamp", tags=["sea"])
        assert again["outcome"] == "unchanged"
        listed = await use(client, "list_documents", filters={"tags": ["sea"]})
        assert [one["document_id"] for one in listed["items"]] == [number]
        page = await use(client, "list_documents", limit=1)
        rest = await use(client, "list_documents", after=page["next"])
        assert [one["source_key"] for one in page["items"] + rest["items"]] == ["handbook", "lamp"]
        assert (await use(client, "get_document", document_id=number))["tags"] == ["sea"]
        read = await use(client, "read_document", document_id=number)
        assert [one["content"] for one in read["items"]] == [LAMP]
        result = await client.call_tool("delete_document", {"document_id": number})
        assert say(result) == "Done."
        gone = await fail(client, "get_document", document_id=number)
        assert gone.startswith(f"There is no document {number} in workspace ")


async def test_the_graph_is_asked_by_name(filled: str, mode: str) -> None:
    async with open_client(f"{filled}/mcp", mode=mode) as client:
        for text in (LAMP, KYIV):
            await use(client, "add_document", text=text)
        assert (await use(client, "entity", name="Ada Orlenko"))["chunk_count"] == 2
        near = await use(client, "neighbours", name="Ada Orlenko", limit=10)
        assert {"Kyiv", "Grey Harbour"} <= {one["name"] for one in near["items"]}
        way = await use(client, "path", source="Grey Harbour", target="Pavel Brandt")
        assert [one["target"] for one in way["steps"]] == ["Ada Orlenko", "Pavel Brandt"]
        assert 'perhaps "Ada Orlenko" is meant' in await fail(client, "entity", name="Ada Orlenk")


async def test_a_key_answers_from_its_own_workspace(keyed: Keyed, mode: str) -> None:
    async with open_client(keyed.mcp(), keyed.other, mode) as client:
        found = await use(client, "search", question=QUESTION)
        assert {one["source_key"] for one in found["passages"]} <= {"other"}
        listed = await use(client, "list_documents")
        assert [one["source_key"] for one in listed["items"]] == ["other"]


async def test_texts_of_every_script_come_back_as_they_were(server: str, mode: str) -> None:
    name, text = (
        f"склад {mode} ü 猫",
        '灯塔的灯于1874年点亮。🗼 \u202bالمنارة\u202c \u2028 «Маяк» "\\ \t',
    )
    async with open_client(f"{server}/v1/workspaces/{quote(name)}/mcp", mode=mode) as client:
        added = await use(client, "add_document", text=text, id="灯塔/🗼", title="Маяк")
        assert added["source_key"] == "灯塔/🗼"
        found = await use(client, "search", question="灯塔的灯何时点亮？")
        (passage,) = found["passages"]
        assert passage["title"] == "Маяк"
        assert text[passage["char_start"] : passage["char_end"]] == passage["content"]
        assert "«Маяк»" in passage["content"]
        assert "1874" in (await use(client, "ask", question="灯塔的灯何时点亮？"))["answer"]


async def test_many_calls_at_once_are_each_answered_with_its_own(keyed: Keyed, mode: str) -> None:
    async def ask(client: Client, key: str, number: int) -> None:
        found = await use(client, "search", question=f"{QUESTION} {number}")
        expected = "handbook" if key == keyed.key else "other"
        assert {one["source_key"] for one in found["passages"]} == {expected}
        assert f"no document {number + 10_000} in" in await fail(
            client, "get_document", document_id=number + 10_000
        )

    async with (
        open_client(keyed.mcp(), keyed.key, mode) as acme,
        open_client(keyed.mcp(), keyed.other, mode) as other,
    ):
        both: list[tuple[Client, str]] = [(acme, keyed.key), (other, keyed.other)]
        await asyncio.gather(*(ask(*both[n % 2], n) for n in range(40)))


async def test_who_hangs_up_stops_the_model(keyed: Keyed) -> None:
    keyed.model.behave(CHAT, "endless")
    state = keyed.model._state
    try:
        for before in range(state.disconnects, state.disconnects + 3):
            async with open_client(keyed.mcp(), keyed.key) as client:
                call = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
                await hear(keyed, lambda _: state.active.get(CHAT, 0) == 1)
                call.cancel()
                await hear(keyed, lambda before: state.disconnects > before, before)
                assert (await use(client, "search", question=QUESTION))["passages"]
    finally:
        keyed.model.behave(CHAT, "ok")


async def hear(keyed: Keyed, happens: Callable[[int], bool], before: int = 0) -> None:
    changed = keyed.model._state.changed

    def wait() -> bool:
        with changed:
            return changed.wait_for(lambda: happens(before), 10)

    assert await asyncio.to_thread(wait)
