"""An entity, what it is related to, and what most documents mention."""

import asyncpg

from sqlrag.app import Rag
from tests.sql.graph.making import edit, entity_id, rows, write

NEIGHBOURS = "SELECT name, keywords, direction, weight FROM rag.neighbours('default', $1)"
ENTITY = """SELECT name, type, aliases, chunk_count, relation_count, edited_by
    FROM rag.entity('default', $1)"""


async def test_neighbours_come_strongest_first(filled: Rag, connection: asyncpg.Connection) -> None:
    assert await rows(connection, NEIGHBOURS, "viaweb") == [
        ("Paul Graham", "founder", "in", 3.0),
        ("Robert Morris", "founder", "in", 2.0),
        ("Yahoo", "1998, acquisition", "in", 2.0),
    ]
    assert await rows(connection, NEIGHBOURS, "Tim Koogle") == [("Yahoo", "chief", "out", 1.0)]
    assert await rows(connection, NEIGHBOURS, "张三") == [("灯塔", "管理", "out", 1.0)]
    assert await rows(connection, NEIGHBOURS, "ленинград") == [
        ("Анна Ахматова", "жила в", "in", 1.0)
    ]
    assert await rows(connection, NEIGHBOURS, "nobody") == []
    one = "SELECT name FROM rag.neighbours('default', 'viaweb', 1)"
    assert await rows(connection, one) == [("Paul Graham",)]


async def test_an_entity_answers_to_all_its_names(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    for name in ("Yahoo", "YAHOO INC."):
        assert await rows(connection, ENTITY, name) == [
            ("Yahoo", "organization", ["Yahoo Inc."], 2, 2, None)
        ]
    assert await rows(connection, ENTITY, "nobody") == []
    assert (await rows(connection, ENTITY, "анна ахматова"))[0][:2] == ("Анна Ахматова", "person")


async def test_an_edit_shows_whose_it_is_and_keeps_old_names(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await edit(connection, "Tim Koogle", name="Timothy Koogle")
    await connection.execute(
        "INSERT INTO sqlrag.entity_aliases VALUES (1, 'timothy koogle', 0, $1), (1, 'tk', 0, $1)",
        await entity_id(connection, "Tim Koogle"),
    )
    wanted = [("Timothy Koogle", "person", ["Tim Koogle", "tk"], 1, 1, "me")]
    assert await rows(connection, ENTITY, "TK") == wanted
    assert await rows(connection, ENTITY, "Timothy Koogle") == wanted


async def test_what_most_chunks_mention_is_popular(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await write(filled, "more", "Yahoo!", [("Yahoo", "organization", "")], [])
    popular = "SELECT * FROM rag.popular_entities('default', $1)"
    found = await rows(connection, popular, 100)
    assert found[:2] == [("Yahoo", "organization", 3, 2), ("Viaweb", "organization", 1, 3)]
    assert len(found) == 9
    assert await rows(connection, popular, 1) == found[:1]


async def test_another_workspace_never_shows(
    filled: Rag, url: str, connection: asyncpg.Connection
) -> None:
    async with Rag.open(url, workspace="other") as other:
        pair = [("Yahoo", "product", "Another."), ("Hidden", "person", "")]
        await write(other, "o", "Yahoo and Hidden.", pair, [("Yahoo", "Hidden", "", "", 9.0)])
    assert len(await rows(connection, NEIGHBOURS, "Yahoo")) == 2
    assert (await rows(connection, ENTITY, "yahoo"))[0][1:4] == ("organization", ["Yahoo Inc."], 2)
    assert await rows(connection, ENTITY, "Hidden") == []
    every = """SELECT name FROM rag.popular_entities('default')
        UNION ALL SELECT name FROM rag.search_entities('default', 'hidden')
        UNION ALL SELECT document FROM rag.where_said('default', 'hidden')
        UNION ALL SELECT source FROM rag.find_path('default', 'yahoo', 'hidden')
        UNION ALL SELECT a FROM rag.duplicates('default')
        UNION ALL SELECT rag.subgraph('default', 'yahoo', 4)::text"""
    assert "hidden" not in str(await rows(connection, every)).lower()
    assert await rows(connection, "SELECT name FROM rag.neighbours('other', 'hidden')") == [
        ("Yahoo",)
    ]
