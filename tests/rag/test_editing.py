"""Edits from Python: named, embedded, and safe beside writers."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.vectors import halfvec
from sqlrag.domain.errors import BadInput, Conflict, NotFound, SpaceMismatch
from sqlrag.domain.graph_views import DeletedEntity, DeletedRelation, Entity, Relation
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.graphs import (
    NAMES,
    CapitalWords,
    WholeDocument,
    ingest,
    make_text,
    with_extractor,
)
from tests.sql.edits.test_merging import WRONG_WEIGHTS
from tests.sql.graph.making import rows
from tests.stub_openai import StubOpenAI

ORPHANS = "SELECT * FROM rag.orphans"


@pytest.fixture
async def filled(rag: Rag) -> Rag:
    await ingest(with_extractor(rag, CapitalWords()), "doc", "Ada met Bert. Bert met Cora.")
    return rag


async def test_every_edit_returns_what_came_of_it(filled: Rag) -> None:
    edit, who = filled.graph, {"editor": "me"}
    assert await edit.create_entity("Dora", "person", "A guest.", **who) == Entity(
        "Dora", "person", "A guest.", [], 0, 0, "me"
    )
    assert await edit.edit_entity("dora", new_type="keeper", **who) == Entity(
        "Dora", "keeper", "A guest.", [], 0, 0, "me"
    )
    renamed = await edit.rename_entity("Ada", "Ada Byron", **who)
    assert (renamed.name, renamed.aliases, renamed.chunk_count) == ("Ada Byron", ["Ada"], 1)
    made = await edit.create_relation("Dora", "Ada", "guest", "She came.", 2.0, **who)
    assert made == Relation("Dora", "Ada Byron", "guest", "She came.", 2.0, 0, "me")
    changed = await edit.edit_relation("ada", "dora", new_weight=3.0, **who)
    assert changed == replace(made, weight=3.0)
    gone = await edit.delete_relation("Bert", "Cora", **who)
    assert gone == DeletedRelation("Bert", "Cora", 1)
    merged = await edit.merge_entities(["Dora", "Cora"], "Cora", **who)
    assert (merged.name, merged.relation_count) == ("Cora", 1)
    split = await edit.split_entity("Bert", "Bert the elder", ["doc"], **who)
    assert (split.name, split.chunk_count) == ("Bert the elder", 1)
    assert await edit.delete_entity("Cora", **who) == DeletedEntity("Cora", "keeper", 1, 1)
    history = await edit.list_edits()
    assert [e.action for e in reversed(history)] == [
        "create_entity",
        "edit_entity",
        "rename_entity",
        "create_relation",
        "edit_relation",
        "delete_relation",
        "merge_entities",
        "split_entity",
        "delete_entity",
    ]
    assert {e.edited_by for e in history} == {"me"}
    page = await edit.list_edits(before=history[3].edit_id, limit=2)
    assert page == history[4:6]
    assert [e.action for e in await edit.list_edits("Ada")] == ["rename_entity"]


async def test_what_is_made_by_hand_is_found_by_its_meaning(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    async def nearest(kind: str, words: str) -> str:
        (vector,) = await filled.embedder.embed([words])
        shown = {
            "entity": "SELECT d.name FROM sqlrag.name_entities(1, ARRAY[near.id]) AS d",
            "relation": "SELECT d.keywords FROM sqlrag.describe_relations(1, ARRAY[near.id]) AS d",
        }
        found = f"SELECT ({shown[kind]}) FROM sqlrag.nearest(1, '{kind}', $1, 1) AS near"
        return await connection.fetchval(found, halfvec(vector))

    edit = filled.graph
    await edit.create_entity("Zelda", description="A lighthouse painter of harbours.")
    await edit.create_entity("Yorick")
    await edit.create_relation("Zelda", "Yorick", "sold paintings of harbours")
    assert await nearest("entity", "painter of a lighthouse") == "Zelda"
    assert await nearest("relation", "sold paintings") == "sold paintings of harbours"
    await edit.edit_entity("Yorick", new_description="A juggler of burning torches.")
    await edit.edit_relation("Zelda", "Yorick", new_keywords="taught geometry")
    assert await nearest("entity", "juggler of torches") == "Yorick"
    assert await nearest("relation", "geometry taught") == "taught geometry"
    await edit.rename_entity("Yorick", "Hamlet of Elsinore")
    assert await nearest("entity", "Elsinore") == "Hamlet of Elsinore"
    found = await filled.search("geometry", QueryParam(mode="hybrid"))
    assert "taught geometry" in [relation.keywords for relation in found.relations]


async def test_an_edit_is_one_statement_and_at_most_one_that_reads(
    filled: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows one is counted elsewhere; the audit is told of it by one more."""

    async def follow(*_: Any) -> None: ...

    monkeypatch.setattr(type(filled.upkeep), "follow", follow)
    edit = filled.graph
    await edit.create_entity("warm")
    for call, most in (
        (edit.create_entity("Dora"), 1),
        (edit.edit_entity("Ada", new_type="person"), 1),
        (edit.edit_entity("Ada", new_description="A guest."), 2),
        (edit.rename_entity("Ada", "Ada Byron"), 2),
        (edit.create_relation("Ada", "Dora"), 1),
        (edit.edit_relation("Ada", "Dora", "guest"), 2),
        (edit.merge_entities(["Dora"], "Bert"), 1),
        (edit.delete_relation("Ada", "Bert"), 1),
        (edit.delete_entity("Cora"), 1),
    ):
        with count_statements(filled.storage.database._pool) as sent:
            await call
        assert len([one for one in sent if "audit_entry" not in one]) <= most, sent


