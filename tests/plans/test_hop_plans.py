"""Retrieval over hops looks rows up; it reads no table to the end."""

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import SQL
from tests.sql.multihop.making import QUESTION, fill, scores

NAMES = 20_000


@pytest.fixture
async def crowded(rag: Rag, connection: asyncpg.Connection) -> asyncpg.Connection:
    """The chain of passages among 20,000 others, each with an entity of its own."""
    await fill(rag)
    await connection.execute(
        f"""SET session_replication_role = replica;
        INSERT INTO sqlrag.documents
            (workspace_id, source_key, title, media_type, language, content_sha256, recipe, status)
        SELECT 1, 'x' || n, 'Name x' || n, 'text/plain', 'english', '', '', 'ready'
        FROM generate_series(1, {NAMES}) AS n;
        INSERT INTO sqlrag.chunks (workspace_id, document_id, ordinal, content, content_sha256,
            token_count, term_count, char_start, char_end)
        SELECT 1, document_id, 0, title, '', 1, 3, 0, length(title)
        FROM sqlrag.documents WHERE source_key LIKE 'x%';
        INSERT INTO sqlrag.entities (workspace_id, entity_id)
        SELECT 1, 1000000 + n FROM generate_series(1, {NAMES}) AS n;
        INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
        SELECT 1, 'name x' || n, 1000000 + n FROM generate_series(1, {NAMES}) AS n;
        INSERT INTO sqlrag.mentions
            (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
        SELECT 1, 1000000 + substr(content, 7)::int, chunk_id, content, 'concept', '', true
        FROM sqlrag.chunks WHERE content LIKE 'Name x%';
        SET session_replication_role = DEFAULT;"""
    )
    await connection.execute("VACUUM ANALYZE")
    return connection


async def test_names_of_a_question_are_looked_up_not_compared_with_all(
    crowded: asyncpg.Connection,
) -> None:
    names = "SELECT * FROM sqlrag.named_entities(1, 'Who of Grey Harbour knew Name x77?')"
    async with crowded.transaction():
        before = {row["name"]: row["rows"] for row in await crowded.fetch(SQL["count_reads"])}
        assert len(await crowded.fetch(names)) == 2
        after = {row["name"]: row["rows"] for row in await crowded.fetch(SQL["count_reads"])}
    read = {name: rows - before.get(name, 0) for name, rows in after.items() if "aliases" in name}
    assert 2 <= sum(read.values()) < 10


async def test_hops_scan_no_table(crowded: asyncpg.Connection) -> None:
    scans = """SELECT jsonb_object_agg(relname, seq_scan) FROM pg_stat_user_tables
        WHERE schemaname = 'sqlrag'
            AND relname IN ('documents', 'chunks', 'entity_aliases', 'entities', 'mentions')"""
    await scores(crowded)
    await crowded.execute("SELECT pg_stat_force_next_flush()")
    before = await crowded.fetchval(scans)
    for _ in range(7):  # past the runs for which Postgres makes plans of their own
        assert (await crowded.fetch("SELECT * FROM rag.multihop_search('default', $1)", QUESTION))[
            0
        ]
    await crowded.execute("SELECT pg_stat_force_next_flush()")
    assert await crowded.fetchval(scans) == before
