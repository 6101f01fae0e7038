"""The bytes of documents are kept as long as a document has them, and no longer."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import SQL
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.settings import Settings
from tests.unit.parsing.test_pdf_places import LINES, make

TEXT = "The lamp of the lighthouse was lit in 1871."
KEPT = "SELECT content FROM sqlrag.originals ORDER BY content"


async def kept(connection: asyncpg.Connection) -> list[bytes]:
    return [row["content"] for row in await connection.fetch(KEPT)]


async def wait_for_lock(task: asyncio.Task[object], connection: asyncpg.Connection) -> None:
    waits = """SELECT count(*) > 0 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    async with asyncio.timeout(20):
        while not await connection.fetchval(waits):
            assert not task.done(), "it did not wait"
            await asyncio.sleep(0.01)
            await connection.execute("SELECT pg_stat_clear_snapshot()")


async def test_equal_bytes_are_kept_once_and_go_with_their_last_document(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    first, second = await rag.insert([TEXT, TEXT], ["a", "b"])
    assert await kept(connection) == [TEXT.encode()]
    await rag.delete("a")
    assert await kept(connection) == [TEXT.encode()]
    original, content = await rag.get_original(second.document_id or 0)
    assert (original.source_key, original.media_type, content) == ("b", "text/plain", TEXT.encode())
    await rag.insert("Another text.", "b")
    assert await kept(connection) == [b"Another text."]
    await rag.delete("b")
    assert await kept(connection) == []
    with pytest.raises(NotFound, match=f"no document {first.document_id}"):
        await rag.get_original(first.document_id or 0)


async def test_a_workspace_that_goes_takes_its_originals_along(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    other = rag.in_workspace("other")
    await rag.insert(TEXT, "a")
    await other.insert(TEXT, "a")
    await other.delete_workspace()
    assert await kept(connection) == [TEXT.encode()]


async def test_who_deletes_waits_for_who_writes_the_same_bytes(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert(TEXT, "a")
    writing = connection.transaction()
    await writing.start()
    await connection.execute(
        """INSERT INTO sqlrag.documents
        (workspace_id, source_key, title, media_type, language, content_sha256, recipe, status)
        SELECT workspace_id, 'b', '', 'text/plain', 'simple', content_sha256, 'none', 'ready'
        FROM sqlrag.documents"""
    )
    await connection.execute(
        """SELECT sqlrag.keep_original(workspace_id, content_sha256, content)
        FROM sqlrag.originals"""
    )
    deleting = asyncio.create_task(rag.delete("a"))
    await wait_for_lock(deleting, connection)
    await writing.commit()
    await deleting
    assert await kept(connection) == [TEXT.encode()]


async def test_who_deletes_waits_for_who_keeps_bytes_later(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    (result,) = await rag.insert(TEXT, "a")
    await connection.execute("DELETE FROM sqlrag.originals")
    writing = connection.transaction()
    await writing.start()
    (document,) = await connection.fetch("SELECT * FROM sqlrag.documents")
    told = document["workspace_id"], result.document_id, document["content_sha256"]
    await connection.execute(SQL["add_original"], *told, TEXT.encode())
    deleting = asyncio.create_task(rag.delete("a"))
    await wait_for_lock(deleting, connection)
    await writing.commit()
    await deleting
    assert await kept(connection) == []
    await connection.execute(SQL["add_original"], *told, TEXT.encode())
    assert await kept(connection) == [], "it is gone"


async def test_nothing_is_kept_where_that_is_not_wanted(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    frugal = settings.model_copy(update={"keep_originals": False})
    async with Rag.open(url, settings=frugal) as rag:
        (result,) = await rag.insert(TEXT, "a")
        with pytest.raises(NotFound, match="were not kept; ingest it again with SQLRAG_KEEP"):
            await rag.get_original(result.document_id or 0)
    async with Rag.open(url, settings=settings) as rag:
        (again,) = await rag.insert(TEXT, "a")
        assert again.outcome == "unchanged"
        assert await kept(connection) == [TEXT.encode()]


async def test_graphs_that_users_bring_have_no_original(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert_custom_chunks(TEXT, [TEXT])
    assert await kept(connection) == []


async def test_a_document_is_read_anew_without_its_file(
    rag: Rag, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """As a newer version reads it: metadata, tags and title stay, vectors are not made again."""
    file = tmp_path / "storm.pdf"
    file.write_bytes(make())
    source = Source(
        "storm", make(), "storm.pdf", title="Of the storm", metadata={"year": 1871}, tags=("sea",)
    )
    await rag.ingest(source, Source.of_text(TEXT, "lamp"))
    await rag.insert_custom_chunks("Kept as it is.", ["Kept as it is."], "custom")
    assert await rag.reparse() == []
    assert await rag.count_lost() == 0
    before = await connection.fetch("SELECT chunk_id FROM sqlrag.chunks ORDER BY chunk_id")
    await connection.execute(
        "UPDATE sqlrag.documents SET recipe = replace(recipe, 'readers ', 'readers 0')"
    )
    results = await rag.reparse()
    assert {(one.source_key, one.outcome, one.embedded_count) for one in results} == {
        ("storm", "updated", 0),
        ("lamp", "updated", 0),
    }
    assert await rag.reparse() == []
    after = await connection.fetch("SELECT chunk_id FROM sqlrag.chunks ORDER BY chunk_id")
    assert after == before
    document = next(one for one in await rag.list_documents() if one.source_key == "storm")
    assert (document.title, document.metadata, document.tags) == (
        "Of the storm",
        {"year": 1871},
        ["sea"],
    )
    await connection.execute("DELETE FROM sqlrag.originals")
    await connection.execute(
        "UPDATE sqlrag.documents SET recipe = replace(recipe, 'readers ', 'readers 0')"
    )
    assert await rag.reparse() == []
    assert await rag.count_lost() == 2


async def test_a_citation_has_its_place_on_the_page(rag: Rag) -> None:
    await rag.ingest(Source("storm", make(), "storm.pdf"), Source.of_text(TEXT, "lamp"))
    answer = await rag.query("What did the keeper of the lighthouse write?")
    reference = next(one for one in answer.references if one.source_key == "storm")
    assert reference.quote.startswith("The keeper of the lighthouse wrote a report")
    (placed,) = [one for one in await rag.place(answer.references) if one.source_key == "storm"]
    assert placed.places
    assert [(one.page, len(one.boxes)) for one in placed.places] == [(1, len(LINES))]
    span = reference.char_start, reference.char_end
    assert tuple(await rag.find_places(reference.document_id, *span)) == placed.places
    assert (await rag.draw_page(reference.document_id, 1, *span, width=100))[:4] == b"\x89PNG"
    with pytest.raises(NotFound, match="no page 9"):
        await rag.draw_page(reference.document_id, 9)
    with pytest.raises(BadInput, match="are no quote"):
        await rag.find_places(reference.document_id, 5, 5)
    lamp = next(one for one in await rag.list_documents() if one.source_key == "lamp")
    assert await rag.find_places(lamp.document_id, 0, 10) == []
    with pytest.raises(NotFound, match="only pages of a PDF are drawn"):
        await rag.draw_page(lamp.document_id, 1)
