"""The strongest relations of a hub, for who may read some of what is said of them."""

from pathlib import Path

import asyncpg
import pytest

_HUB = Path(__file__).with_name("hub.sql").read_text("utf-8")
# What the view of relations says, read to its end.
_WHOLE = """
WITH whole AS (
    SELECT r.relation_id, r.source_id + r.target_id - 50 AS neighbour_id, r.weight,
        r.source_id = 50 AS leaves
    FROM sqlrag_readable.relations AS r
    WHERE r.workspace_id = 77 AND 50 IN (r.source_id, r.target_id)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY leaves ORDER BY weight DESC, relation_id) AS rank
    FROM whole
)
SELECT relation_id, neighbour_id, weight FROM ranked
WHERE $1::int IS NULL OR rank <= $1
ORDER BY 1
"""


@pytest.mark.parametrize("seed", range(4))
async def test_the_strongest_are_those_of_what_one_may_read(
    connection: asyncpg.Connection, seed: int
) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(f"SELECT setseed({seed / 10})")
        await connection.execute(_HUB)
        for principals in (["team-1"], ["team-2"], ["team-3"], ["team-2", "team-3"], ["nobody"]):
            await connection.execute("SELECT sqlrag.read_as('hub', $1, NULL)", principals)
            for fan in (1, 2, 5, 30, 100, 1000, None):
                found = await connection.fetch(
                    "SELECT * FROM sqlrag_readable.relations_of(77, 50, $1) ORDER BY 1", fan
                )
                assert found == await connection.fetch(_WHOLE, fan), (principals, fan)


async def test_mentions_are_those_that_one_may_read(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("SELECT setseed(0.5)")
        await connection.execute(_HUB)
        for principals in (["team-1"], ["team-3"], ["nobody"]):
            await connection.execute("SELECT sqlrag.read_as('hub', $1, NULL)", principals)
            found = await connection.fetch(
                "SELECT * FROM sqlrag_readable.permitted_mentions(77, 50, NULL) ORDER BY 1"
            )
            assert found == await connection.fetch(
                """SELECT chunk_id, name, type, description FROM sqlrag_readable.mentions
                WHERE workspace_id = 77 AND entity_id = 50 ORDER BY 1"""
            )
