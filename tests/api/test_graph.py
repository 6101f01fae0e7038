"""The graph can be read over HTTP, by names in every script."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from xml.etree import ElementTree

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.api.serving import client_of
from tests.api.test_bad_input import problem
from tests.conftest import run_sql
from tests.sql.graph.making import DOCUMENTS, write
from tests.support.owning import name_owner

STRANGE = 'AC/DC & "friends"'


@pytest.fixture(scope="module")
def graph(server: str, api_url: str) -> Iterator[httpx.Client]:
    """A workspace with the small graph of the SQL tests, and an entity with a strange name."""

    async def fill() -> None:
        alone = Settings(_env_file=None)
        async with Rag.open(api_url, workspace="graph", settings=alone) as rag:
            for key, (text, mentions, evidence) in DOCUMENTS.items():
                await write(rag, key, text, mentions, evidence)
            names = [(STRANGE, "band", ""), ("Ångström", "person", "")]
            await write(rag, "strange", "A band.", names, [(STRANGE, "Ångström", "", "", 1.0)])

    asyncio.run(fill())
    with client_of(server, "graph") as client:
        yield client


def get(client: httpx.Client, path: str, **params) -> dict:
    response = client.get(f"/v1/graph/{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_an_entity_goes_by_any_of_its_names(graph):
    yahoo = get(graph, "entity", name="YAHOO, Inc.")
    assert yahoo["name"] == "Yahoo"
    assert yahoo["aliases"] == ["Yahoo Inc."]
    assert yahoo["edited_by"] is None
    for name in (STRANGE, "张三", "анна ахматова", "ångström"):
        assert get(graph, "entity", name=name)["chunk_count"] == 1


def test_entities_are_searched_by_beginning_and_likeness(graph):
    for words in ("grah", "Pual Graham", "paul gr"):
        assert get(graph, "search", words=words)["items"][0]["name"] == "Paul Graham"
    assert get(graph, "search", words="zzzz") == {"items": []}
    assert len(get(graph, "search", words="a", limit=1)["items"]) == 1


def test_popular_entities_come_first(graph):
    items = get(graph, "popular", limit=2)["items"]
    assert items[0] == {
        "name": "Yahoo",
        "type": "organization",
        "chunk_count": 2,
        "relation_count": 2,
    }
    assert len(items) == 2


def test_neighbours_say_how_they_are_related(graph):
    first, *others = get(graph, "neighbours", name="viaweb")["items"]
    assert first["name"] == "Paul Graham"
    assert (first["keywords"], first["weight"], first["direction"]) == ("founder", 3.0, "in")
    assert {one["name"] for one in others} == {"Robert Morris", "Yahoo"}
    (one,) = get(graph, "neighbours", name=STRANGE)["items"]
    assert (one["name"], one["direction"]) == ("Ångström", "out")


def test_what_is_said_is_quoted_for_an_entity_and_a_relation(graph):
    (said,) = get(graph, "where-said", name="Tim Koogle")["items"]
    assert (said["document"], said["char_start"]) == ("news", 0)
    (both,) = get(graph, "where-said", name="Yahoo", other="Viaweb")["items"]
    assert both["quote"] == "Yahoo bought Viaweb in the summer of 1998, for stock."
    assert get(graph, "where-said", name="Yahoo", other="张三") == {"items": []}


def test_a_path_explains_each_step(graph):
    steps = get(graph, "path", source="Paul Graham", target="Tim Koogle")["steps"]
    assert [step["target"] for step in steps] == ["Viaweb", "Yahoo", "Tim Koogle"]
    assert all(step["quote"] and step["document"] for step in steps)
    short = get(graph, "path", source="Paul Graham", target="Tim Koogle", max_hops=2)
    assert short == {"steps": []}


def test_a_subgraph_can_be_drawn(graph):
    drawn = get(graph, "subgraph", name="Paul Graham", depth=2, max_nodes=3)
    ids = {node["id"] for node in drawn["nodes"]}
    assert len(ids) == 3
    assert {edge[end] for edge in drawn["edges"] for end in ("source", "target")} <= ids
    assert {node["depth"] for node in drawn["nodes"]} == {0, 1, 2}


def test_what_is_not_there_is_an_empty_list(graph, client):
    for path in ("duplicates", "orphans", "cost-by-day", "cost-by-document"):
        assert get(graph, path) == {"items": []}
        assert get(client, path) == {"items": []}
    assert get(client, "popular") == {"items": []}
    assert get(client, "search", words="x") == {"items": []}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("entity", {"name": "Pual Graham"}),
        ("neighbours", {"name": "Pual Graham"}),
        ("where-said", {"name": "Pual Graham"}),
        ("path", {"source": "Yahoo", "target": "Pual Graham"}),
        ("subgraph", {"name": "Pual Graham"}),
    ],
)
def test_an_unknown_entity_is_not_found_but_guessed(graph, client, path, params):
    found = problem(graph.get(f"/v1/graph/{path}", params=params), 404)
    assert found["type"] == "urn:sqlrag:error:not-found"
    assert found["detail"].endswith('; perhaps "Paul Graham" is meant.')
    elsewhere = problem(client.get(f"/v1/graph/{path}", params=params), 404)
    assert "There is no workspace" in elsewhere["detail"]


@pytest.mark.parametrize(
    ("path", "params", "sentence"),
    [
        ("entity", {}, "query parameter 'name'"),
        ("entity", {"name": " "}, "name is empty"),
        ("entity", {"name": "a\x00"}, "NUL"),
        ("search", {"words": ""}, "words is empty"),
        ("popular", {"limit": 0}, "limit"),
        ("popular", {"limit": 1001}, "limit"),
        ("path", {"source": "a", "target": "b", "max_hops": 11}, "max_hops"),
        ("subgraph", {"name": "a", "depth": 5}, "depth"),
        ("subgraph", {"name": "a", "max_nodes": "x"}, "max_nodes"),
        ("export", {"format": "xlsx"}, "format"),
        ("export", {"format": "csv"}, "choose kind entities or relations"),
        ("export", {"format": "graphml", "kind": "entities"}, "leave kind out"),
    ],
)
def test_malformed_requests(graph, path, params, sentence):
    assert sentence in problem(graph.get(f"/v1/graph/{path}", params=params), 400)["detail"]


def test_the_graph_is_downloaded_in_every_format(graph):
    answer = graph.get("/v1/graph/export")
    assert answer.headers["content-type"].startswith("application/graphml+xml")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''graph.graphml"
    root = ElementTree.fromstring(answer.content)
    names = {one.text for one in root.iter() if one.get("key") == "node_name"}
    assert {"Paul Graham", "张三", STRANGE} <= names

    lines = graph.get("/v1/graph/export", params={"format": "jsonl"})
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    rows = [json.loads(line) for line in lines.text.splitlines()]
    assert {row["name"] for row in rows if row["kind"] == "entity"} == names

    table = graph.get("/v1/graph/export", params={"format": "csv", "kind": "relations"})
    assert table.headers["content-type"] == "text/csv; header=present; charset=utf-8"
    assert "graph-relations.csv" in table.headers["content-disposition"]
    pairs = [(row["source"], row["target"]) for row in csv.DictReader(io.StringIO(table.text))]
    assert (STRANGE, "Ångström") in pairs


def test_an_export_of_an_unknown_workspace_is_not_found(client):
    assert "There is no workspace" in problem(client.get("/v1/graph/export"), 404)["detail"]


def test_data_is_what_an_answer_would_be_made_of(graph):
    asked = {"question": "Who founded Viaweb?", "mode": "mix"}
    data = graph.post("/v1/query/data", json=asked).raise_for_status().json()
    assert data["mode"] == "mix"
    assert data["entities"][0]["arms"][0].keys() == {"arm", "rank", "score"}
    assert {one["name"] for one in data["entities"]} >= {"Viaweb"}
    assert data["relations"][0]["score"] > 0
    best, reference = data["chunks"][0], data["references"][0]
    assert (best["rank"], best["source_key"]) == (1, "essay")
    assert (reference["number"], reference["chunk_id"]) == (1, best["chunk_id"])
    assert reference["quote"] == "Paul Graham founded Viaweb with Robert Morris in 1995."
    assert data["seconds"].keys() == {"embed", "search"}
    without = graph.post("/v1/query/data", json={**asked, "include_references": False}).json()
    assert without["references"] == []


def test_malformed_questions_for_data_are_refused(graph, client):
    asked = graph.post("/v1/query/data", json={"question": "x", "mode": "nive"})
    assert 'no mode "nive"' in problem(asked, 400)["detail"]
    nowhere = client.post("/v1/query/data", json={"question": "x"})
    assert "There is no workspace" in problem(nowhere, 404)["detail"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=12), other=st.text("aA \0é"))
def test_any_name_is_known_unknown_or_refused(graph, name, other):
    for path, params in (
        ("entity", {"name": name}),
        ("search", {"words": name}),
        ("neighbours", {"name": name}),
        ("path", {"source": name, "target": other}),
        ("where-said", {"name": "Yahoo", "other": name}),
    ):
        assert graph.get(f"/v1/graph/{path}", params=params).status_code in (200, 400, 404)


def test_clients_that_hang_up_hold_no_connection(graph, workspace, api_url):
    """Twenty of them, more than there are connections; each leaves most of 40 MB unread."""
    run_sql(
        api_url,
        f"""INSERT INTO sqlrag.workspaces (name) VALUES ('{workspace}');
        INSERT INTO sqlrag.entities (workspace_id, name, description, edited_by, edited_at)
        SELECT w.workspace_id, 'entity ' || n, repeat('x', 20000), 'me', now()
        FROM sqlrag.workspaces AS w, generate_series(1, 2000) AS n WHERE w.name = '{workspace}'""",
    )
    path = f"/v1/workspaces/{workspace}/graph/export"
    for _ in range(20):
        with graph.stream("GET", path) as response:
            assert next(response.iter_bytes()).startswith(b"<?xml")
        get(graph, "popular")
    asyncio.run(wait_until_no_transaction_is_open(api_url))


async def wait_until_no_transaction_is_open(url: str) -> None:
    connection = await asyncpg.connect(name_owner(url))
    try:
        async with asyncio.timeout(30):
            while await connection.fetchval(
                """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'"""
            ):
                pass
    finally:
        await connection.close()
