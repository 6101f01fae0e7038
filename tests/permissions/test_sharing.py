"""Who may read a document: said with it, kept, changed, and the same in all its rows."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, Forbidden, NotFound
from sqlrag.domain.retrieval import QueryParam
from tests.cli.running import Cli
from tests.permissions.corpora import TOTALS_OF_ALL

TEXT = "Ada Lovelace founded Viaweb in London. Grace Hopper paid Ada Lovelace for the boiler."
# A row whose audience is another than that of its document.
ASTRAY = """
SELECT 'chunks' FROM sqlrag.chunks AS c JOIN sqlrag.documents AS d USING (workspace_id, document_id)
WHERE c.audience_id <> d.audience_id
UNION ALL SELECT 'terms' FROM sqlrag.chunk_terms AS t JOIN sqlrag.chunks AS c
    USING (workspace_id, chunk_id) WHERE c.audience_id <> t.audience_id
UNION ALL SELECT 'embeddings' FROM sqlrag.chunk_embeddings AS t JOIN sqlrag.chunks AS c
    USING (workspace_id, chunk_id) WHERE c.audience_id <> t.audience_id
UNION ALL SELECT 'mentions' FROM sqlrag.mentions AS t JOIN sqlrag.chunks AS c
    USING (workspace_id, chunk_id) WHERE c.audience_id <> t.audience_id
UNION ALL SELECT 'evidence' FROM sqlrag.evidence AS t JOIN sqlrag.chunks AS c
    USING (workspace_id, chunk_id) WHERE c.audience_id <> t.audience_id
"""


async def readers(rag: Rag) -> dict[str, list[str]]:
    return {one.source_key: one.read for one in await rag.list_documents()}


async def test_readers_are_kept_until_others_are_named(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    async def put(text: str, read: Any = None) -> str:
        (result,) = await rag.insert(text, "log", read=read)
        assert await connection.fetch(ASTRAY) == []
        return result.outcome

    assert await put(TEXT, ["team-a", "alice", "team-a"]) == "added"
    assert await readers(rag) == {"log": ["alice", "team-a"]}
    assert await put(TEXT) == "unchanged"
    assert await put(f"{TEXT} Grace Hopper lives in Paris.") == "updated"
    assert await readers(rag) == {"log": ["alice", "team-a"]}
    assert await put(TEXT, ["alice", "team-a"]) == "updated"
    assert await put(TEXT, ["board"]) == "updated"
    assert await readers(rag) == {"log": ["board"]}
    assert await put(TEXT, []) == "updated"
    assert await readers(rag) == {"log": []}
    assert await put(TEXT, []) == "unchanged"


async def test_a_document_that_moves_takes_everything_along(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert([TEXT, "Grace Hopper lit the lamp."], ["log", "lamp"])
    (log,) = [one for one in await rag.list_documents() if one.source_key == "log"]
    guest = rag.reading_as("guest")
    for readers_, seen in ((["board"], 0), (["guest", "board"], 1), ([], 1)):
        shared = await rag.share_document(log.document_id, readers_)
        assert shared.read == sorted(readers_)
        assert await connection.fetch(ASTRAY) == []
        counted = await connection.fetch(TOTALS_OF_ALL)
        assert [row["counted"] for row in counted] == [row["there"] for row in counted]
        found = await guest.search("Who founded Viaweb?", QueryParam(mode="mix"))
        assert [one.source_key for one in found.chunks].count("log") == seen
        assert [one.name for one in found.entities].count("Viaweb") == seen
    with pytest.raises(NotFound):
        await rag.share_document(10**6, ["board"])
    with pytest.raises(BadInput, match="name of a person"):
        await rag.share_document(log.document_id, [" "])
    with pytest.raises(BadInput, match="is one text"):
        await rag.insert("x", read="board")


async def test_who_reads_some_changes_nothing(rag: Rag) -> None:
    await rag.insert(TEXT, "log")
    (log,) = await rag.list_documents()
    guest = rag.reading_as("guest")
    for change in (
        guest.delete(log.document_id),
        guest.share_document(log.document_id, []),
        guest.graph.rename_entity("Viaweb", "Yahoo"),
        guest.graph.create_entity("Other", "concept", ""),
    ):
        with pytest.raises(Forbidden):
            await change
    (refused,) = await guest.insert("x")
    assert refused.error_kind == "forbidden"
    assert await readers(rag) == {"log": []}


async def test_a_kept_answer_is_for_who_may_read_the_same(rag: Rag, url: str) -> None:
    """Whose keys differ, though nothing of the question does."""
    guest, board = rag.reading_as("guest"), rag.reading_as("board", "staff")
    same = rag.reading_as("staff", "board")
    workspace = await rag.workspaces.open(rag.workspace)
    slots = [
        (await one.cache.find(workspace, "Who?", QueryParam()))[0]
        for one in (rag, guest, board, same)
    ]
    assert len({slot[1] for slot in slots}) == 3
    assert slots[2] == slots[3]


async def test_a_plan_counts_rows_and_is_for_who_reads_all(rag: Rag) -> None:
    await rag.insert([TEXT, f"{TEXT} The merger."], ["log", "secret"], read=["board"])
    param = QueryParam(mode="mix", explain=True)
    assert (await rag.search("Who founded Viaweb?", param)).plan
    found = await rag.reading_as("board").search("Who founded Viaweb?", param)
    assert found.chunks
    assert not found.plan


async def test_an_answer_that_was_kept_is_not_given_to_who_reads_less(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """The sum of changes that one sees falls with what one reads, and would be reached again."""
    await rag.insert(TEXT, "log", read=["alice", "board"])
    alice = rag.reading_as("alice")
    workspace = await rag.workspaces.open(rag.workspace)
    slot, _ = await alice.cache.find(workspace, "Who?", QueryParam())
    answer = await alice.query("Who founded Viaweb?")
    assert "Ada Lovelace" in answer.text
    await alice.cache.keep(slot, answer)
    assert (await alice.cache.find(workspace, "Who?", QueryParam()))[1]
    await rag.erase(principals=["alice"])
    change = "INSERT INTO sqlrag.workspace_totals (workspace_id, changes) VALUES ($1, 1)"
    for _ in range(10):
        found, kept = await alice.cache.find(workspace, "Who?", QueryParam())
        assert kept is None
        await connection.execute(change, workspace.id)
    assert found[2] > slot[2]


def test_a_folder_is_shared_and_shared_anew_by_commands(url: str, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(TEXT)
    sqlrag = Cli(tmp_path, {"DATABASE_URL": url})
    sqlrag.inside("ingest", "log.txt", "--read", "board, alice")
    assert "alice, board" in sqlrag.inside("documents").out
    assert "Nothing found" in sqlrag.inside("search", "Viaweb", "--as", "guest").out
    assert "founded Viaweb" in sqlrag.inside("search", "Viaweb", "--as", "alice").out
    sqlrag.inside("share", "log.txt", "--read", "")
    assert "log.txt" in sqlrag.inside("ask", "Who founded Viaweb?", "--as", "guest").out
    gone = sqlrag.inside("share", "nowhere", "--read", "x", code=1)
    assert "there is no document nowhere" in gone.sentence
