"""An export is a whole file of one moment, whatever the names are and whoever writes meanwhile."""

import asyncio
import csv
import io
import itertools
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from xml.etree import ElementTree

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, DatabaseError, NotFound
from sqlrag.rag import graph_export
from sqlrag.rag.graph_export import export_tables
from tests.counting import count_statements
from tests.sql.graph.making import make_network, write

NAMES = [
    'A "quoted", name',
    "two\nlines",
    "carriage\rreturn",
    "ta\tb",
    "</data>&<b>",
    "bell\x07and\x1besc",
    "=SUM(A1)",
    "-1",
    "@handle",
    "Анна Ахматова",
    "张三",
    "path/to;x,y",
    "emoji 🗼 and \ufffe",
    "]]>",
]
NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


async def read(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_graphml(text: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Nodes and edges with their attributes, named and typed as the keys declare."""
    root = ElementTree.fromstring(text.encode())
    types = {"string": str, "int": int, "double": float}
    keys = {
        key.attrib["id"]: (key.attrib["attr.name"], types[key.attrib["attr.type"]])
        for key in root.iter(NAMESPACE + "key")
    }

    def read(element: ElementTree.Element) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for one in element.iter(NAMESPACE + "data"):
            name, kind = keys[one.attrib["key"]]
            data[name] = kind(one.text or "")
        return dict(element.attrib) | data

    nodes, edges = root.iter(NAMESPACE + "node"), root.iter(NAMESPACE + "edge")
    return [read(node) for node in nodes], [read(edge) for edge in edges]


@pytest.fixture
async def weird(rag: Rag) -> Rag:
    """Entities of strange names, each related to the next."""
    mentions = [(name, "=type", f"{name} is strange.") for name in NAMES]
    pairs = itertools.pairwise(NAMES)
    evidence = [(a, b, '+"k", l', f"{a} - {b}", 2.5) for a, b in pairs]
    await write(rag, "weird", "Some text.", mentions, evidence)
    return rag


async def test_json_lines_hold_everything_as_it_is(weird: Rag) -> None:
    text = await read(weird.graph.export("jsonl"))
    rows = [json.loads(line) for line in text.split("\n") if line]
    entities = {row["name"]: row for row in rows if row["kind"] == "entity"}
    assert set(entities) == set(NAMES)
    assert entities["张三"] == {
        "kind": "entity",
        "entity_id": entities["张三"]["entity_id"],
        "name": "张三",
        "type": "=type",
        "description": "张三 is strange.",
        "aliases": [],
        "chunk_count": 1,
        "edited_by": None,
    }
    relations = [row for row in rows if row["kind"] == "relation"]
    pairs = {(row["source"], row["target"]) for row in relations}
    assert pairs == set(itertools.pairwise(NAMES))
    assert all(row["weight"] == 2.5 for row in relations)
    some = await read(weird.graph.export("jsonl", "relations"))
    assert {json.loads(line)["kind"] for line in some.splitlines()} == {"relation"}


async def test_graphml_is_read_by_any_parser(weird: Rag) -> None:
    nodes, edges = read_graphml(await read(weird.graph.export("graphml")))
    by_id = {node["id"]: node["name"] for node in nodes}
    written = [name.replace("\x07", "�").replace("\x1b", "�") for name in NAMES]
    written = [name.replace("\ufffe", "�") for name in written]
    assert sorted(by_id.values()) == sorted(written)
    pairs = {(by_id[edge["source"]], by_id[edge["target"]]) for edge in edges}
    assert pairs == set(itertools.pairwise(written))
    assert nodes[0]["chunk_count"] == 1
    assert json.loads(nodes[0]["aliases"]) == []
    assert edges[0]["weight"] == 2.5
    assert "edited_by" not in nodes[0]


async def test_csv_runs_no_formula_and_loses_nothing_else(weird: Rag) -> None:
    rows = read_csv(await read(weird.graph.export("csv", "entities")))
    guarded = {"=SUM(A1)", "-1", "@handle"}
    assert {row["name"] for row in rows} == {
        f"'{name}" if name in guarded else name for name in NAMES
    }
    assert {row["type"] for row in rows} == {"'=type"}
    assert rows[0]["aliases"] == "[]"
    relations = read_csv(await read(weird.graph.export("csv", "relations")))
    ids = {row["name"]: row["entity_id"] for row in rows}
    assert {(row["source_id"], row["target_id"]) for row in relations} == {
        (ids[row["source"]], ids[row["target"]]) for row in relations
    }
    assert len(relations) == len(NAMES) - 1
    assert {(row["weight"], row["edited_by"]) for row in relations} == {("2.5", "")}


async def test_an_export_has_aliases_descriptions_and_direction(filled: Rag) -> None:
    rows = read_csv(await read(filled.graph.export("csv", "entities")))
    (yahoo,) = [row for row in rows if row["name"] == "Yahoo"]
    assert json.loads(yahoo["aliases"]) == ["Yahoo Inc."]
    assert yahoo["description"].split("\n") == [
        "Yahoo is a portal, and a large one.",
        "Yahoo bought Viaweb.",
    ]
    relations = read_csv(await read(filled.graph.export("csv", "relations")))
    pairs = {(row["source"], row["target"]): row["keywords"] for row in relations}
    assert pairs[("Yahoo", "Viaweb")] == "1998, acquisition"
    assert pairs[("Tim Koogle", "Yahoo")] == "chief"


async def test_pages_of_any_size_make_the_same_file(
    filled: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await read(filled.graph.export("jsonl"))
    for page_size in (1, 2, 3):
        monkeypatch.setattr(graph_export, "PAGE_SIZE", page_size)
        assert await read(filled.graph.export("jsonl")) == whole


async def test_an_export_shows_one_moment_while_others_write(
    filled: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents come and go after the first page of each kind."""
    before = {
        file_format: await read(filled.graph.export(file_format))
        for file_format in ("graphml", "jsonl")
    }
    monkeypatch.setattr(graph_export, "PAGE_SIZE", 1)
    tables = export_tables(filled.storage, "default")
    texts = {"entities": "", "relations": ""}
    async with aclosing(tables):
        async for kind, piece in tables:
            if piece and texts[kind].count("\n") == 2:
                await filled.delete("essay" if kind == "entities" else "zh")
                await write(
                    filled,
                    f"new {kind}",
                    "Text.",
                    [("Nils", "person", ""), ("Ada", "person", "")],
                    [("Nils", "Ada", "", "", 1.0)],
                )
            texts[kind] += piece
    ids = {row["entity_id"] for row in read_csv(texts["entities"])}
    relations = read_csv(texts["relations"])
    assert len(ids) == before["graphml"].count("<node ")
    assert len(relations) == before["graphml"].count("<edge ")
    assert {row[end] for row in relations for end in ("source_id", "target_id")} <= ids
    assert "Paul Graham" in texts["entities"]
    assert "Nils" not in texts["entities"]
    assert "Nils" in await read(filled.graph.export("jsonl"))


@pytest.fixture
async def large(rag: Rag, connection: asyncpg.Connection) -> Rag:
    await make_network(connection, [(n, n + 1, 1.0) for n in range(1, 6000)])
    await connection.execute("ANALYZE")
    return rag


async def test_memory_and_statements_are_bounded_by_pages(large: Rag) -> None:
    await read(large.graph.export("jsonl"))
    pool = large.storage.database._pool
    assert pool
    size, peak = 0, 0
    with count_statements(pool) as sent:
        tracemalloc.start()
        try:
            async for piece in large.graph.export("jsonl"):
                size += len(piece)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert size > 1_800_000
    assert peak < size / 2
    pages = [statement for statement in sent if "LIMIT $3" in statement]
    assert len(pages) == 2 * (6000 // graph_export.PAGE_SIZE) + 2
    assert len(sent) == len(pages) + 5  # begin, patience, workspace, count, commit


async def test_an_export_that_is_left_gives_its_connection_back(large: Rag) -> None:
    pool = large.storage.database._pool
    assert pool
    for _ in range(12):
        pieces = large.graph.export("jsonl")
        async with aclosing(pieces):
            await anext(pieces)
            await anext(pieces)
    assert pool.get_idle_size() == pool.get_size()


async def test_slow_readers_leave_connections_to_others(large: Rag) -> None:
    readers = [large.graph.export("jsonl") for _ in range(5)]
    for reader in readers:
        await anext(reader)
    assert len(await large.graph.popular_entities(3)) == 0
    assert (await large.graph.entity("n1")).name == "n1"
    for reader in readers:
        await reader.aclose()


async def test_a_reader_who_has_gone_away_is_cut_off(
    large: Rag, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_export, "PATIENCE", 1)
    reader = large.graph.export("jsonl")
    await anext(reader)
    await anext(reader)
    idle = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'"""
    async with asyncio.timeout(30):
        while await connection.fetchval(idle):
            pass
    with pytest.raises(DatabaseError):
        await read(reader)
    assert (await large.graph.entity("n1")).name == "n1"


async def test_an_empty_graph_is_an_empty_file(rag: Rag, connection: asyncpg.Connection) -> None:
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('default')")
    assert read_graphml(await read(rag.graph.export("graphml"))) == ([], [])
    assert await read(rag.graph.export("jsonl")) == ""
    assert (await read(rag.graph.export("csv", "relations"))).startswith("relation_id,source_id,")


async def test_an_export_that_cannot_be_is_refused(rag: Rag) -> None:
    with pytest.raises(NotFound, match='no workspace "default"'):
        await read(rag.graph.export("jsonl"))
    for file_format, kind, sentence in (
        ("xlsx", None, 'There is no format "xlsx"; use one of graphml, csv, jsonl.'),
        ("csv", None, "A CSV file holds one kind of rows; choose kind entities or relations."),
        ("csv", "chunks", 'There is no kind "chunks"; use entities or relations.'),
        ("graphml", "entities", "A GraphML file holds entities and relations; leave kind out."),
    ):
        with pytest.raises(BadInput) as raised:
            await read(rag.graph.export(file_format, kind))  # type: ignore[arg-type]
        assert str(raised.value) == sentence
