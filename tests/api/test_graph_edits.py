"""The graph can be edited over HTTP, and tells who did it."""

import httpx
import pytest

from tests.api.test_bad_input import problem

TEXTS = [
    {
        "id": "a",
        "text": "Ada Lovelace wrote to Charles Babbage. Charles Babbage answered Ada Lovelace.",
    },
    {"id": "b", "text": "Ada Lovelace sails from Dover. Ada Lovelace is a ship."},
]


def send(client: httpx.Client, method: str, path: str, body: dict | None = None, **params) -> dict:
    response = client.request(method, f"/v1/graph/{path}", json=body, params=params)
    assert response.status_code in (200, 201), response.text
    return response.json()


@pytest.fixture
def people(client) -> httpx.Client:
    client.post("/v1/documents", json={"documents": TEXTS}).raise_for_status()
    return client


def test_an_entity_is_created_edited_renamed_and_deleted(client):
    body = {"name": "AC/DC", "type": "band", "description": "A band."}
    made = client.post("/v1/graph/entities", json=body, params={"editor": "Малькольм"})
    assert made.status_code == 201
    assert made.json() == {
        **body,
        "aliases": [],
        "chunk_count": 0,
        "relation_count": 0,
        "edited_by": "Малькольм",
    }
    edited = send(client, "PATCH", "entities", {"name": "ac/dc", "new_type": "rock band"})
    assert (edited["type"], edited["description"]) == ("rock band", "A band.")
    assert edited["edited_by"] == "api"
    renamed = send(client, "POST", "entities/rename", {"name": "AC/DC", "new_name": "闪电"})
    assert renamed["name"] == "闪电"
    assert send(client, "GET", "entity", name="AC/DC")["name"] == "闪电"
    gone = send(client, "DELETE", "entities", name="闪电")
    assert gone == {"name": "闪电", "type": "rock band", "mentions": 0, "relations": 0}
    problem(client.get("/v1/graph/entity", params={"name": "AC/DC"}), 404)


def test_entities_are_merged_and_split(people):
    send(people, "POST", "entities", {"name": "Countess Lovelace"})
    body = {"names": ["Countess Lovelace"], "into": "Ada Lovelace"}
    merged = send(people, "POST", "entities/merge", body)
    assert merged["name"] == "Ada Lovelace"
    assert send(people, "GET", "entity", name="countess lovelace") == merged
    body = {"name": "Ada Lovelace", "new_name": "Ada Lovelace (ship)", "documents": ["b"]}
    split = send(people, "POST", "entities/split", body)
    assert split["name"] == "Ada Lovelace (ship)"
    said = send(people, "GET", "where-said", name="Ada Lovelace (ship)")["items"]
    assert {one["document"] for one in said} == {"b"}
    said = send(people, "GET", "where-said", name="Ada Lovelace")["items"]
    assert {one["document"] for one in said} == {"a"}


def test_relations_are_created_edited_and_deleted(client):
    for name in ("Nils", "Ada"):
        send(client, "POST", "entities", {"name": name})
    body = {"source": "Nils", "target": "Ada", "keywords": "knows"}
    made = client.post("/v1/graph/relations", json=body)
    assert made.status_code == 201
    assert made.json() == {
        **body,
        "description": "",
        "weight": 1.0,
        "chunk_count": 0,
        "edited_by": "api",
    }
    change = {"source": "Nils", "target": "Ada", "new_weight": 4.5, "new_description": "Well."}
    edited = send(client, "PATCH", "relations", change)
    assert (edited["keywords"], edited["weight"]) == ("knows", 4.5)
    (neighbour,) = send(client, "GET", "neighbours", name="Nils")["items"]
    assert (neighbour["name"], neighbour["description"]) == ("Ada", "Well.")
    gone = send(client, "DELETE", "relations", source="Nils", target="Ada")
    assert gone == {"source": "Nils", "target": "Ada", "evidence": 0}
    assert send(client, "GET", "neighbours", name="Nils") == {"items": []}


def test_edits_are_listed_newest_first_and_in_pages(client):
    send(client, "POST", "entities", {"name": "Nils"}, editor="Ada")
    send(client, "PATCH", "entities", {"name": "Nils", "new_type": "person"})
    send(client, "POST", "entities", {"name": "Pia"})
    edits = send(client, "GET", "edits", limit=2)
    assert [edit["action"] for edit in edits["items"]] == ["create_entity", "edit_entity"]
    (first,) = send(client, "GET", "edits", limit=2, before=edits["next"])["items"]
    assert (first["edited_by"], first["subject"], first["before"]) == ("Ada", "Nils", None)
    of_nils = send(client, "GET", "edits", subject="Nils")
    assert of_nils["next"] is None
    assert of_nils["items"][0]["before"]["type"] == "concept"
    assert of_nils["items"][0]["after"]["type"] == "person"