async def test_what_cannot_be_done_says_so(filled: Rag, connection: asyncpg.Connection) -> None:
    edit, elsewhere = filled.graph, filled.in_workspace("elsewhere").graph
    with pytest.raises(Conflict, match=r'"BERT" is taken by the entity "Bert".*merge them instead'):
        await edit.rename_entity("Ada", "BERT")
    with pytest.raises(Conflict, match=r"already a relation .* Edit it instead"):
        await edit.create_relation("Ada", "Bert")
    for call in (
        edit.edit_entity("Nobody", "Somebody"),
        edit.edit_entity("Nobody", new_type="x"),
        edit.rename_entity("Nobody", "Somebody"),
        edit.delete_entity("Nobody"),
        edit.split_entity("Ada", "Else", ["nowhere"]),
        edit.create_relation("Ada", "Nobody"),
        edit.edit_relation("Ada", "Cora", "x"),
        edit.delete_relation("Ada", "Cora"),
        edit.merge_entities(["Ada", "Nobody"], "Ada"),
        elsewhere.rename_entity("Ada", "Else"),
        elsewhere.create_relation("Ada", "Bert"),
        elsewhere.list_edits(),
    ):
        with pytest.raises(NotFound, match=r"There is no"):
            await call
    for call in (
        edit.create_entity(" "),
        edit.create_entity("x" * 501),
        edit.create_entity("a\x00b"),
        edit.edit_entity("Ada"),
        edit.merge_entities(["Ada"], "Ada"),
        edit.create_relation("Ada", "Ada"),
        edit.create_relation("Ada", "Cora", weight=-1),
        edit.list_edits(limit=0),
    ):
        with pytest.raises(BadInput):
            await call
    assert await edit.list_edits() == []
    names = "SELECT name FROM sqlrag.workspaces"
    assert await rows(connection, names) == [("default",)], "an edit makes no workspace"


