"""The graph follows its documents: exact provenance, exact deletes."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.domain.retrieval import Message
from sqlrag.rag.ledger import Ledger
from tests.counting import count_statements
from tests.graphs import (
    ORPHANS,
    CapitalWords,
    WholeDocument,
    graph,
    ingest,
    make_text,
    with_extractor,
)


async def test_entities_relations_and_what_is_said_of_them_are_written(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    ingesting = with_extractor(rag, CapitalWords())
    assert (await ingest(ingesting, "a", "Ada met Bert. junk")).outcome == "added"
    await ingest(ingesting, "b", "Bert saw ADA. bert saw Ada and Ada.")
    found = await graph(connection)
    assert [alias for (alias,) in found["aliases"]] == ["ada", "bert"]
    assert [(name, key) for name, key, *_ in found["mentions"]] == [
        ("ada", "a"),
        ("ada", "b"),
        ("bert", "a"),
        ("bert", "b"),
    ]
    assert [(a, b, float(w)) for a, b, w in found["relations"]] == [("ada", "bert", 1.0)]
    assert found["embedded entities"] == [(2,)]
    assert found["embedded relations"] == [(1,)]
    assert found["rejects"] == [("junk", "it is junk")]
    directions = await connection.fetch("SELECT is_reversed FROM sqlrag.evidence ORDER BY chunk_id")
    assert [row[0] for row in directions] == [False, True]


async def test_a_document_with_its_graph_takes_two_statements(rag: Rag) -> None:
    ingesting = with_extractor(rag, CapitalWords())
    chance = random.Random(1)
    await ingest(ingesting, "warm", make_text(chance, 3))
    for key, sentences in (("one", 1), ("many", 60), ("many", 70)):
        with count_statements(rag.storage.database._pool) as sent:
            await ingest(ingesting, key, make_text(chance, sentences))
        assert len(sent) == 2, sent


async def test_only_new_chunks_are_extracted(rag: Rag) -> None:
    extractor = CapitalWords()
    ingesting = with_extractor(rag, extractor)
    text = make_text(random.Random(2), 40)
    await ingest(ingesting, "doc", text)
    assert len(extractor.read) > 3
    extractor.read.clear()
    await ingest(ingesting, "doc", text + "\n\nZelda came last.")
    assert 1 <= len(extractor.read) <= 2
    assert "Zelda" in extractor.read[-1]


async def test_a_chunk_that_fails_leaves_its_document_partial_and_is_retried_alone(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    extractor = CapitalWords()
    ingesting = with_extractor(rag, extractor)
    text = make_text(random.Random(3), 40) + "\n\nNow FAIL here with Zelda."
    await ingest(ingesting, "doc", text)
    (document,) = await rag.list_documents()
    assert document.status == "partial"
    assert "of 1 chunks could not be extracted" in str(document.error)
    assert "the model refused" in str(document.error)
    extractor.read.clear()
    extractor._extract = lambda content: CapitalWords._extract(  # type: ignore[method-assign]
        extractor, content.replace("FAIL", "")
    )
    await ingest(ingesting, "doc", text)
    assert len(extractor.read) == 1
    (document,) = await rag.list_documents()
    assert (document.status, document.error) == ("ready", None)
    assert ("zelda",) in (await graph(connection))["aliases"]


@pytest.mark.parametrize("extractor", [CapitalWords, WholeDocument])
async def test_incremental_equals_rebuild(
    rag: Rag, connection: asyncpg.Connection, extractor: type[CapitalWords]
) -> None:
    ingesting = with_extractor(rag, extractor())
    chance = random.Random(4)
    wanted: dict[str, str] = {}
    for _ in range(30):
        key = f"doc-{chance.randrange(5)}"
        if wanted and chance.random() < 0.3:
            key = chance.choice(sorted(wanted))
            del wanted[key]
            await rag.delete(key)
        else:
            wanted[key] = make_text(chance, chance.randrange(1, 20))
            await ingest(ingesting, key, wanted[key])
        assert await connection.fetchval(ORPHANS) == 0
    incremental = await graph(connection)
    await connection.execute("DELETE FROM sqlrag.documents")
    empty = await graph(connection)
    assert (empty["entities"], empty["aliases"], empty["relations"]) == ([(0,)], [], [])
    for key, text in wanted.items():
        await ingest(ingesting, key, text)
    assert await graph(connection) == incremental


async def test_two_writers_of_the_same_names_lose_nothing_and_never_lock(
    rag: Rag, connection: asyncpg.Connection, url: str
) -> None:
    chance = random.Random(5)
    texts = {f"doc-{n}": make_text(chance, 6) for n in range(24)}
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

    async def write(rag: Rag, keys: Sequence[str]) -> None:
        ingesting = with_extractor(rag, CapitalWords())
        for key in keys:
            await ingest(ingesting, key, texts[key])
            if key.endswith(("3", "7")):
                await rag.delete(key)
                await ingest(ingesting, key, texts[key])

    keys = sorted(texts)
    async with Rag.open(url) as second:
        await asyncio.gather(
            write(rag, keys[::2]), write(second, keys[1::2]), write(rag, keys[::-3])
        )
    together = await graph(connection)
    assert await connection.fetchval(ORPHANS) == 0
    await connection.execute("SELECT pg_stat_force_next_flush()")
    assert await connection.fetchval(deadlocks) == 0
    await connection.execute("DELETE FROM sqlrag.documents")
    await write(rag, keys)
    assert await graph(connection) == together


async def test_a_psql_delete_takes_the_graph_along(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    ingesting = with_extractor(rag, CapitalWords())
    await ingest(ingesting, "keep", "Ada met Bert.")
    before = await graph(connection)
    await ingest(ingesting, "gone", "Bert met Cora. Cora met Ada and Bert.")
    await connection.execute("DELETE FROM sqlrag.documents WHERE source_key = 'gone'")
    assert await graph(connection) == before


async def test_what_a_person_made_stays_when_its_documents_go(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    ingesting = with_extractor(rag, CapitalWords())
    await ingest(ingesting, "doc", "Ada met Bert.")
    await connection.execute(
        """UPDATE sqlrag.entities SET description = 'A keeper.', edited_by = 'me', edited_at = now()
        WHERE entity_id = (SELECT entity_id FROM sqlrag.entity_aliases WHERE name_key = 'ada')"""
    )
    await rag.delete("doc")
    assert (await graph(connection))["aliases"] == [("ada",)]


class Echo:
    """A chat model that answers with what it was asked, and counts."""

    model = "echo"

    def __init__(self) -> None:
        self.asked = 0

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        self.asked += len(requests)
        return [
            ModelError("It refused.")
            if "bad" in request.messages[0].content
            else Completion(request.messages[0].content.upper(), 3, 2, 0.1)
            for request in requests
        ]


async def test_a_call_is_made_once_and_kept(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.insert("seed", "seed")
    workspace = await rag.workspaces.get("default")
    chat = Echo()
    requests = [ChatRequest((Message("user", text),), "extract") for text in ("a", "b", "bad")]
    for round_ in (1, 2):
        ledger = Ledger(rag.storage.model_calls, chat, workspace, "doc")
        with count_statements(rag.storage.database._pool) as sent:
            replies = await ledger.complete_many(requests)
            await ledger.flush()
        assert len(sent) == (3 if round_ == 1 else 2), "once in five seconds one for the budget"
        assert [getattr(reply, "text", None) for reply in replies] == ["A", "B", None]
        assert chat.asked == (3 if round_ == 1 else 4), "only what failed is asked again"
    rows = await connection.fetch("SELECT * FROM sqlrag.model_calls ORDER BY call_id")
    assert [row["response"] for row in rows] == ["A", "B", None, None]
    assert {row["source_key"] for row in rows} == {"doc"}
    assert (rows[0]["prompt_tokens"], rows[0]["completion_tokens"]) == (3, 2)
    assert rows[2]["error"] == "It refused."
