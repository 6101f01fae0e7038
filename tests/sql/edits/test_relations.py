"""Relations made, changed and deleted by hand."""

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.edits.test_entities import EDITS, ORPHANS, again
from tests.sql.graph.making import rows

BETWEEN = """SELECT source, target, keywords, description, weight, chunk_count, edited_by
    FROM sqlrag.relation(1, $1, $2)"""
NAMES = "SELECT count(*) FROM rag.entity('default', $1)"


async def test_a_relation_is_made_by_hand_and_points_as_it_was_told(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    made = "SELECT * FROM rag.create_relation('default', $1, $2, 'knows', 'They met.', 2, 'me')"
    for source, target in (("Tim Koogle", "Paul Graham"), ("Robert Morris", "Tim Koogle")):
        wanted = [(source, target, "knows", "They met.", 2.0, 0, "me")]
        assert await rows(connection, made, source, target) == wanted
        assert await rows(connection, BETWEEN, target, source) == wanted
    ways = """SELECT name, direction, weight
        FROM rag.neighbours('default', 'tim koogle') ORDER BY 1"""
    assert await rows(connection, ways) == [
        ("Paul Graham", "out", 2.0),
        ("Robert Morris", "in", 2.0),
        ("Yahoo", "out", 1.0),
    ]
    assert await rows(connection, ORPHANS) == []
    assert await rows(connection, EDITS) == [
        ("create_relation", "Tim Koogle — Paul Graham", "me"),
        ("create_relation", "Robert Morris — Tim Koogle", "me"),
    ]


async def test_an_edited_relation_stays_with_its_ends_until_it_is_deleted(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    edit = """SELECT keywords, weight, edited_by FROM rag.edit_relation(
        'default', 'Tim Koogle', 'Yahoo', 'chief executive', new_weight => 7, editor => 'me')"""
    assert await rows(connection, edit) == [("chief executive", 7.0, "me")]
    wanted = [("Tim Koogle", "Yahoo", "chief executive", "", 7.0, 1, "me")]
    for more in ("", " And so on."):
        await again(filled, "news", more)
        assert await rows(connection, BETWEEN, "Yahoo", "Tim Koogle") == wanted
    assert await rows(connection, "SELECT weight FROM sqlrag.relations WHERE weight = 7") == [
        (7.0,)
    ]
    await filled.delete("news")
    assert (await rows(connection, BETWEEN, "Yahoo", "Tim Koogle"))[0][4:] == (7.0, 0, "me")
    assert await rows(connection, ORPHANS) == []
    await connection.execute("SELECT rag.delete_relation('default', 'Yahoo', 'Tim Koogle')")
    assert await rows(connection, NAMES, "Tim Koogle") == [(0,)], "nothing else kept him"
    assert await rows(connection, NAMES, "Yahoo") == [(1,)]
    assert await rows(connection, ORPHANS) == []


async def test_an_end_goes_when_the_entity_that_it_was_related_to_by_hand_is_deleted(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await connection.execute("SELECT rag.create_relation('default', 'Tim Koogle', '灯塔')")
    await filled.delete("news")
    assert await rows(connection, NAMES, "Tim Koogle") == [(1,)]
    await connection.execute("SELECT rag.delete_entity('default', '灯塔')")
    assert await rows(connection, NAMES, "Tim Koogle") == [(0,)]
    assert await rows(connection, ORPHANS) == []


async def test_a_deleted_relation_does_not_come_back_until_it_is_made_by_hand(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    gone = "SELECT * FROM rag.delete_relation('default', 'viaweb', 'paul graham', 'me')"
    assert await rows(connection, gone) == [("Paul Graham", "Viaweb", 1)]
    for more in ("", " And so on.", " And on."):
        await again(filled, "essay", more)
        assert await rows(connection, BETWEEN, "Paul Graham", "Viaweb") == []
        assert len(await rows(connection, BETWEEN, "Robert Morris", "Viaweb")) == 1
    await filled.delete("essay")
    await again(filled, "essay")
    assert await rows(connection, BETWEEN, "Paul Graham", "Viaweb") == [], "though both are new"
    await connection.execute("SELECT rag.rename_entity('default', 'Viaweb', 'Yahoo Store')")
    await again(filled, "essay", " And on.")
    assert await rows(connection, BETWEEN, "Paul Graham", "Viaweb") == [], "by any name"
    await connection.execute("SELECT rag.create_relation('default', 'Paul Graham', 'Viaweb')")
    await again(filled, "essay", " And then.")
    found = await rows(connection, BETWEEN, "Paul Graham", "Viaweb")
    assert found[0][:2] + found[0][4:6] == ("Paul Graham", "Yahoo Store", 1.0, 1)
    assert await rows(connection, "SELECT * FROM sqlrag.forgotten_relations") == []
    assert await rows(connection, ORPHANS) == []


async def test_what_cannot_be_related_is_refused(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    create = "SELECT rag.create_relation('default', $1, $2, new_weight => $3)"
    with pytest.raises(asyncpg.UniqueViolationError, match="already a relation") as caught:
        await connection.fetch(create, "Viaweb", "Paul Graham", 1)
    assert caught.value.hint == "Edit it instead."
    with pytest.raises(asyncpg.DataError, match='"Yahoo" and "Yahoo Inc" are one'):
        await connection.fetch(create, "Yahoo", "Yahoo Inc", 1)
    for weight in (0, -1, float("inf"), float("nan")):
        with pytest.raises(asyncpg.DataError, match="use a number above 0"):
            await connection.fetch(create, "Tim Koogle", "Paul Graham", weight)
    for name in ("edit_relation", "delete_relation"):
        with pytest.raises(asyncpg.NoDataFoundError, match='between "Tim Koogle" and "Viaweb"'):
            await connection.execute(f"SELECT rag.{name}('default', 'Tim Koogle', 'Viaweb')")
    with pytest.raises(asyncpg.DataError, match="nothing to change"):
        await connection.execute("SELECT rag.edit_relation('default', 'Yahoo', 'Viaweb')")
    assert await rows(connection, EDITS) == []
