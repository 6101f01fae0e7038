"""The plans that speed rests on, as EXPLAIN tells them."""

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import SQL


@pytest.fixture
async def crowded(rag: Rag, connection: asyncpg.Connection) -> asyncpg.Connection:
    """Two workspaces of 3,000 chunks, so that a plan has something to choose between."""
    await rag.insert("seed")
    await connection.execute("INSERT INTO sqlrag.workspaces (name, space_id) VALUES ('other', 1)")
    await connection.execute(
        """INSERT INTO sqlrag.documents
            (workspace_id, source_key, title, media_type, language, content_sha256, recipe, status)
        SELECT w, 'd' || n, '', 'text/plain', 'english', '', '', 'ready'
        FROM generate_series(1, 2) AS w, generate_series(1, 3000) AS n"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.chunks (workspace_id, document_id, ordinal, content, content_sha256,
            token_count, term_count, char_start, char_end)
        SELECT workspace_id, document_id, 0, 'x', '', 1, 3, 0, 1
        FROM sqlrag.documents WHERE source_key LIKE 'd%'"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.chunk_terms
        SELECT workspace_id, t, chunk_id, 1, 3 FROM sqlrag.chunks,
            unnest(ARRAY['common', 'w' || chunk_id % 50, 'r' || chunk_id % 700]) AS t
        WHERE content = 'x'"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.chunk_embeddings
        SELECT workspace_id, chunk_id, 1,
            (SELECT array_agg(random()) FROM generate_series(1, 512) WHERE chunk_id > 0)::halfvec
        FROM sqlrag.chunks WHERE content = 'x'"""
    )
    await connection.execute("VACUUM ANALYZE")
    return connection


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


async def explain(connection: asyncpg.Connection, sql: str) -> list[dict[str, Any]]:
    plan = await connection.fetchval(f"EXPLAIN (FORMAT json, ANALYZE, BUFFERS) {sql}")
    return list(nodes(json.loads(plan)[0]["Plan"]))


async def test_bm25_reads_one_index_and_no_table(crowded: asyncpg.Connection) -> None:
    plan = await explain(
        crowded,
        """SELECT *
        FROM sqlrag.score_terms(1, ARRAY['r5', 'w7'], ARRAY[5.0, 3.0]::float8[], 3, NULL)""",
    )
    reads = [node for node in plan if node.get("Relation Name") == "chunk_terms"]
    assert [node["Node Type"] for node in reads] == ["Index Only Scan"]
    assert reads[0]["Index Name"] == "chunk_terms_by_lexeme"
    assert reads[0]["Actual Rows"] * reads[0]["Actual Loops"] < 200


async def test_deleting_a_document_scans_no_table(crowded: asyncpg.Connection) -> None:
    """Neither the statement nor the cascades and triggers behind it."""
    scans = """SELECT pg_stat_force_next_flush(), (
        SELECT sum(seq_scan) FROM pg_stat_user_tables
        WHERE schemaname = 'sqlrag'
            AND relname IN ('documents', 'chunks', 'chunk_terms', 'chunk_embeddings'))"""
    wanted = await crowded.fetchval("SELECT max(document_id) FROM sqlrag.documents")
    await crowded.fetch(scans)
    before = (await crowded.fetchrow(scans))[1]
    await crowded.execute(
        f"DELETE FROM sqlrag.documents WHERE workspace_id = 2 AND document_id = {wanted}"
    )
    await crowded.fetch(scans)
    assert (await crowded.fetchrow(scans))[1] == before


async def test_deleting_from_a_workspace_that_statistics_do_not_know_reads_only_what_goes(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    texts = [f"Person{n % 40} Smith met Org{n % 30} Corp on day {n}." for n in range(400)]
    await rag.insert(texts[:90])
    await connection.execute("ANALYZE")
    later = rag.in_workspace("later")
    await later.insert(texts, ids=[f"d{n}" for n in range(400)])
    workspace = await later.workspaces.get("later")
    plan = json.loads(
        await connection.fetchval(
            f"EXPLAIN (FORMAT json, ANALYZE, BUFFERS) {SQL['delete_documents']}",
            workspace.id,
            [],
            [f"d{n}" for n in range(350)],
            None,
        )
    )[0]["Plan"]
    assert plan["Actual Rows"] == 350
    assert plan["Shared Hit Blocks"] < 350 * 50


async def test_the_vector_index_is_used_once_it_exists(crowded: asyncpg.Connection) -> None:
    await crowded.execute(
        """CREATE INDEX chunk_embeddings_hnsw_w1_s1 ON sqlrag.chunk_embeddings
        USING hnsw ((embedding::halfvec(512)) halfvec_cosine_ops)
        WHERE workspace_id = 1 AND space_id = 1"""
    )
    vector = "(SELECT array_agg(n) FROM generate_series(1, 512) AS n)::halfvec"
    scans = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE '%hnsw_w1_s1'"
    for workspace, used in ((2, 0), (1, 1)):
        found = await crowded.fetch(
            f"SELECT * FROM sqlrag.nearest({workspace}, 'chunk', {vector}, 10)"
        )
        assert len(found) == 10
        await crowded.execute("SELECT pg_stat_force_next_flush()")
        assert await crowded.fetchval(scans) == used


async def test_the_languages_of_a_workspace_are_found_without_reading_its_documents(
    crowded: asyncpg.Connection,
) -> None:
    await crowded.fetch("SELECT * FROM sqlrag.query_lexemes(1, 'words to warm the caches')")
    plan = await explain(crowded, "SELECT * FROM sqlrag.query_lexemes(1, 'total net sales')")
    read = sum(node["Shared Hit Blocks"] for node in plan[:1])
    assert read < 200


async def test_a_filter_reads_the_documents_that_it_admits(crowded: asyncpg.Connection) -> None:
    """However often it was asked before: a plan for any filter would read all of them."""
    await crowded.execute(
        """UPDATE sqlrag.documents SET tags = ARRAY['rare'], metadata = '{"year": 1900}'
        WHERE source_key IN ('d7', 'd8', 'd9')"""
    )
    await crowded.execute("VACUUM ANALYZE sqlrag.documents")
    first = await crowded.fetchval("SELECT min(document_id) FROM sqlrag.documents")
    read = """SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
        WHERE relname = 'documents'"""
    for filters, admitted in (
        ({"document_ids": [first, first + 1]}, 2),
        ({"source_keys": ["d7", "d8"], "tags": ["rare"]}, 2),
        ({"tags": ["rare"]}, 3),
        ({"all_tags": ["rare"]}, 3),
        ({"metadata": {"year": 1900}}, 3),
        ({"created_after": "2999-01-01"}, 0),
    ):
        for _ in range(8):
            found = await crowded.fetch(
                "SELECT document_id FROM sqlrag.permitted_documents(1, $1::text::jsonb)",
                json.dumps(filters),
            )
            assert len(found) == admitted
        async with crowded.transaction():
            before = await crowded.fetchval(read) or 0
            await crowded.fetch(
                "SELECT document_id FROM sqlrag.permitted_documents(1, $1::text::jsonb)",
                json.dumps(filters),
            )
            assert (await crowded.fetchval(read) or 0) - before <= 10
