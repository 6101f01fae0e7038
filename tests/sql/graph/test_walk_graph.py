"""Outward from the seeds, strongest first, never twice through one entity, never far."""

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import entity_id, make_network, rows

WALK = "SELECT entity_id, depth FROM sqlrag.walk_graph(1, $1::bigint[], $2)"
CHAIN = [(1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (4, 5, 1.0), (1, 3, 0.1), (2, 6, 4.0)]


async def test_depth_is_the_number_of_hops(connection: asyncpg.Connection) -> None:
    await make_network(connection, CHAIN)
    assert dict(await rows(connection, WALK, [1], 0)) == {1: 0}
    assert dict(await rows(connection, WALK, [1], 1)) == {1: 0, 2: 1, 3: 1}
    assert dict(await rows(connection, WALK, [1], 9)) == {1: 0, 2: 1, 3: 1, 4: 2, 6: 2, 5: 3}
    assert dict(await rows(connection, WALK, [1, 5, 5], 1)) == {1: 0, 5: 0, 2: 1, 3: 1, 4: 1}


async def test_no_entity_is_visited_twice(connection: asyncpg.Connection) -> None:
    every = [(a, b, 1.0 + a % 3) for a in range(1, 30) for b in range(a + 1, 30) if (a + b) % 3]
    await make_network(connection, every)
    for seeds in ([1], [3, 4, 5, 3]):
        ids = [row[0] for row in await rows(connection, WALK, seeds, 6)]
        assert len(ids) == len(set(ids)) == 29


async def test_an_edge_leads_both_ways(connection: asyncpg.Connection) -> None:
    await make_network(connection, CHAIN)
    for a in range(1, 7):
        for b, depth in await rows(connection, WALK, [a], 6):
            assert (a, depth) in await rows(connection, WALK, [b], 6)


async def test_the_strongest_come_first_and_say_where_from(connection: asyncpg.Connection) -> None:
    await make_network(connection, CHAIN)
    walked = await rows(
        connection,
        """SELECT w.entity_id, from_entity_id, source_id, target_id
        FROM sqlrag.walk_graph(1, '{2}', 2) AS w
        JOIN sqlrag.relations ON relation_id = via_relation_id ORDER BY depth, score DESC""",
    )
    assert [row[0] for row in walked] == [6, 1, 3, 4]
    for entity, origin, *pair in walked:
        assert sorted((entity, origin)) == pair
    scores = dict(
        await rows(connection, "SELECT entity_id, score FROM sqlrag.walk_graph(1, '{2}', 1)")
    )
    assert scores == pytest.approx(
        {2: 1, 6: 0.6 * 4 / 5 / 3**0.5, 1: 0.3 / 3**0.5, 3: 0.3 / 3**0.5}
    )


async def test_seeds_carry_their_scores_and_meet_in_a_sum(connection: asyncpg.Connection) -> None:
    await make_network(connection, [(1, 2, 1.0), (2, 3, 1.0)])
    walk = "SELECT entity_id, score FROM sqlrag.walk_graph(1, '{1,3}', 1, scores => $1)"
    assert dict(await rows(connection, walk, None))[2] == pytest.approx(0.6)
    assert dict(await rows(connection, walk, [0.5, 0.25])) == pytest.approx(
        {1: 0.5, 3: 0.25, 2: 0.225}
    )


async def test_an_edge_that_a_person_made_is_walked(connection: asyncpg.Connection) -> None:
    await make_network(connection, [(1, 2, 0.0)])
    assert (await rows(connection, "SELECT score FROM sqlrag.walk_graph(1, '{1}')"))[1][0] > 0.2


async def test_beam_and_fan_are_kept(connection: asyncpg.Connection) -> None:
    await make_network(
        connection,
        [(1, n, float(n)) for n in range(2, 50)] + [(n, 100 + n, 1.0) for n in range(2, 50)],
    )
    walk = "SELECT entity_id, depth FROM sqlrag.walk_graph(1, '{1}', 2, $1, $2)"
    found = await rows(connection, walk, 5, 30)
    assert {entity for entity, depth in found if depth == 1} == {45, 46, 47, 48, 49}
    assert {entity for entity, depth in found if depth == 2} == {145, 146, 147, 148, 149}
    assert len(await rows(connection, walk, 100, 3)) == 1 + 3 + 3
    assert len(await rows(connection, walk, 0, 30)) == 1


async def test_a_filter_walks_permitted_evidence_only(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    walk = """SELECT d.name FROM sqlrag.walk_graph(1, $1::bigint[], 4, filter => $2) AS w
        JOIN sqlrag.describe_entities(1, ARRAY[w.entity_id]) AS d USING (entity_id) ORDER BY 1"""
    yahoo = [await entity_id(connection, "Yahoo")]
    assert await rows(connection, walk, yahoo, {"tags": ["news"]}) == [("Tim Koogle",), ("Yahoo",)]
    assert len(await rows(connection, walk, yahoo, {"tags": ["news", "essay"]})) == 5
    assert await rows(connection, walk, yahoo, {"tags": ["zh"]}) == [("Yahoo",)]
    score = "SELECT depth, max(score) FROM sqlrag.walk_graph(1, $1, 2, filter => $2) GROUP BY 1"
    assert await rows(connection, score, yahoo, None) == await rows(connection, score, yahoo, {})


async def test_another_workspace_is_never_entered(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    yahoo = await entity_id(connection, "Yahoo")
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('other')")
    other = await connection.fetchval("SELECT rag.workspace_id('other')")
    await connection.execute(
        "INSERT INTO sqlrag.entities (workspace_id, entity_id) SELECT $1, unnest($2::bigint[])",
        other,
        [yahoo, 10**6],
    )
    await connection.execute(
        """INSERT INTO sqlrag.relations (workspace_id, source_id, target_id)
        VALUES ($1, $2, 1000000)""",
        other,
        yahoo,
    )
    assert 10**6 not in dict(await rows(connection, WALK, [yahoo, 10**6], 3))


@pytest.mark.parametrize("seeds", [[], None, [10**9], [None]])
async def test_no_seed_no_walk(connection: asyncpg.Connection, seeds: list | None) -> None:
    await make_network(connection, CHAIN)
    assert await rows(connection, WALK, seeds, 2) == []


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


async def test_a_hub_is_walked_in_bounded_rows(connection: asyncpg.Connection) -> None:
    """The hub 50,000 has 100,000 edges, of the same weights, both ways."""
    await make_network(connection, [(1, 50000, 1.0)])
    await connection.execute(
        """INSERT INTO sqlrag.entities (workspace_id, entity_id)
        SELECT 1, n FROM generate_series(2, 100001) AS n WHERE n <> 50000"""
    )
    await connection.execute(
        """INSERT INTO sqlrag.relations (workspace_id, source_id, target_id, weight)
        SELECT 1, least(n, 50000), greatest(n, 50000), 1 + n % 5
        FROM generate_series(2, 100001) AS n WHERE n <> 50000"""
    )
    await connection.execute("VACUUM ANALYZE sqlrag.entities, sqlrag.relations")
    for hops, most in ((1, 200), (2, 1500), (4, 3500)):
        walk = f"SELECT * FROM sqlrag.walk_graph(1, '{{50000}}', {hops})"
        read = await connection.fetchval(f"EXPLAIN (FORMAT json, ANALYZE, BUFFERS) {walk}")
        plan = list(nodes(json.loads(read)[0]["Plan"]))
        assert plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] < most
        scans = [node for node in plan if node.get("Relation Name") == "relations"]
        assert all(scan["Node Type"].startswith("Index") for scan in scans)
        assert sum(scan["Actual Rows"] * scan["Actual Loops"] for scan in scans) < most
    assert len(await rows(connection, WALK, [50000], 1)) == 31
    assert len(await rows(connection, WALK, [1], 2)) == 32
