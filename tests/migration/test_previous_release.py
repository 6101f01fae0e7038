"""A database that the release before filled and laid its functions in answers the same."""

import asyncio
from typing import Any

import asyncpg

from sqlrag.app import Rag
from sqlrag.database.migrating import migrate
from sqlrag.domain.retrieval import MODES, QueryParam
from sqlrag.settings import Settings
from tests.conftest import run_sql

TEXTS = [
    "Grey Harbour is a ballad first sung by Ada Quist in the old hall.",
    "Ada Quist grew up in Harrow Vale and kept a light for thirty years.",
    "Harrow Vale has a market and a school on the river Wend.",
]
# As the release of revision 0008 laid them: by id, in schema rag, with its types.
OLDER = """
CREATE FUNCTION rag.list_arms(bm25_rank bigint, bm25_score float8) RETURNS rag.arm[]
LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY[('bm25', bm25_rank, bm25_score)::rag.arm] $$;
CREATE FUNCTION rag.weigh_terms(workspace int, words text) RETURNS SETOF rag.term
LANGUAGE sql STABLE AS $$ SELECT words, 1::bigint, 1::float8, 1::float8 $$;
CREATE FUNCTION rag.mix_search(workspace int, words text, embedding halfvec, top_k int DEFAULT 40)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE AS $$ SELECT 'chunk', 1, 1::float8, to_json(rag.list_arms(1, 1)) $$;
CREATE FUNCTION rag.neighbours(workspace text, entity text, k int DEFAULT 20) RETURNS SETOF text
LANGUAGE sql STABLE AS $$ SELECT entity $$;
CREATE VIEW rag.workspaces AS
SELECT w.workspace_id, w.name, 0::bigint AS documents, 0::bigint AS chunks, 0::bigint AS terms,
    s.model, s.dimensions, w.created_at, w.settings
FROM sqlrag.workspaces AS w LEFT JOIN sqlrag.embedding_spaces AS s USING (space_id);
"""
MADE = """SELECT count(*) FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('rag', 'sqlrag') AND p.prorettype <> 'trigger'::regtype
        AND p.proname NOT IN ('fold_totals', 'is_related_by_hand')"""


def test_a_database_of_the_release_before_answers_the_same(
    empty_url: str, settings: Settings
) -> None:
    migrate(empty_url)
    asyncio.run(fill(empty_url, settings))
    before = asyncio.run(ask(empty_url, settings))
    migrate(empty_url, "0008")
    assert asyncio.run(fetch(empty_url, MADE)) == 0
    run_sql(empty_url, OLDER)
    assert asyncio.run(fetch(empty_url, "SELECT count(*) FROM rag.weigh_terms(1, 'hall')")) == 1
    migrate(empty_url)
    assert asyncio.run(ask(empty_url, settings)) == before
    by_id = "SELECT count(*) FROM pg_proc WHERE oid = to_regprocedure('rag.weigh_terms(int, text)')"
    assert asyncio.run(fetch(empty_url, by_id)) == 0
    asyncio.run(edit(empty_url, settings))


async def fill(url: str, settings: Settings) -> None:
    async with Rag.open(url, settings=settings) as rag:
        await rag.insert(TEXTS, ["song", "singer", "town"])
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT rag.rename_entity('default', 'Ada Quist', 'Ada of the Vale')")
    await connection.execute("SELECT rag.create_relation('default', 'Wend', 'Grey Harbour', 'sea')")
    await connection.close()


async def ask(url: str, settings: Settings) -> list[Any]:
    """What every mode finds, what is known of the graph, and who changed it."""
    answers: list[Any] = []
    async with Rag.open(url, settings=settings) as rag:
        for mode in MODES:
            context = await rag.search("Where did Ada Quist grow up?", QueryParam(mode))
            answers += [context.chunks, context.entities, context.relations, context.reason]
    connection = await asyncpg.connect(url)
    for sql in (
        "SELECT * FROM rag.entity('default', 'Ada Quist')",
        "SELECT * FROM rag.neighbours('default', 'Ada Quist')",
        "SELECT * FROM rag.edits ORDER BY edit_id",
        "SELECT * FROM rag.documents ORDER BY document_id",
    ):
        answers.append([tuple(row) for row in await connection.fetch(sql)])
    await connection.close()
    assert all(answers[-4:])
    return answers


async def edit(url: str, settings: Settings) -> None:
    """Writers and edits work on, on what was there."""
    async with Rag.open(url, settings=settings) as rag:
        (result,) = await rag.insert("Ada Quist left Harrow Vale in May.", "song")
        assert result.outcome == "updated"
        await rag.delete("town")
    connection = await asyncpg.connect(url)
    merge = "SELECT name FROM rag.merge_entities('default', ARRAY['Wend'], 'Ada Quist')"
    assert await connection.fetchval(merge) == "Ada of the Vale"
    assert await connection.fetchval("SELECT count(*) FROM rag.orphans") == 0
    await connection.close()


async def fetch(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
