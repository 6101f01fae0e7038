"""By the beginning of a name, of one of its words, then by likeness."""

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import make_network, rows, write

SEARCH = "SELECT name FROM rag.search_entities('default', $1, $2)"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Paul", ["Paul Graham"]),
        ("paul gra", ["Paul Graham"]),
        ("GRAH", ["Paul Graham"]),
        ("yahoo, inc", ["Yahoo"]),
        ("Paul Grahem", ["Paul Graham"]),
        ("Robert Moris", ["Robert Morris"]),
        ("Koogel", ["Tim Koogle"]),
        ("ахмат", ["Анна Ахматова"]),
        ("Ахмотова", ["Анна Ахматова"]),
        ("张", ["张三"]),
        ("zeppelin", []),
        ("", []),
        (None, []),
        ("100%_\\", []),
    ],
)
async def test_a_name_is_found_by_its_parts(
    filled: Rag, connection: asyncpg.Connection, words: str, wanted: list[str]
) -> None:
    assert [row[0] for row in await rows(connection, SEARCH, words, 20)] == wanted


async def test_beginnings_come_before_likeness(filled: Rag, connection: asyncpg.Connection) -> None:
    names = ["Grahamstown", "Martha Graham", "Grahm", "Graham"]
    await write(filled, "g", "g", [(name, "concept", "") for name in names], [])
    found = [row[0] for row in await rows(connection, SEARCH, "graham", 20)]
    assert found == ["Graham", "Grahamstown", "Paul Graham", "Martha Graham", "Grahm"]
    assert [row[0] for row in await rows(connection, SEARCH, "graham", 2)] == found[:2]
    ((similarity, chunk_count), *_) = await rows(
        connection,
        "SELECT similarity, chunk_count FROM rag.search_entities('default', 'graham')",
    )
    assert (similarity, chunk_count) == (1, 1)


async def test_a_large_workspace_is_searched_too(connection: asyncpg.Connection) -> None:
    await make_network(connection, [(1, 2, 1.0)])
    await connection.execute(
        """INSERT INTO sqlrag.entities (workspace_id, entity_id)
        SELECT 1, n FROM generate_series(3, 12000) AS n"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
        SELECT 1, 'street number ' || n, n FROM generate_series(3, 11999) AS n
        UNION ALL SELECT 1, 'ernest hemingway', 12000"""
    )
    for words in ("ernest", "heming", "hemingwey", "ernst hemingway"):
        assert (await rows(connection, SEARCH, words, 5))[0] == ("ernest hemingway",)
    assert len(await rows(connection, SEARCH, "street", 5)) == 5
