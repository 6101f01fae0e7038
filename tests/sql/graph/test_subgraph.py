"""The entities around an entity, as JSON."""

import asyncpg

from sqlrag.app import Rag
from tests.sql.graph.making import make_network

SUBGRAPH = "SELECT rag.subgraph('default', $1, $2, $3)"


async def test_a_subgraph_holds_nodes_and_the_edges_among_them(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    graph = await connection.fetchval(SUBGRAPH, "yahoo", 1, 50)
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    assert list(names.values()) == ["Yahoo", "Viaweb", "Tim Koogle"]
    assert [node["depth"] for node in graph["nodes"]] == [0, 1, 1]
    assert set(graph["nodes"][0]) == {"id", "name", "type", "chunk_count", "depth"}
    assert [
        (names[edge["source"]], names[edge["target"]], edge["weight"], edge["keywords"])
        for edge in graph["edges"]
    ] == [("Yahoo", "Viaweb", 2, "1998, acquisition"), ("Tim Koogle", "Yahoo", 1, "chief")]
    assert len((await connection.fetchval(SUBGRAPH, "yahoo", 2, 50))["nodes"]) == 5


async def test_an_unknown_entity_gives_empty_lists(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    for name in ("nobody", "", None):
        graph = await connection.fetchval(SUBGRAPH, name, 2, 50)
        assert graph == {"nodes": [], "edges": []}


async def test_a_subgraph_ends_at_its_size_and_hangs_together(
    connection: asyncpg.Connection,
) -> None:
    fan = [(1, n, float(n % 7)) for n in range(2, 102)]
    await make_network(connection, fan + [(n, n + 200, 50.0) for n in range(2, 102)])
    for depth, size in ((1, 10), (2, 60), (2, 3), (3, 101)):
        graph = await connection.fetchval(SUBGRAPH, "n1", depth, size)
        assert len(graph["nodes"]) == size
        ids = {node["id"] for node in graph["nodes"]}
        ends = {edge[end] for edge in graph["edges"] for end in ("source", "target")}
        assert ends == ids
    assert len((await connection.fetchval(SUBGRAPH, "n1", 1, 500))["nodes"]) == 101
