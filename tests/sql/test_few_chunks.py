"""What a filter admits is the same from whichever side it is looked at."""

from typing import Any

import asyncpg
import pytest

from tests.benchmarks.filling import fill

CHUNKS = 2_400
FEW: list[dict[str, Any]] = [
    {"metadata": {"rare": True}},
    {"metadata": {"common": True}},
    {"source_keys": ["d3", "d7"]},
    {"tags": ["none"]},
]
MANY: list[dict[str, Any]] = [
    {"metadata": {"rare": False}},
    {"document_ids": list(range(1, 110))},
]
WORDS = "c d hb gfd Qf"  # from frequent to rare
ADMITTED = """
SELECT c.chunk_id FROM sqlrag.chunks AS c
WHERE c.document_id IN (SELECT document_id FROM sqlrag.permitted_documents(1, $1)) ORDER BY 1
"""
LEXICAL = """
WITH term AS (
    SELECT array_agg(t.lexeme) AS lexemes, array_agg(t.idf) AS idfs, max(t.mean_length) AS length
    FROM (
        SELECT w.* FROM sqlrag.weigh_terms(1, $2) AS w
        UNION ALL
        SELECT t.* FROM sqlrag.title_terms(1, ARRAY(
            SELECT w FROM sqlrag.weigh_terms(1, $2) AS w)) AS t
    ) AS t
)
SELECT round(s.score::numeric, 9) AS score
FROM term, sqlrag.score_terms(1, term.lexemes, term.idfs, term.length, $1) AS s
ORDER BY s.score DESC LIMIT 100
"""
# Where each kind of what chunks say is held, and where that stands.
KINDS = {"entity": ("entities", "mentions"), "relation": ("relations", "evidence")}


@pytest.fixture
async def filled(connection: asyncpg.Connection) -> asyncpg.Connection:
    assert await fill(connection, "filled", CHUNKS) == 1
    return connection


async def test_few_chunks_are_named_and_many_are_not(filled: asyncpg.Connection) -> None:
    ask = "SELECT sqlrag.few_chunks(1, $1)"
    for filters in FEW:
        admitted = [row[0] for row in await filled.fetch(ADMITTED, filters)]
        assert await filled.fetchval(ask, filters) == admitted
    for many in (*MANY, None):
        assert await filled.fetchval(ask, many) is None
    with pytest.raises(asyncpg.InvalidParameterValueError, match="Unknown filter"):
        await filled.fetchval(ask, {"year": 1})


async def test_words_are_ranked_as_if_all_that_is_admitted_were_scored(
    filled: asyncpg.Connection,
) -> None:
    for filters in (*FEW, *MANY, None):
        found = await filled.fetch(
            """SELECT round(score::numeric, 9) AS score
            FROM sqlrag.lexical_search(1, $2, 100, $1)""",
            filters,
            WORDS,
        )
        assert found == await filled.fetch(LEXICAL, filters, WORDS)
        assert len(found) > 0 or filters == FEW[-1]


async def test_what_chunks_say_is_permitted_with_them(filled: asyncpg.Connection) -> None:
    for filters in (*FEW, *MANY):
        admitted = [row[0] for row in await filled.fetch(ADMITTED, filters)]
        for kind, (table, said) in KINDS.items():
            found = await filled.fetch(
                f"""SELECT id FROM sqlrag.permitted_among(1, $1,
                    ARRAY(SELECT {kind}_id FROM sqlrag.{table}), $2) ORDER BY 1""",
                kind,
                filters,
            )
            assert found == await filled.fetch(
                f"""SELECT DISTINCT {kind}_id AS id FROM sqlrag.{said}
                WHERE chunk_id = ANY ($1) ORDER BY 1""",
                admitted,
            )


async def test_entities_and_vectors_are_the_same_from_both_sides(
    filled: asyncpg.Connection,
) -> None:
    entities = """SELECT * FROM sqlrag.read_entities(1,
        ARRAY(SELECT entity_id FROM sqlrag.entities), $1{}) ORDER BY 1"""
    vectors = """SELECT near.*
        FROM (SELECT embedding FROM sqlrag.chunk_embeddings LIMIT 1) AS asked,
            sqlrag.nearest_exact(1, $2, asked.embedding, 30, $1, 1, 'cosine'{}) AS near"""
    sides = "", ", sqlrag.few_chunks(1, $1)"
    for filters in FEW:
        one, other = [await filled.fetch(entities.format(side), filters) for side in sides]
        assert one == other
        for kind in ("chunk", *KINDS):
            one, other = [await filled.fetch(vectors.format(side), filters, kind) for side in sides]
            assert one == other
