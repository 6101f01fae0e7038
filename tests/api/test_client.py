"""sqlrag.client asks a real server for everything, waiting or awaited."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sqlrag.client import AsyncClient, Client, Done, Unreachable
from sqlrag.domain.documents import Document
from sqlrag.domain.errors import (
    BadInput,
    DocumentTooLarge,
    Forbidden,
    NotFound,
    SqlragError,
    Unauthorized,
    UnreadableDocument,
)
from sqlrag.domain.retrieval import Context, Message, QueryParam
from tests.api.conftest import MAX_FILE_BYTES
from tests.api.dialects.conftest import Keyed, keyed
from tests.stub_openai import CHAT

__all__ = ["keyed"]
AnyClient: TypeAlias = Any  # one of both, of which the other would need a test of its own
LAMP = "The lamp of Grey Harbour was lit by Ada Orlenko. 灯塔 🗼"
QUESTION = "Who lit the lamp?"


@pytest.fixture(params=[Client, AsyncClient])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
async def client(server: str, workspace: str, kind: Any) -> AsyncIterator[AnyClient]:
    client = kind(server, workspace=f"клиент {workspace}")
    yield client
    await done(client.close())


async def done(given: Any) -> Any:
    return await given if isawaitable(given) else given


async def refuse(kind_of_error: type[SqlragError], given: Any) -> str:
    with pytest.raises(kind_of_error) as caught:
        await done(given() if callable(given) else given)
    assert type(caught.value) is kind_of_error
    return str(caught.value)


async def test_documents_come_and_go(client: AnyClient, tmp_path: Path) -> None:
    (result,) = (await done(client.insert(LAMP, "灯", title="The lamp", tags=["sea"]))).results
    assert result.outcome == "added"
    (tmp_path / "kyiv.md").write_text("# Kyiv\n\nAda Orlenko studied optics in Kyiv.")
    sent = await done(client.upload(tmp_path / "kyiv.md", metadata={"year": 1870}, tags=["city"]))
    assert [one.source_key for one in sent.results] == ["kyiv.md"]
    documents = await done(client.list_documents(status="ready"))
    assert [type(one) for one in documents] == [Document, Document]
    assert isinstance(documents[0].created_at, datetime)
    assert (documents[0].source_key, documents[0].tags) == ("灯", ["sea"])
    assert documents[1].metadata == {"year": 1870}
    rest = await done(client.list_documents(after=documents[0].document_id, limit=1))
    assert rest == documents[1:]
    assert await done(client.get_document(result.document_id)) == documents[0]
    (chunk,) = await done(client.list_chunks(result.document_id))
    assert chunk.content == LAMP
    gone = await done(client.delete_documents(source_keys=["kyiv.md", "nothing"]))
    assert [one.source_key for one in gone] == ["kyiv.md"]
    assert await done(client.delete_document(result.document_id)) is None
    await refuse(NotFound, lambda: client.get_document(result.document_id))


async def test_questions_are_answered(client: AnyClient) -> None:
    await done(client.insert(LAMP, "lamp", metadata={"year": 1874}))
    answered = await done(client.query(QUESTION))
    assert "Ada Orlenko" in answered.answer
    assert answered.references[0].quote in LAMP
    history = (Message("user", "Is there a lamp?"), Message("assistant", "Yes."))
    param = QueryParam("naive", filters={"metadata": {"year": 1874}}, conversation_history=history)
    found = await done(client.search(QUESTION, param))
    assert (found.mode, len(found.chunks), len(found.references)) == ("naive", 1, 1)
    assert found.chunks[0].metadata == {"year": 1874}
    none = await done(client.search(QUESTION, QueryParam(filters={"tags": ["nowhere"]})))
    assert none.chunks == ()
    context, *pieces, end = [one async for one in as_async(client.stream(QUESTION, param))]
    assert isinstance(context, Context)
    assert context.chunks[0].content == LAMP
    assert "Ada Orlenko" in "".join(pieces)
    assert isinstance(end, Done)
    assert end.references[0].source_key == "lamp"


async def as_async(stream: Any) -> AsyncIterator[Any]:
    if hasattr(stream, "__aiter__"):
        async for one in stream:
            yield one
    else:
        for one in stream:
            yield one


async def test_the_graph_is_read_and_edited(client: AnyClient) -> None:
    await done(client.insert(LAMP, "lamp"))
    assert (await done(client.entity("Ada Orlenko"))).chunk_count == 1
    await done(client.create_entity("Kyiv", "city", "A city.", editor="me"))
    relation = await done(client.create_relation("Ada Orlenko", "Kyiv", weight=2.5, editor="me"))
    assert relation.weight == 2.5
    near = await done(client.neighbours("Ada Orlenko"))
    assert "Kyiv" in {one.name for one in near}
    steps = await done(client.find_path("Grey Harbour", "Kyiv", max_hops=3))
    assert steps[-1].target == "Kyiv"
    renamed = await done(client.rename_entity("Kyiv", "Київ / Kyiv?", editor="me"))
    assert renamed.name == "Київ / Kyiv?"
    edit, *_ = await done(client.list_edits(limit=1))
    assert (edit.action, edit.edited_by) == ("rename_entity", "me")
    assert (await done(client.subgraph("Ada Orlenko", depth=2))).edges
    said = await refuse(NotFound, lambda: client.entity("Ada Orlenk"))
    assert 'perhaps "Ada Orlenko" is meant' in said


async def test_own_chunks_and_graphs_are_inserted(client: AnyClient) -> None:
    one = await done(client.insert_custom_chunks("A. B.", ["A.", "B."], doc_id="own"))
    assert (one.source_key, one.chunk_count) == ("own", 2)
    chunks = [{"content": "Mars is red.", "source_id": "m", "file_path": "planets"}]
    entities = [{"entity_name": "Mars", "entity_type": "planet", "source_id": "m"}]
    graph = {"chunks": chunks, "entities": entities, "relationships": []}
    (result,) = await done(client.insert_custom_kg(graph, full_doc_id="all"))
    assert result.source_key == "all"
    assert (await done(client.entity("Mars"))).type == "planet"


async def test_workspaces_are_configured_by_name(client: AnyClient) -> None:
    made = await done(client.create_workspace(client.workspace))
    assert made.name == client.workspace
    changed = await done(client.configure_retrieval({"select": True}))
    assert changed == await done(client.get_retrieval())
    shown = await done(client.get_workspace())
    assert shown.name == client.workspace
    other = client.in_workspace("nobody made it")
    await refuse(NotFound, lambda: other.get_workspace())
    nameless = type(client)(client.url)
    await refuse(BadInput, lambda: nameless.get_workspace())
    await done(nameless.close())
    assert await done(client.delete_workspace()) is None
    await refuse(NotFound, lambda: client.get_workspace())


async def test_work_in_the_background_has_a_track(client: AnyClient) -> None:
    given = await done(client.insert(LAMP, "later", background=True))
    assert given.results == ()
    track = await done(client.get_track(given.track.track_id))
    (job,) = track.jobs
    assert (await done(client.get_job(job.job_id))).source_key == "later"
    assert (await done(client.cancel_job(job.job_id))).status == "cancelled"
    (listed,) = await done(client.list_jobs(status="cancelled"))
    assert listed.job_id == job.job_id
    assert isinstance(await done(client.retry_failed_jobs()), list)


async def test_what_is_refused_is_an_error_of_the_server(client: AnyClient, tmp_path: Path) -> None:
    assert (
        await refuse(BadInput, lambda: client.query(" ")) == "The question is empty; ask something."
    )
    mode: Any = "fast"
    await refuse(BadInput, lambda: client.search("a", QueryParam(mode)))
    await refuse(BadInput, lambda: client.list_documents(limit=0))
    await refuse(BadInput, lambda: client.delete_documents())
    await refuse(BadInput, lambda: client.upload())
    await refuse(UnreadableDocument, lambda: client.insert("{", media_type="application/json"))
    (tmp_path / "large.txt").write_text("a" * (MAX_FILE_BYTES + 1))
    await refuse(DocumentTooLarge, lambda: client.upload(tmp_path / "large.txt"))


async def test_a_key_is_sent_and_reaches_as_far_as_it_does(keyed: Keyed, kind: Any) -> None:
    async def ask(key: str | None, workspace: str | None = None) -> Any:
        client = kind(keyed.url + "/v1/", key, workspace)
        try:
            return await done(client.list_documents())
        finally:
            await done(client.close())

    await refuse(Unauthorized, lambda: ask(None))
    await refuse(Unauthorized, lambda: ask("sqlrag_unknown"))
    await refuse(Forbidden, lambda: ask(keyed.key, "other"))
    assert [one.source_key for one in await ask(keyed.key)] == ["handbook"]
    assert [one.source_key for one in await ask(keyed.key, "acme")] == ["handbook"]


async def test_what_breaks_off_amid_a_stream_is_an_error(keyed: Keyed, kind: Any) -> None:
    client = kind(keyed.url, keyed.key)
    keyed.model.behave(CHAT, "drop")
    try:
        with pytest.raises(SqlragError, match="broke off"):
            [one async for one in as_async(client.stream("How many days?"))]
    finally:
        keyed.model.behave(CHAT, "ok")
        await done(client.close())


async def test_what_is_no_sqlrag_is_a_sentence(server: str, kind: Any) -> None:
    for url, sentence in (
        ("http://127.0.0.1:1", "cannot be reached"),
        (f"{server}/docs", "There is no GET"),
    ):
        client = kind(url)
        with pytest.raises(SqlragError, match=re.escape(sentence)) as caught:
            await done(client.list_documents())
        assert isinstance(caught.value, Unreachable | NotFound)
        await done(client.close())
