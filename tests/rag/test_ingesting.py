import asyncio
import hashlib
import os
import random
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import Exchange, ModelCall, Vectors
from sqlrag.offline import HashingEmbedder
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.support.rags import ingest_alone, with_ingestion

PARAGRAPH = "The keeper {n} of the lighthouse wrote about storm number {n} in great detail. "


def make_text(paragraphs: Sequence[int]) -> str:
    """About 60 tokens a paragraph, so that a few hundred make many chunks."""
    return "\n\n".join(PARAGRAPH.format(n=n) * 4 for n in paragraphs)


async def everything(connection: asyncpg.Connection) -> dict[str, Any]:
    """All that is stored of a workspace, without ids and times."""
    chunks = await connection.fetch(
        """SELECT source_key, ordinal, content, char_start, char_end, page, headings
        FROM rag.chunks ORDER BY source_key, ordinal"""
    )
    terms = await connection.fetch(
        """SELECT d.source_key, c.ordinal, t.lexeme, t.frequency, t.term_count
        FROM sqlrag.chunk_terms AS t
        LEFT JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        LEFT JOIN sqlrag.documents AS d USING (workspace_id, document_id) ORDER BY 1, 2, 3"""
    )
    vectors = await connection.fetch(
        """SELECT d.source_key, c.ordinal, e.embedding::text
        FROM sqlrag.chunk_embeddings AS e
        LEFT JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        LEFT JOIN sqlrag.documents AS d USING (workspace_id, document_id) ORDER BY 1, 2"""
    )
    documents = await connection.fetch(
        "SELECT source_key, title, status, metadata, tags FROM sqlrag.documents ORDER BY 1"
    )
    totals = await connection.fetchrow(
        """SELECT coalesce(sum(documents), 0) AS documents, coalesce(sum(chunks), 0) AS chunks,
            coalesce(sum(terms), 0) AS terms FROM sqlrag.workspace_totals"""
    )
    return {
        name: [tuple(row) for row in rows]
        for name, rows in {
            "documents": documents,
            "chunks": chunks,
            "terms": terms,
            "vectors": vectors,
            "totals": [totals],
        }.items()
    }


async def test_a_document_takes_two_statements(rag: Rag) -> None:
    await rag.insert("warm up", "first")
    pool = rag.storage.database._pool
    for paragraphs in (1, 400):
        with count_statements(pool) as sent:
            source = Source.of_text(make_text(range(paragraphs)), f"doc-{paragraphs}")
            (result,) = await ingest_alone(rag, source)
        assert result.outcome == "added"
        assert len(sent) == 2, sent
    assert result.chunk_count > 20


