"""The shortest way, the strongest among equals, told in quotes."""

import itertools
import random

import asyncpg

from sqlrag.app import Rag
from tests.sql.graph.making import edit, make_network, rows

PATH = "SELECT sqlrag.path_between(1, $1, $2, $3)"


async def test_a_path_explains_itself(filled: Rag, connection: asyncpg.Connection) -> None:
    found = await rows(
        connection,
        """SELECT step, source, target, keywords, quote, document, weight
        FROM rag.find_path('default', 'paul graham', 'TIM KOOGLE')""",
    )
    bought = "Yahoo bought Viaweb in the summer of 1998, for stock."
    named = "Yahoo Inc. named Tim Koogle its chief."
    assert found == [
        (1, "Paul Graham", "Viaweb", "founder", "Paul Graham founded Viaweb.", "essay", 3.0),
        (2, "Viaweb", "Yahoo", "1998, acquisition", bought, "essay", 2.0),
        (3, "Yahoo", "Tim Koogle", "chief", named, "news", 1.0),
    ]


async def test_no_path_is_no_rows(filled: Rag, connection: asyncpg.Connection) -> None:
    path = "SELECT * FROM rag.find_path('default', $1, $2, $3)"
    for a, b, hops in (
        ("Paul Graham", "张三", 4),
        ("Paul Graham", "Tim Koogle", 2),
        ("Paul Graham", "Viaweb", 0),
        ("Paul Graham", "nobody", 4),
        ("nobody", "Viaweb", 4),
        ("Viaweb", "Viaweb", 4),
    ):
        assert await rows(connection, path, a, b, hops) == []
    assert len(await rows(connection, path, "анна ахматова", "ЛЕНИНГРАД", 1)) == 1


async def test_a_step_that_a_person_made_needs_no_document(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        """INSERT INTO sqlrag.relations (workspace_id, source_id, target_id, keywords, description,
            edited_by, edited_at)
        SELECT 1, least(a, b), greatest(a, b), 'reads', 'He reads.', 'me', now()
        FROM sqlrag.find_entity(1, 'Paul Graham') AS a, sqlrag.find_entity(1, '张三') AS b"""
    )
    await edit(connection, "张三", description="Edited.")
    path = """SELECT source, target, keywords, quote, document
        FROM rag.find_path('default', 'Paul Graham', '张三')"""
    assert await rows(connection, path) == [("Paul Graham", "张三", "reads", "He reads.", None)]


async def test_the_strongest_of_the_shortest_wins(connection: asyncpg.Connection) -> None:
    edges = [(1, 2, 1.0), (2, 9, 1.0), (1, 3, 5.0), (3, 9, 5.0), (1, 4, 90.0), (4, 5, 90.0)]
    await make_network(connection, [*edges, (5, 9, 90.0), (1, 10, 0.1), (10, 11, 1.0)])
    assert await connection.fetchval(PATH, 1, 9, 4) == [1, 3, 9]
    assert await connection.fetchval(PATH, 9, 1, 4) == [9, 3, 1]


async def test_paths_are_those_of_a_plain_search(connection: asyncpg.Connection) -> None:
    chance = random.Random(4)
    pairs = {tuple(sorted(chance.sample(range(1, 61), 2))) for _ in range(80)}
    await make_network(
        connection, [(one, other, chance.uniform(0.5, 9)) for one, other in sorted(pairs)]
    )
    nodes = {node for pair in pairs for node in pair}
    near = {n: {a + b - n for a, b in pairs if n in (a, b)} for n in nodes}
    for a, b in itertools.islice(itertools.permutations(sorted(nodes), 2), 0, None, 11):
        level, seen, distance = {a}, {a}, 0
        while b not in seen and level:
            level = {m for n in level for m in near[n]} - seen
            seen |= level
            distance += 1
        path = await connection.fetchval(PATH, a, b, 5)
        if b not in seen or distance > 5:
            assert path is None
        else:
            assert (path[0], path[-1], len(path)) == (a, b, distance + 1)
            assert all(y in near[x] for x, y in itertools.pairwise(path))


async def test_hubs_do_not_stop_a_path(connection: asyncpg.Connection) -> None:
    """Two hubs of 15,000 edges each, joined by the weakest of them."""
    await make_network(connection, [(1, 2, 0.1), (1, 3, 0.1), (2, 4, 0.1), (4, 5, 1.0)])
    await connection.execute(
        """INSERT INTO sqlrag.entities (workspace_id, entity_id)
        SELECT 1, n FROM generate_series(11, 30010) AS n"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.relations (workspace_id, source_id, target_id, weight)
        SELECT 1, 1 + n % 2, n, 5 FROM generate_series(11, 30010) AS n"""
    )
    await connection.execute("ANALYZE sqlrag.relations")
    assert await connection.fetchval(PATH, 1, 2, 4) == [1, 2]
    assert await connection.fetchval(PATH, 3, 12, 4) == [3, 1, 12]
    assert await connection.fetchval(PATH, 3, 5, 4) == [3, 1, 2, 4, 5]
