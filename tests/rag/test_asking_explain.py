"""Explained, a context says what led to each row, and what its statement did."""

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import SQL
from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.domain.search import SearchRequest
from sqlrag.doors.cli.ask import describe_plan
from sqlrag.rag.retrieval import trace_context
from tests.counting import count_statements
from tests.sql.graph.making import DOCUMENTS, write

MODES = ("naive", "local", "global", "hybrid", "mix")


@pytest.fixture
async def filled(rag: Rag, connection: asyncpg.Connection) -> Rag:
    for key, (text, mentions, evidence) in DOCUMENTS.items():
        await write(rag, key, text, mentions, evidence)
    # Without vectors, so that only names and steps lead anywhere.
    await connection.execute("DELETE FROM sqlrag.entity_embeddings")
    await connection.execute("DELETE FROM sqlrag.relation_embeddings")
    return rag


async def test_an_entity_names_what_led_to_it(filled: Rag) -> None:
    param = QueryParam(mode="local", hops=3, top_k=4, explain=True)
    context = await filled.search("Who is Tim Koogle?", param)
    paths = {entity.name: (entity.depth, entity.path) for entity in context.entities}
    assert paths["Tim Koogle"] == (0, [])
    yahoo = next(name for name in paths if name.startswith("Yahoo"))
    assert paths[yahoo] == (1, ["Tim Koogle", f"Tim Koogle → {yahoo}"])
    assert paths["Viaweb"] == (2, [yahoo, f"{yahoo} → Viaweb"])


async def test_an_origin_outside_the_context_is_named_too(filled: Rag) -> None:
    found = await filled.storage.searches.search(
        1, SearchRequest("Tim Koogle", "Tim Koogle"), QueryParam(mode="local", hops=2)
    )
    walked = [entity for entity in found.entities if entity.from_entity_id]
    alone = Context("", "local", entities=(walked[0],))
    (entity,) = (await trace_context(filled.storage, 1, alone)).entities
    assert entity.path == ["Tim Koogle", f"Tim Koogle → {entity.name}"]


async def test_a_chunk_names_what_of_the_context_it_speaks_of(filled: Rag) -> None:
    context = await filled.search("Viaweb", QueryParam(mode="local", top_k=3, explain=True))
    chunk = next(chunk for chunk in context.chunks if chunk.source_key == "essay")
    names = [entity.name for entity in context.entities]
    told = [name for name in chunk.about if "→" not in name]
    assert told
    assert set(told) <= set(names)
    assert {name for name in chunk.about if "→" in name} <= {
        f"{relation.source} → {relation.target}" for relation in context.relations
    }
    assert all(set(relation.path) <= set(names) for relation in context.relations)
    assert any(relation.path for relation in context.relations)


@pytest.mark.parametrize("mode", MODES)
async def test_the_plan_is_that_of_the_statement(filled: Rag, mode: str) -> None:
    param = QueryParam(mode=mode, explain=True)  # type: ignore[arg-type]
    plain = QueryParam(mode=mode)  # type: ignore[arg-type]
    await filled.search("Viaweb", param)
    with count_statements(filled.storage.database._pool) as sent:
        context = await filled.search("Viaweb", param)
    retrieval, begin, before, plan, after, commit, _ = sent
    assert (begin, before, commit) == ("BEGIN;", after, "COMMIT;")
    assert plan == f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {retrieval}"
    assert retrieval == SQL[f"{mode}_search"]
    assert context.plan
    rows = len(context.chunks) + len(context.entities) + len(context.relations)
    assert context.plan["Plan"]["Actual Rows"] == rows
    told = describe_plan(context.plan)
    assert "ms running" in told
    # A small table may as well be scanned, but it is read, also inside functions.
    assert {"naive": "chunk_terms", "global": "evidence"}.get(mode, "entity_aliases") in told
    reads = context.plan["Reads"]
    assert reads["rows"] == sum((*reads["tables"].values(), *reads["indexes"].values())) > 0
    unexplained = await filled.search("Viaweb", plain)
    assert unexplained.plan is None
    assert [one.chunk_id for one in unexplained.chunks] == [one.chunk_id for one in context.chunks]


async def test_a_filter_holds_in_paths_too(filled: Rag) -> None:
    param = QueryParam(mode="local", hops=3, explain=True, filters={"source_keys": ["essay"]})
    context = await filled.search("Viaweb and Yahoo", param)
    told = [name for entity in context.entities for name in entity.path]
    told += [name for chunk in context.chunks for name in chunk.about]
    assert told
    assert not any("Koogle" in name or "Yahoo Inc." in name for name in told)