async def test_an_entity_may_be_the_first_of_a_workspace(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.in_workspace("fresh").graph.create_entity("Ada")
    assert await rows(connection, "SELECT count(*) FROM sqlrag.entity_embeddings") == [(1,)]


async def test_a_workspace_whose_embedder_is_not_here_is_not_written_to(
    rag: Rag, url: str, newcomers: Settings, stub: StubOpenAI
) -> None:
    online = newcomers.model_copy(update={"openai_base_url": stub.base_url})
    async with Rag.open(url, settings=online) as other:
        await other.graph.create_entity("Ada")
    with pytest.raises(SpaceMismatch):
        await rag.graph.create_entity("Dora")


@pytest.mark.parametrize("extractor", [CapitalWords, WholeDocument])
async def test_edits_survive_documents_that_are_ingested_changed_and_deleted(
    rag: Rag, connection: asyncpg.Connection, extractor: type[CapitalWords]
) -> None:
    ingesting = with_extractor(rag, extractor())
    edit = rag.graph
    await ingest(ingesting, "doc", "Ada met Bert. Bert met Cora. Cora met Dirk, and Dirk met Elsa.")
    await edit.rename_entity("Ada", "Countess")
    await edit.merge_entities(["Bert"], "Cora")
    await edit.delete_entity("Dirk")
    await edit.delete_relation("Countess", "Cora")
    await edit.edit_entity("Elsa", new_description="A pilot.")
    shown = """SELECT e.name, e.description, e.chunk_count, e.relation_count
        FROM unnest(ARRAY['Ada', 'Bert', 'Cora', 'Dirk', 'Elsa']) AS given,
            rag.entity('default', given) AS e"""
    for text in ("Ada met Bert. Cora met Dirk.", "Elsa met Ada. Ada met Cora. Dirk met Bert."):
        await ingest(ingesting, "doc", text)
        names = {name for name, *_ in await rows(connection, shown)}
        assert names == {"Countess", "Cora", "Elsa"}
        assert await rows(connection, WRONG_WEIGHTS) == []
        assert await rows(connection, "SELECT * FROM rag.relation('default', 'ada', 'bert')") == []
    await rag.delete("doc")
    await ingest(ingesting, "doc", "Elsa met Dirk. Ada met Bert.")
    kept = "SELECT description, edited_by IS NOT NULL FROM rag.entity('default', 'Elsa')"
    assert await rows(connection, kept) == [("A pilot.", True)]
    assert await rows(connection, ORPHANS) == []


async def test_edits_beside_writers_leave_no_orphan_and_never_lock(
    rag: Rag, connection: asyncpg.Connection, url: str
) -> None:
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    done = 0

    async def write(rag: Rag, number: int) -> None:
        chance = random.Random(number)
        ingesting = with_extractor(rag, CapitalWords() if number % 2 else WholeDocument())
        for turn in range(10):
            key = f"doc-{number % 3}-{turn % 4}"
            if turn % 5 == 4:
                await rag.delete(key)
            else:
                await ingest(ingesting, key, make_text(chance, 3))

    async def edit(rag: Rag, number: int) -> None:
        nonlocal done
        chance = random.Random(number)
        editing = rag.graph
        for turn in range(25):
            a, b = chance.sample(NAMES, 2)
            key = f"doc-{chance.randrange(3)}-{chance.randrange(4)}"
            calls: list[Callable[[], Awaitable[object]]] = [
                partial(editing.merge_entities, [a], b),
                partial(editing.split_entity, a, f"{a} {turn}", [key]),
                partial(editing.create_relation, a, b),
                partial(editing.delete_relation, a, b),
                partial(editing.delete_entity, a),
                partial(editing.create_entity, a),
                partial(editing.rename_entity, a, f"{a} {turn}"),
            ]
            try:
                await chance.choice(calls)()
                done += 1
            except (NotFound, Conflict, BadInput):
                continue

    await ingest(with_extractor(rag, CapitalWords()), "first", " met ".join(NAMES))
    async with Rag.open(url) as second:
        await asyncio.gather(
            write(rag, 1), write(second, 2), write(rag, 3), edit(second, 4), edit(rag, 5)
        )
    assert done > 10
    assert await rows(connection, ORPHANS) == []
    assert await rows(connection, WRONG_WEIGHTS) == []
    await connection.execute("SELECT pg_stat_force_next_flush()")
    assert await connection.fetchval(deadlocks) == 0
    assert await rows(connection, "SELECT count(*) FROM sqlrag.edits") == [(done,)]


async def test_an_edit_waits_for_a_writer_and_sees_what_it_wrote(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    writer = connection.transaction()
    await writer.start()
    await connection.execute("SELECT pg_advisory_xact_lock_shared(sqlrag.writer_lock(), 1)")
    edit = asyncio.ensure_future(filled.graph.delete_entity("Ada"))
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while not await connection.fetchval(waits):
        assert not edit.done()
    await connection.execute("UPDATE sqlrag.mentions SET type = 'seen'")
    await writer.commit()
    assert (await edit).type == "seen"
