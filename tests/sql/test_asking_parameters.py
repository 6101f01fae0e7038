"""Names, the conversation and the vectors of entities and relations are looked for apart."""

from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import QueryParam
from tests.sql.graph.making import DOCUMENTS, write

MODES = ("local", "global", "hybrid", "mix")
AXES = {"Paul Graham": 0, "Viaweb": 1, "Robert Morris": 2, "Yahoo": 3, "Tim Koogle": 4}


@pytest.fixture
async def filled(rag: Rag, connection: asyncpg.Connection) -> asyncpg.Connection:
    """The small graph; the vector of an entity is an axis of its own, and that of a relation
    the same as that of an end other than Viaweb."""
    for key, (text, mentions, evidence) in DOCUMENTS.items():
        await write(rag, key, text, mentions, evidence)
    await connection.execute("DELETE FROM sqlrag.entity_embeddings")
    await connection.execute("DELETE FROM sqlrag.relation_embeddings")
    for name, axis in AXES.items():
        await connection.execute(
            """INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
            SELECT 1, sqlrag.find_entity(1, $1), 1, $2::text::halfvec""",
            name,
            vector(axis),
        )
    await connection.execute(
        """INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
        SELECT 1, r.relation_id, 1, e.embedding FROM sqlrag.relations AS r
        CROSS JOIN sqlrag.find_entity(1, 'Viaweb') AS viaweb
        JOIN sqlrag.entity_embeddings AS e
            ON e.entity_id = CASE viaweb WHEN r.source_id THEN r.target_id ELSE r.source_id END"""
    )
    return connection


def vector(axis: int) -> str:
    return str([float(place == axis) for place in range(512)])


async def names(
    connection: asyncpg.Connection, mode: str = "local", top_k: int = 3, **given: Any
) -> list[str]:
    """The entities found, with parameters by their names in SQL; vectors as axes."""
    for name in ("embedding", "entity_embedding", "relation_embedding"):
        if name in given:
            given[name] = vector(given[name])
    casts = {name: "::text::halfvec" if "embedding" in name else "::text" for name in given}
    places = [f", {name} => ${at}{casts[name]}" for at, name in enumerate(given, start=2)]
    listed = "".join(places) if "embedding" in given else "".join([*places, ", embedding => NULL"])
    words = "" if "words" in given else ", words => NULL"
    rows = await connection.fetch(
        f"""SELECT item::jsonb
        FROM rag.{mode}_search(workspace => 'default', top_k => $1{listed}{words})
        WHERE kind = 'entity' AND score > 0 ORDER BY rank""",
        top_k,
        *given.values(),
    )
    return [row["item"]["name"] for row in rows]


async def test_names_are_looked_for_in_their_own_text(filled: asyncpg.Connection) -> None:
    assert (await names(filled, words="Viaweb"))[0] == "Viaweb"
    assert (await names(filled, words="Viaweb", names="Tim Koogle"))[0] == "Tim Koogle"
    assert (await names(filled, names="Tim Koogle"))[0] == "Tim Koogle"


async def test_the_last_turns_name_entities_below_those_of_the_question(
    filled: asyncpg.Connection,
) -> None:
    turns = "Tim Koogle runs it.\nDid Viaweb move?"
    found = await names(filled, names="Robert Morris", history=turns)
    assert found == ["Robert Morris", "Tim Koogle", "Viaweb"]
    assert (await names(filled, names="What did he do?", history=turns))[:2] == found[1:]
    twice = await names(filled, names="Viaweb", history=turns)
    assert twice[:2] == ["Viaweb", "Tim Koogle"]


async def test_entities_have_a_vector_of_their_own(filled: asyncpg.Connection) -> None:
    assert (await names(filled, embedding=1))[0] == "Viaweb"
    assert (await names(filled, embedding=1, entity_embedding=3))[0] in ("Yahoo", "Yahoo Inc.")
    assert (await names(filled, embedding=1, relation_embedding=3))[0] == "Viaweb"


async def test_relations_have_a_vector_of_their_own(filled: asyncpg.Connection) -> None:
    async def nearest(relation_embedding: str | None) -> set[str]:
        rows = await filled.fetch(
            """SELECT item::jsonb FROM rag.global_search(
                'default', NULL, $1::text::halfvec, relation_embedding => $2::text::halfvec)
            WHERE kind = 'relation'""",
            vector(0),
            relation_embedding,
        )
        (found,) = (
            row["item"]
            for row in rows
            for arm in row["item"]["arms"]
            if (arm["arm"], arm["rank"]) == ("relation_vector", 1)
        )
        return {found["source"], found["target"]}

    assert await nearest(None) == {"Paul Graham", "Viaweb"}
    assert await nearest(vector(2)) == {"Robert Morris", "Viaweb"}


