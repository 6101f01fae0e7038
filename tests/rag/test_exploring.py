"""The graph is read by names, one statement a reading; an unknown name gets proposals."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.graph_views import Duplicate, FoundEntity, Neighbour, Orphan, PopularEntity
from sqlrag.rag.graph import Graph
from tests.counting import count_statements
from tests.sql.graph.making import make_network

Reading = Callable[[Graph], Awaitable[Any]]
ABOUT_AN_ENTITY: list[Reading] = [
    lambda graph: graph.entity("Pual Graham"),
    lambda graph: graph.neighbours("Pual Graham"),
    lambda graph: graph.where_said("Pual Graham"),
    lambda graph: graph.where_said("Viaweb", "Pual Graham"),
    lambda graph: graph.find_path("Pual Graham", "Yahoo"),
    lambda graph: graph.find_path("Yahoo", "Pual Graham"),
    lambda graph: graph.subgraph("Pual Graham"),
]
LISTINGS: list[Reading] = [
    lambda graph: graph.search_entities("grah"),
    lambda graph: graph.popular_entities(),
    lambda graph: graph.duplicates(),
    lambda graph: graph.orphans(),
    lambda graph: graph.cost_by_day(),
    lambda graph: graph.cost_by_document(),
]


async def test_an_entity_is_described_with_its_neighbours(filled: Rag) -> None:
    yahoo = await filled.graph.entity("YAHOO, Inc.")
    assert (yahoo.name, yahoo.type, yahoo.aliases) == ("Yahoo", "organization", ["Yahoo Inc."])
    assert (yahoo.chunk_count, yahoo.relation_count, yahoo.edited_by) == (2, 2, None)
    neighbours = await filled.graph.neighbours("Paul Graham")
    viaweb = Neighbour(
        "Viaweb", "organization", "founder", "Paul Graham founded Viaweb.", 3.0, "out"
    )
    assert neighbours == [viaweb]


async def test_entities_are_found_by_beginnings_and_likeness(filled: Rag) -> None:
    (found,) = await filled.graph.search_entities("grah", 5)
    assert found == FoundEntity("Paul Graham", "person", found.similarity, 1)
    assert found.similarity == pytest.approx(0.58, abs=0.2)
    assert (await filled.graph.search_entities("Robbert Moris"))[0].name == "Robert Morris"
    assert (await filled.graph.popular_entities(1)) == [
        PopularEntity("Yahoo", "organization", 2, 2)
    ]


async def test_what_is_said_is_quoted(filled: Rag) -> None:
    said = await filled.graph.where_said("Paul Graham")
    assert [one.document for one in said] == ["essay"]
    assert "Paul Graham founded Viaweb" in said[0].quote
    both = await filled.graph.where_said("Viaweb", "Yahoo")
    assert both[0].quote == "Yahoo bought Viaweb in the summer of 1998, for stock."


async def test_a_path_is_told_step_by_step(filled: Rag) -> None:
    path = await filled.graph.find_path("Paul Graham", "Tim Koogle", max_hops=4)
    assert [(step.source, step.target) for step in path] == [
        ("Paul Graham", "Viaweb"),
        ("Viaweb", "Yahoo"),
        ("Yahoo", "Tim Koogle"),
    ]
    assert path[2].document == "news"
    assert await filled.graph.find_path("Paul Graham", "Tim Koogle", max_hops=2) == []
    assert await filled.graph.find_path("Paul Graham", "张三") == []


async def test_a_subgraph_joins_its_nodes(filled: Rag) -> None:
    around = await filled.graph.subgraph("Viaweb", depth=2)
    names = {node.id: node.name for node in around.nodes}
    assert sorted(names.values()) == [
        "Paul Graham",
        "Robert Morris",
        "Tim Koogle",
        "Viaweb",
        "Yahoo",
    ]
    edges = {(names[edge.source], names[edge.target]) for edge in around.edges}
    assert ("Tim Koogle", "Yahoo") in edges
    assert len((await filled.graph.subgraph("Viaweb", max_nodes=2)).nodes) == 2


async def test_likely_duplicates_are_listed(filled: Rag, connection: asyncpg.Connection) -> None:
    assert await filled.graph.duplicates() == []
    await connection.execute(
        """INSERT INTO sqlrag.entities (workspace_id, entity_id, name, type, edited_by, edited_at)
        VALUES (1, 9999, 'Robert Moris', 'person', 'me', now());
        INSERT INTO sqlrag.entity_aliases VALUES (1, 'robert moris', 0, 9999)"""
    )
    (found,) = await filled.graph.duplicates()
    assert isinstance(found, Duplicate)
    assert {found.a, found.b} == {"Robert Morris", "Robert Moris"}


async def test_orphans_are_those_of_the_workspace(rag: Rag, connection: asyncpg.Connection) -> None:
    await make_network(connection, [(1, 2, 1.0)])
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('other')")
    assert await rag.graph.orphans(2) == [Orphan("entity", 1, "n1"), Orphan("entity", 2, "n2")]
    assert await rag.in_workspace("other").graph.orphans() == []


async def test_costs_are_listed(filled: Rag, connection: asyncpg.Connection) -> None:
    await connection.execute(
        """INSERT INTO sqlrag.model_calls (workspace_id, key_sha256, purpose, model, source_key,
            response, prompt_tokens, completion_tokens, seconds)
        VALUES (1, '', 'extract', 'm', 'essay', 'ok', 100, 10, 0.5)"""
    )
    (day,) = await filled.graph.cost_by_day()
    (document,) = await filled.graph.cost_by_document()
    assert (day.calls, day.prompt_tokens, document.source_key) == (1, 100, "essay")


async def test_an_unknown_entity_gets_proposals(filled: Rag) -> None:
    for reading in ABOUT_AN_ENTITY:
        with pytest.raises(NotFound) as raised:
            await reading(filled.graph)
        assert str(raised.value) == (
            'There is no entity "Pual Graham" in workspace "default"; '
            'perhaps "Paul Graham" is meant.'
        )


async def test_two_unknown_entities_are_both_named(filled: Rag) -> None:
    with pytest.raises(NotFound, match=r'no entity "Yaho" or "Zqxw" in .* perhaps "Yahoo"'):
        await filled.graph.find_path("Yaho", "Zqxw")
    with pytest.raises(NotFound, match=r'no entity "Zqxw" .*, nor a similar name; search'):
        await filled.graph.entity("Zqxw")


async def test_only_listings_do_without_their_workspace(rag: Rag) -> None:
    for reading in ABOUT_AN_ENTITY:
        with pytest.raises(NotFound, match='no workspace "default"; ingest a document into it'):
            await reading(rag.graph)
    for reading in LISTINGS:
        assert await reading(rag.graph) == []


async def test_a_known_entity_without_relations_has_none(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await make_network(connection, [(1, 2, 1.0)])
    await connection.execute("DELETE FROM sqlrag.relations")
    assert await rag.graph.neighbours("n1") == []
    assert await rag.graph.where_said("n1") == []
    assert await rag.graph.where_said("n1", "n2") == []


async def test_a_reading_is_one_statement_and_a_failure_one_more(filled: Rag) -> None:
    pool = filled.storage.database._pool
    for reading in LISTINGS:
        with count_statements(pool) as sent:
            await reading(filled.graph)
        assert len(sent) == 1
    for reading in ABOUT_AN_ENTITY:
        with count_statements(pool) as sent, pytest.raises(NotFound):
            await reading(filled.graph)
        assert len(sent) == 2


REFUSED: list[tuple[Reading, str]] = [
    (lambda graph: graph.neighbours("Yahoo", 0), "limit is 0; use 1 to 1000."),
    (lambda graph: graph.popular_entities(1001), "limit is 1001; use 1 to 1000."),
    (lambda graph: graph.find_path("a", "b", 11), "max_hops is 11; use 1 to 10."),
    (lambda graph: graph.subgraph("a", 5), "depth is 5; use 1 to 4."),
    (lambda graph: graph.subgraph("a", 1, 0), "max_nodes is 0; use 1 to 1000."),
    (lambda graph: graph.search_entities(" "), "The words are empty"),
    (lambda graph: graph.entity(""), "The name of an entity is empty; give one."),
    (lambda graph: graph.entity("a\x00b"), "NUL"),
    (lambda graph: graph.entity("a\ud800b"), "surrogates not allowed"),
]


async def test_bad_input_is_refused(filled: Rag) -> None:
    for reading, sentence in REFUSED:
        with pytest.raises(BadInput) as raised:
            await reading(filled.graph)
        assert sentence in str(raised.value)
