"""Names that nearly agree, of one type."""

import asyncpg

from sqlrag.app import Rag
from tests.sql.graph.making import entity_id, make_network, rows, write

DUPLICATES = "SELECT a, b FROM rag.duplicates('default', $1)"
ALIKE = [
    ("Robert Tappan Morris", "person"),
    ("Robert T. Morris", "person"),
    ("Hewlett-Packard", "organization"),
    ("Hewlet Packard", "organization"),
    ("Report 2019", "work"),
    ("Report 2020", "work"),
    ("Виктор Пелевин", "person"),
    ("Виктор Пелевина", "person"),
    ("Nortel Networks", "organization"),
    ("Nortel Network", "product"),
]


async def test_near_names_of_one_type_are_listed(rag: Rag, connection: asyncpg.Connection) -> None:
    await write(rag, "d", "d", [(name, type_, "") for name, type_ in ALIKE], [])
    found = {frozenset(pair) for pair in await rows(connection, DUPLICATES, 50)}
    assert found == {
        frozenset(("Robert Tappan Morris", "Robert T. Morris")),
        frozenset(("Hewlett-Packard", "Hewlet Packard")),
        frozenset(("Виктор Пелевин", "Виктор Пелевина")),
    }
    assert len(await rows(connection, DUPLICATES, 1)) == 1
    lowest = "SELECT min(similarity), max(similarity) FROM rag.duplicates('default')"
    ((low, high),) = await rows(connection, lowest)
    assert 0.6 <= low <= high < 1


async def test_what_is_one_entity_or_was_told_apart_is_not_listed(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await write(rag, "d", "d", [(name, "person", "") for name in ("Jon Smith", "Ada")], [])
    smith, ada = await entity_id(connection, "jon smith"), await entity_id(connection, "ada")
    alias = "INSERT INTO sqlrag.entity_aliases VALUES (1, $1, $2, $3)"
    await connection.execute(alias, "jon smithe", 0, smith)
    await connection.execute(alias, "jon smith", 99, ada)
    assert await rows(connection, DUPLICATES, 50) == []


async def test_many_names_of_one_beginning_stay_bounded(connection: asyncpg.Connection) -> None:
    await make_network(connection, [(1, 2, 1.0)])
    await connection.execute(
        """INSERT INTO sqlrag.entities (workspace_id, entity_id)
        SELECT 1, n FROM generate_series(3, 5000) AS n"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
        SELECT 1, 'international ' || translate(md5(n::text), '0123456789', 'ghijklmnop'), n
        FROM generate_series(3, 4998) AS n
        UNION ALL VALUES (1, 'international businesses machines', 4999),
            (1, 'international business machines', 5000)"""
    )
    found = await rows(connection, "SELECT a, b FROM rag.duplicates('default')")
    assert found == [("international businesses machines", "international business machines")]