async def test_chunks_keep_the_vector_of_the_question(filled: asyncpg.Connection, rag: Rag) -> None:
    question = (await rag.embedder.embed(["Анна Ахматова жила в Ленинграде"]))[0]
    found = await filled.fetch(
        """SELECT (item -> 'arms')::jsonb AS arms, item ->> 'source_key' AS source_key
        FROM rag.mix_search('default', NULL, $1, entity_embedding => $2::text::halfvec)
        WHERE kind = 'chunk'""",
        question,
        vector(1),
    )
    first = [
        row["source_key"]
        for row in found
        if any((arm["arm"], arm["rank"]) == ("vector", 1) for arm in row["arms"])
    ]
    assert first == ["ru"]


@pytest.fixture
async def crowded(rag: Rag, connection: asyncpg.Connection) -> Rag:
    """250 entities of two documents, 220 of them in the first; 240 relations, most of one hub."""
    await rag.insert(["A first text.", "A second text."], ["first", "second"], tags=["both"])
    await connection.execute("DELETE FROM sqlrag.entities")
    await connection.execute(
        """WITH entity AS (
            INSERT INTO sqlrag.entities (workspace_id, entity_id) SELECT 1, n + 1000
            FROM generate_series(1, 250) AS n RETURNING entity_id
        ), alias AS (
            INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
            SELECT 1, 'n' || entity_id, entity_id FROM entity
        )
        INSERT INTO sqlrag.mentions
        SELECT 1, entity_id, c.chunk_id, 'n' || entity_id, 'concept', '', false
        FROM entity JOIN rag.chunks AS c
            ON c.source_key = CASE WHEN entity_id <= 1220 THEN 'first' ELSE 'second' END"""
    )
    await connection.execute(
        """WITH relation AS (
            INSERT INTO sqlrag.relations (workspace_id, source_id, target_id, weight)
            SELECT 1, CASE WHEN n <= 200 THEN 1001 ELSE n + 1000 END, n + 1001, 1
            FROM generate_series(1, 240) AS n RETURNING relation_id, target_id
        )
        INSERT INTO sqlrag.evidence
        SELECT 1, relation_id, m.chunk_id, false, '', '', 1
        FROM relation JOIN sqlrag.mentions AS m ON m.entity_id = target_id"""
    )
    return rag


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", [None, {"source_keys": ["first"]}])
async def test_top_k_is_given_in_full_in_every_mode(
    crowded: Rag, connection: asyncpg.Connection, mode: str, filters: dict[str, Any] | None
) -> None:
    param = QueryParam(
        mode=mode,  # type: ignore[arg-type]
        top_k=200,
        max_entity_tokens=10**6,
        max_relation_tokens=10**6,
        max_total_tokens=10**6,
        filters=filters,
    )
    for embedded in (False, True):
        if embedded:
            await embed_everything(connection)
        context = await crowded.search("What of n1007?", param)
        assert len(context.entities) == 200
        assert len(context.relations) == 200
        assert len({entity.entity_id for entity in context.entities}) == 200
        assert len({relation.relation_id for relation in context.relations}) == 200
        named = [entity.name for entity in context.entities]
        assert mode != "local" or named[0] == "n1007"
        assert mode == "global" or "n1007" in named
        ids = [entity.entity_id for entity in context.entities]
        assert filters is None or max(ids) <= 1220
        scores = [entity.score for entity in context.entities]
        assert scores == sorted(scores, reverse=True)


async def test_what_only_fills_a_context_leads_to_no_chunk(crowded: Rag) -> None:
    context = await crowded.search("Nothing is named.", QueryParam(mode="local"))
    assert {arm.arm for entity in context.entities for arm in entity.arms} == {"rest"}
    assert {arm.arm for chunk in context.chunks for arm in chunk.arms} == {"vector"}


async def embed_everything(connection: asyncpg.Connection) -> None:
    for noun, table in (("entity", "entities"), ("relation", "relations")):
        await connection.execute(
            f"""INSERT INTO sqlrag.{noun}_embeddings (workspace_id, {noun}_id, space_id, embedding)
            SELECT 1, {noun}_id, 1,
                (SELECT array_agg(sin({noun}_id * n)) FROM generate_series(1, 512) AS n)::halfvec
            FROM sqlrag.{table}"""
        )