async def test_the_same_content_again_changes_nothing(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    text = make_text(range(40))
    await rag.insert(text, "doc", metadata={"year": 2020}, tags=["a"])
    before = await connection.fetch("SELECT *, xmin FROM sqlrag.documents")
    pool = rag.storage.database._pool
    with count_statements(pool) as sent:
        source = Source.of_text(text, "doc", metadata={"year": 2020}, tags=["a"])
        (result,) = await rag.ingest(source)
    assert result.outcome == "unchanged"
    assert len(sent) == 1
    assert await connection.fetch("SELECT *, xmin FROM sqlrag.documents") == before


async def test_changed_content_embeds_only_what_changed(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert(make_text(range(200)), "doc")
    ids = dict(await connection.fetch("SELECT content, chunk_id FROM sqlrag.chunks"))
    assert len(ids) > 10
    (result,) = await rag.insert(make_text(range(200)) + "\n\nA new last sentence.", "doc")
    assert result.outcome == "updated"
    assert 1 <= result.embedded_count <= 3
    after = dict(await connection.fetch("SELECT content, chunk_id FROM sqlrag.chunks"))
    kept = ids.keys() & after.keys()
    assert len(kept) >= len(ids) - 2
    assert all(ids[content] == after[content] for content in kept)


async def test_new_metadata_alone_embeds_nothing(rag: Rag) -> None:
    await rag.insert(make_text(range(40)), "doc", metadata={"year": 2020})
    (result,) = await rag.insert(make_text(range(40)), "doc", metadata={"year": 2021})
    assert (result.outcome, result.embedded_count) == ("updated", 0)
    (document,) = await rag.list_documents()
    assert document.metadata == {"year": 2021}


async def test_equal_chunks_of_one_document_are_kept_apart(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    settings = ("same words again. " * 150 + "\n\n") * 6
    await rag.insert(settings, "doc")
    twins = await connection.fetch(
        "SELECT count(*) FROM sqlrag.chunks GROUP BY content_sha256 HAVING count(*) > 1"
    )
    assert twins
    before = await everything(connection)
    await rag.insert(settings + "\n\nAn end.", "doc")
    await rag.insert(settings, "doc")
    assert await everything(connection) == before


async def test_incremental_equals_rebuild(rag: Rag, connection: asyncpg.Connection) -> None:
    chance = random.Random(7)
    wanted: dict[str, str] = {}
    for _ in range(40):
        key = f"doc-{chance.randrange(6)}"
        if wanted and chance.random() < 0.25:
            key = chance.choice(sorted(wanted))
            del wanted[key]
            assert len(await rag.delete(key)) == 1
        else:
            paragraphs = [chance.randrange(40) for _ in range(chance.randrange(1, 60))]
            wanted[key] = make_text(paragraphs)
            await rag.insert(wanted[key], key)
    incremental = await everything(connection)
    rag.workspace = "rebuilt"
    await connection.execute("DELETE FROM sqlrag.workspaces")
    assert not (await connection.fetchval("SELECT count(*) FROM sqlrag.chunk_terms"))
    await rag.insert(list(wanted.values()), list(wanted))
    assert await everything(connection) == incremental


async def test_delete_removes_all_of_a_document(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.insert(make_text(range(50)), "keep")
    before = await everything(connection)
    await rag.insert(make_text(range(20, 90)), "gone")
    pool = rag.storage.database._pool
    with count_statements(pool) as sent:
        assert [key for _, key in await rag.delete("gone")] == ["gone"]
    assert len(sent) <= 2, sent
    assert await everything(connection) == before


async def test_a_psql_delete_is_as_exact(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.insert(make_text(range(50)), "keep")
    before = await everything(connection)
    await rag.insert([make_text(range(20, 90)), "more"], ["gone", "gone too"])
    await connection.execute("DELETE FROM sqlrag.documents WHERE source_key LIKE 'gone%'")
    assert await everything(connection) == before


async def test_spans_point_into_the_document(rag: Rag, connection: asyncpg.Connection) -> None:
    text = make_text(range(60))
    await rag.insert(text, "doc")
    rows = await connection.fetch("SELECT content, char_start, char_end FROM sqlrag.chunks")
    assert len(rows) > 3
    for row in rows:
        assert text[row["char_start"] : row["char_end"]] == row["content"]


async def test_writers_of_one_document_take_turns(rag: Rag, connection: asyncpg.Connection) -> None:
    texts = [make_text(range(n, n + 30)) for n in range(4)]
    results = await asyncio.gather(*(rag.insert(text, "doc") for text in texts))
    assert all(result.outcome in ("added", "updated") for (result,) in results)
    stored = await everything(connection)
    assert len(stored["documents"]) == 1
    last = next(text for text in texts if text.startswith(stored["chunks"][0][2]))
    rag.workspace = "alone"
    await connection.execute("DELETE FROM sqlrag.workspaces")
    await rag.insert(last, "doc")
    assert await everything(connection) == stored


async def test_totals_stay_true_and_few_under_many_writers(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await asyncio.gather(*(rag.insert(f"text number {n}", f"doc-{n}") for n in range(150)))
    row = await connection.fetchrow(
        "SELECT sum(documents) AS documents, sum(chunks) AS chunks, sum(terms) AS terms, "
        "count(*) AS rows, sum(changes) AS changes FROM sqlrag.workspace_totals"
    )
    counted = await connection.fetchrow(
        "SELECT count(*) AS chunks, sum(term_count) AS terms FROM sqlrag.chunks"
    )
    assert (row["documents"], row["chunks"], row["terms"]) == (150, *counted)
    assert row["changes"] >= 150
    # A statement in thirty folds, by chance: some do, though none need be among the last.
    assert row["rows"] < row["changes"]


class HalfBroken:
    """Refuses texts that hold a word."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.model = inner.model

    async def dimensions(self) -> int:
        return await self._inner.dimensions()

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if any("poison" in text for text in texts):
            raise ModelError("The endpoint refused; try again.")
        return await self._inner.embed(texts)


async def test_a_failure_is_told_and_loses_nothing_else(rag: Rag) -> None:
    broken = with_ingestion(rag, embedder=HalfBroken(rag.embedder))
    sources = [Source.of_text(text, text) for text in ("one", "poison", "three")]
    results = await broken.ingest(*sources)
    assert [result.outcome for result in results] == ["added", "failed", "added"]
    assert results[1].error == "The endpoint refused; try again."
    failed = [document for document in await rag.list_documents() if document.status == "failed"]
    assert [document.source_key for document in failed] == ["poison"]
    (again,) = await rag.insert("poison", "poison")
    assert again.outcome == "added"


async def test_a_failed_update_keeps_the_last_good_content(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert("good content", "doc")
    broken = with_ingestion(rag, embedder=HalfBroken(rag.embedder))
    await broken.ingest(Source.of_text("poison content", "doc"))
    (document,) = await rag.list_documents()
    assert (document.status, document.error) == ("ready", "The endpoint refused; try again.")
    assert await connection.fetchval("SELECT content FROM sqlrag.chunks") == "good content"
    (again,) = await rag.insert("good content", "doc")
    assert again.outcome == "updated"
    (document,) = await rag.list_documents()
    assert document.error is None


async def test_killed_at_any_point_leaves_all_of_a_document_or_nothing(
    url: str, home: Path, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    script = tmp_path / "ingest.py"
    script.write_text(
        "import asyncio, sys\n"
        "from sqlrag import Rag\n"
        "async def main():\n"
        "    async with Rag.open(sys.argv[1]) as rag:\n"
        "        print('open', flush=True)\n"
        "        for n in range(10**6):\n"
        "            text = f'word{n} ' + ' '.join(f'lamp{n} tide{m}. ' for m in range(400))\n"
        "            await rag.insert(text, f'doc-{n % 7}')\n"
        "            print(n, flush=True)\n"
        "asyncio.run(main())\n"
    )
    import sys

    chance = random.Random(11)
    for _ in range(4):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(script), url),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "SQLRAG_EMBEDDING_MODEL": HashingEmbedder.model},
        )
        assert process.stdout
        for _ in range(chance.randrange(2, 8)):
            assert await process.stdout.readline()
        await asyncio.sleep(chance.random() * 0.02)  # anywhere inside the next document
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert await count_broken(connection) == 0
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.documents") > 0


async def count_broken(connection: asyncpg.Connection) -> int:
    """Documents, chunks and totals that do not fit together."""
    return await connection.fetchval(
        """SELECT
        (SELECT count(*) FROM sqlrag.documents AS d
            WHERE NOT EXISTS (SELECT FROM sqlrag.chunks AS c WHERE c.document_id = d.document_id))
        + (SELECT count(*) FROM sqlrag.chunks AS c WHERE NOT EXISTS (
            SELECT FROM sqlrag.chunk_embeddings AS e WHERE e.chunk_id = c.chunk_id))
        + (SELECT count(*) FROM sqlrag.chunks AS c WHERE c.term_count <> coalesce((
            -- A term of a title counts as three in the text, and stands under a ^ as well.
            SELECT sum(CASE WHEN t.lexeme LIKE '^%' THEN -2 ELSE t.frequency END)
            FROM sqlrag.chunk_terms AS t WHERE t.chunk_id = c.chunk_id), 0))
        + (SELECT count(*) FROM sqlrag.chunk_terms AS t WHERE NOT EXISTS (
            SELECT FROM sqlrag.chunks AS c WHERE c.chunk_id = t.chunk_id))
        + abs((SELECT count(*) FROM sqlrag.chunks)
            - (SELECT coalesce(sum(chunks), 0) FROM sqlrag.workspace_totals))"""
    )


async def test_readers_never_see_half_a_document(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.insert(make_text(range(100)), "doc")
    done = asyncio.Event()

    async def write() -> None:
        for n in range(8):
            await rag.insert(make_text(range(n, n + 100)), "doc")
        done.set()

    writing = asyncio.create_task(write())
    looked = 0
    while not done.is_set():
        assert await count_broken(connection) == 0
        looked += 1
    await writing
    assert looked > 5


async def test_the_stored_hash_is_that_of_the_file(
    rag: Rag, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "note.txt"
    path.write_text("A note about the harbour.")
    (result,) = await rag.ingest(path)
    assert result.source_key == str(path)
    stored = await connection.fetchval("SELECT content_sha256 FROM sqlrag.documents")
    assert stored == hashlib.sha256(path.read_bytes()).digest()


async def test_other_chunk_settings_make_new_chunks(rag: Rag, url: str, settings: Settings) -> None:
    text = make_text(range(100))
    (first,) = await rag.insert(text, "doc")
    smaller = settings.model_copy(
        update={"chunk_min_tokens": 100, "chunk_max_tokens": 200, "chunk_overlap_tokens": 0}
    )
    async with Rag.open(url, settings=smaller) as other:
        (second,) = await other.insert(text, "doc")
    assert second.outcome == "updated"
    assert second.chunk_count > 2 * first.chunk_count


async def test_a_folder_is_ingested_without_its_hidden_files(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("hidden")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.md").write_text("# B\n\nText of b.")
    (tmp_path / "a.txt").write_text("Text of a.")
    results = await rag.ingest(tmp_path)
    assert [os.path.relpath(r.source_key, tmp_path) for r in results] == ["a.txt", "sub/b.md"]
    assert {result.outcome for result in results} == {"added"}
    again = await rag.ingest(str(tmp_path / "**" / "*.md"))
    assert [result.outcome for result in again] == ["unchanged"]


async def test_a_missing_path_is_told(rag: Rag, tmp_path: Path) -> None:
    results = await rag.ingest(tmp_path / "nothing.txt")
    assert results[0].outcome == "failed"
    assert "it does not exist; check the spelling" in str(results[0].error)


@pytest.mark.parametrize("key", ["", "  ", "a\x00b"])
async def test_a_source_key_must_be_storable(rag: Rag, key: str) -> None:
    (result,) = await rag.ingest(Source(key, b"text", "a.txt"))
    assert result.outcome == "failed"


async def test_the_first_documents_give_the_planner_statistics(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """Without, kept plans take any index that begins with the workspace for a good one."""
    known = "SELECT count(*) FROM pg_statistic WHERE starelid = 'sqlrag.chunks'::regclass"
    await rag.insert([make_text([n]) for n in range(15)])
    assert await connection.fetchval(known) == 0
    await rag.insert(make_text([99]))
    assert await connection.fetchval(known) > 0


async def test_the_first_documents_of_a_custom_graph_give_them_too(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """Whatever the way in, the writers of a Rag are counted together."""
    chunks = [
        {"content": make_text([n]), "source_id": f"s{n}", "file_path": f"f{n}"} for n in range(16)
    ]
    await rag.insert_custom_kg({"chunks": chunks})
    known = "SELECT count(*) FROM pg_statistic WHERE starelid = 'sqlrag.chunks'::regclass"
    assert await connection.fetchval(known) > 0


async def test_exchanges_that_are_awaited_together_share_statements(rag: Rag) -> None:
    await rag.insert("one", "first")
    await rag.workspaces.open("other")
    storage = rag.storage
    ids = [(await rag.workspaces.get(n)).id for n in ("default", "other")]

    def key(n: int) -> bytes:
        return hashlib.sha256(b"%d" % n).digest()

    def exchange(n: int, made: bool) -> Any:
        calls = [ModelCall(key(n), "extraction", "m", f"reply {n}")] if made else []
        return storage.model_calls.exchange_model_calls(
            Exchange(ids[n % 2], f"d{n}", calls, [key(n)])
        )

    with count_statements(storage.database._pool) as sent:
        assert not any(await asyncio.gather(*(exchange(n, True) for n in range(40))))
        known = await asyncio.gather(*(exchange(n, False) for n in range(40)))
    assert known == [{key(n): f"reply {n}"} for n in range(40)]
    assert len(sent) < 8
    elsewhere = await storage.model_calls.exchange_model_calls(Exchange(ids[1], None, [], [key(0)]))
    assert elsewhere == {}


async def test_a_document_deleted_while_its_writer_waits_is_written_whole(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert(make_text(range(40)), "doc")
    wanted = make_text(range(60))  # shares chunks with what is there
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(sqlrag.writer_lock(), 1)")
        writing = asyncio.create_task(rag.ingest(Source.of_text(wanted, "doc")))
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not await connection.fetchval(waiting):
            assert not writing.done(), "a writer takes the lock of its workspace"
            await asyncio.sleep(0.01)
        await connection.execute("DELETE FROM sqlrag.documents")
    (result,) = await writing
    assert (result.outcome, result.error) == ("added", None)
    now = await everything(connection)
    await connection.execute("DELETE FROM sqlrag.documents")
    await rag.insert(wanted, "doc")
    assert await everything(connection) == now