def test_what_is_there_already_is_a_conflict(client):
    for name in ("Nils", "Ada"):
        send(client, "POST", "entities", {"name": name})
    pair = {"source": "Nils", "target": "Ada"}
    send(client, "POST", "relations", pair)
    for method, path, body in (
        ("POST", "entities", {"name": "NILS"}),
        ("PATCH", "entities", {"name": "Nils", "new_name": "Ada"}),
        ("POST", "entities/rename", {"name": "Nils", "new_name": "Ada"}),
        ("POST", "relations", pair),
    ):
        found = problem(client.request(method, f"/v1/graph/{path}", json=body), 409)
        assert found["type"] == "urn:sqlrag:error:conflict"


def test_what_is_not_there_cannot_be_edited(client):
    send(client, "POST", "entities", {"name": "Nils"})
    pair = {"source": "Nils", "target": "Nobody"}
    for method, path, body, params in (
        ("PATCH", "entities", {"name": "Nobody", "new_type": "x"}, {}),
        ("POST", "entities/rename", {"name": "Nobody", "new_name": "x"}, {}),
        ("POST", "entities/merge", {"names": ["Nobody"], "into": "Nils"}, {}),
        ("POST", "entities/split", {"name": "Nobody", "new_name": "x", "documents": ["a"]}, {}),
        ("DELETE", "entities", None, {"name": "Nobody"}),
        ("POST", "relations", pair, {}),
        ("PATCH", "relations", {**pair, "new_keywords": "x"}, {}),
        ("DELETE", "relations", None, pair),
    ):
        response = client.request(method, f"/v1/graph/{path}", json=body, params=params)
        assert "Nobody" in problem(response, 404)["detail"], path


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("POST", "entities", {"name": " "}, "name is empty"),
        ("POST", "entities", {"name": "x" * 501}, "length <= 500"),
        ("POST", "entities", {"title": "x"}, "field"),
        ("POST", "entities", {"name": 5}, "Expected `str`, got `int`"),
        ("PATCH", "entities", {"name": "Nils"}, "nothing to change"),
        ("POST", "entities/merge", {"names": ["Nils"], "into": "Nils"}, "nothing to merge"),
        ("POST", "relations", {"source": "Nils", "target": "nils"}, "needs two entities"),
        ("POST", "relations", {"source": "Nils", "target": "Ada", "weight": -1}, "weight"),
        ("DELETE", "entities", None, "name"),
    ],
)
def test_malformed_edits_are_refused(client, method, path, body, sentence):
    for name in ("Nils", "Ada"):
        send(client, "POST", "entities", {"name": name})
    response = client.request(method, f"/v1/graph/{path}", json=body)
    assert sentence in problem(response, 400)["detail"]


def test_malformed_pages_of_edits_are_refused(client):
    for params in ({"before": 0}, {"limit": 0}, {"limit": 1001}):
        detail = problem(client.get("/v1/graph/edits", params=params), 400)["detail"]
        assert next(iter(params)) in detail


def test_a_graph_of_ones_own_is_inserted_and_replaced(client):
    knows = {"src_id": "Nils", "tgt_id": "Ada/Eve", "keywords": "knows", "source_id": "c"}
    graph = {
        "chunks": [{"content": "Nils knows Ada.", "source_id": "c", "file_path": "own/graph"}],
        "entities": [{"entity_name": "Nils", "entity_type": "person", "source_id": "c"}],
        "relationships": [knows],
    }
    done = client.post("/v1/graph/custom", json=graph)
    assert done.status_code == 201, done.text
    assert [one["source_key"] for one in done.json()["results"]] == ["own/graph"]
    (neighbour,) = send(client, "GET", "neighbours", name="nils")["items"]
    assert (neighbour["name"], neighbour["keywords"]) == ("Ada/Eve", "knows")
    renamed = client.post("/v1/graph/custom", json=graph, params={"full_doc_id": "mine"})
    assert renamed.json()["results"][0]["source_key"] == "mine"
    lost = {**graph, "relationships": [{**knows, "source_id": "nowhere"}]}
    detail = problem(client.post("/v1/graph/custom", json=lost), 400)["detail"]
    assert 'relationships[0] ("Nils — Ada/Eve") has the source_id "nowhere"' in detail
    assert "field" in problem(client.post("/v1/graph/custom", json={"nodes": []}), 400)["detail"]


def test_a_text_is_inserted_in_chunks_of_ones_own(client):
    chunks = ["The lamp was lit.", "It burned for years."]
    body = {"full_text": " ".join(chunks), "text_chunks": chunks, "doc_id": "lamp"}
    done = client.post("/v1/documents/custom-chunks", json=body)
    assert done.status_code == 201, done.text
    (result,) = done.json()["results"]
    assert (result["source_key"], result["chunk_count"]) == ("lamp", 2)
    found = client.get(f"/v1/documents/{result['document_id']}/chunks").json()["items"]
    assert [chunk["content"] for chunk in found] == chunks
    empty = client.post("/v1/documents/custom-chunks", json={**body, "text_chunks": []})
    assert "text_chunks" in problem(empty, 400)["detail"]
