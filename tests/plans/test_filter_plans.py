"""A filter makes no step read much more than it reads without one."""

from typing import Any

import asyncpg
import pytest

from sqlrag.database.statements import SQL
from tests.benchmarks.filling import fill

HALF: dict[str, Any] = {"metadata": {"rare": False}}  # more than few
TWO: dict[str, Any] = {"source_keys": ["d3", "d7"]}
HUBS = """SELECT array_agg(hub.entity_id) FROM (
    SELECT entity_id FROM sqlrag.mentions GROUP BY 1 ORDER BY count(*) DESC LIMIT 5) AS hub"""


@pytest.fixture
async def filled(connection: asyncpg.Connection) -> asyncpg.Connection:
    await fill(connection, "filled", 2_400)
    return connection


async def count_rows(connection: asyncpg.Connection, part: str, *asked: Any) -> int:
    """Rows that a statement reads of tables and indexes whose names hold a part."""
    await connection.fetch(*asked)
    async with connection.transaction():
        before = {row["name"]: row["rows"] for row in await connection.fetch(SQL["count_reads"])}
        await connection.fetch(*asked)
        after = {row["name"]: row["rows"] for row in await connection.fetch(SQL["count_reads"])}
    read = {name: rows - before.get(name, 0) for name, rows in after.items() if part in name}
    return sum(read.values())


async def test_words_are_not_read_again_for_a_filter(filled: asyncpg.Connection) -> None:
    ask = "SELECT * FROM sqlrag.lexical_search(1, 'c d hb gfd', 10, $1)"
    without = await count_rows(filled, "chunk_terms", ask, None)
    assert without > 1_000
    assert await count_rows(filled, "chunk_terms", ask, HALF) <= without


async def test_a_hub_is_not_read_to_its_end_for_a_few_chunks(filled: asyncpg.Connection) -> None:
    if filled.get_server_version().major < 17:
        pytest.skip("before PostgreSQL 17 a list is a condition on what an index scan has read")
    hubs = await filled.fetchval(HUBS)
    ask = "SELECT * FROM sqlrag.describe_entities(1, $1, $2)"
    without = await count_rows(filled, "mentions", ask, hubs, None)
    assert await count_rows(filled, "mentions", ask, hubs, TWO) < without / 5


async def test_of_a_hub_the_latest_mentions_tell_whether_it_is_permitted(
    filled: asyncpg.Connection,
) -> None:
    hubs = await filled.fetchval(HUBS)
    ask = "SELECT * FROM sqlrag.permitted_among(1, 'entity', $1, $2)"
    assert len(await filled.fetch(ask, hubs, HALF)) == len(hubs)
    assert await count_rows(filled, "mentions", ask, hubs, HALF) < 20 * len(hubs)
