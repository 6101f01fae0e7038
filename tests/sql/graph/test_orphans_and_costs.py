"""What hangs in the air, and what models cost."""

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import edit, rows

ORPHANS = "SELECT kind, workspace, name FROM rag.orphans ORDER BY 1"


async def test_nothing_hangs_in_the_air(filled: Rag, connection: asyncpg.Connection) -> None:
    assert await rows(connection, ORPHANS) == []
    await edit(connection, "Tim Koogle", description="A person made it.")
    await filled.delete("news")
    await filled.delete("zh")
    assert await rows(connection, ORPHANS) == []


async def test_what_hangs_in_the_air_is_seen(filled: Rag, connection: asyncpg.Connection) -> None:
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        """DELETE FROM sqlrag.mentions WHERE name = '灯塔';
        DELETE FROM sqlrag.evidence WHERE keywords = 'chief';
        INSERT INTO sqlrag.entity_aliases VALUES (1, 'nowhere', 0, 10000000)"""
    )
    found = await rows(connection, ORPHANS)
    assert [row[:2] for row in found] == [
        ("alias", "default"),
        ("entity", "default"),
        ("relation", "default"),
    ]
    assert [row[2] for row in found[:2]] == ["nowhere", "灯塔"]


@pytest.fixture
async def ledger(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('default'), ('other')")
    await connection.executemany(
        """INSERT INTO sqlrag.model_calls (workspace_id, key_sha256, purpose, model, source_key,
            response, error, prompt_tokens, completion_tokens, seconds, created_at)
        VALUES ($1, '', $2, 'm', $3, $4, $5, $6, $7, 0.5, $8::text::timestamptz)""",
        [
            (1, "extract", "a", "ok", None, 100, 10, "2026-01-01 12:00"),
            (1, "extract", "a", None, "refused", None, None, "2026-01-01 13:00"),
            (1, "extract", "b", "ok", None, 500, 50, "2026-01-02 12:00"),
            (1, "answer", None, "ok", None, 7, 3, "2026-01-02 12:00"),
            (2, "extract", "a", "ok", None, 9000, 9000, "2026-01-02 12:00"),
        ],
    )
    return connection


async def test_costs_add_up_by_day(ledger: asyncpg.Connection) -> None:
    sql = """SELECT day::text, purpose, calls, errors, prompt_tokens, completion_tokens, seconds
        FROM rag.cost_by_day('default')"""
    assert await rows(ledger, sql) == [
        ("2026-01-02", "answer", 1, 0, 7, 3, 0.5),
        ("2026-01-02", "extract", 1, 0, 500, 50, 0.5),
        ("2026-01-01", "extract", 2, 1, 100, 10, 1.0),
    ]


async def test_costs_add_up_by_document(ledger: asyncpg.Connection) -> None:
    sql = """SELECT source_key, purpose, model, calls, errors, prompt_tokens, completion_tokens,
            seconds
        FROM rag.cost_by_document('default', $1)"""
    every = [
        ("b", "extract", "m", 1, 0, 500, 50, 0.5),
        ("a", "extract", "m", 2, 1, 100, 10, 1.0),
    ]
    assert await rows(ledger, sql, 50) == every
    assert await rows(ledger, sql, 1) == every[:1]


CALLS = [
    "neighbours($1, 'x')",
    "entity($1, 'x')",
    "popular_entities($1)",
    "search_entities($1, 'x')",
    "search_entities($1, '')",
    "find_path($1, 'x', 'y')",
    "where_said($1, 'x')",
    "where_said($1, 'x', 'y'::text)",
    "subgraph($1, 'x')",
    "duplicates($1)",
    "cost_by_day($1)",
    "cost_by_document($1)",
]


@pytest.mark.parametrize("call", CALLS)
async def test_an_unknown_workspace_is_named(connection: asyncpg.Connection, call: str) -> None:
    with pytest.raises(asyncpg.NoDataFoundError, match='no workspace named "elsewhere"'):
        await connection.fetch(f"SELECT * FROM rag.{call}", "elsewhere")
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('elsewhere')")
    await connection.fetch(f"SELECT * FROM rag.{call}", "elsewhere")
