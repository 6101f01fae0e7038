"""Documents come in as JSON and as files, can be looked at, and go."""

import httpx

MARKDOWN = b"# Handbook\n\n## Vacation\n\nEverybody has thirty days of vacation a year.\n"


def ingest(client: httpx.Client, *documents: dict) -> list[dict]:
    response = client.post("/v1/documents", json={"documents": documents})
    assert response.status_code == 201, response.text
    return response.json()["results"]


def list_documents(client: httpx.Client, **params) -> dict:
    return client.get("/v1/documents", params=params).raise_for_status().json()


def test_texts_are_ingested_with_all_that_is_said_of_them(client):
    (result,) = ingest(
        client,
        {
            "id": "handbook/vacation",
            "title": "Vacation",
            "text": MARKDOWN.decode(),
            "metadata": {"year": 2024, "nested": {"a": [1, None]}},
            "tags": ["handbook", "hr"],
            "media_type": "text/markdown",
            "language": "english",
        },
    )
    assert result["outcome"] == "added"
    assert result["chunk_count"] == result["embedded_count"] == 1
    document = client.get(f"/v1/documents/{result['document_id']}").json()
    assert document["source_key"] == "handbook/vacation"
    assert document["title"] == "Vacation"
    assert document["metadata"] == {"year": 2024, "nested": {"a": [1, None]}}
    assert document["tags"] == ["handbook", "hr"]
    assert document["media_type"] == "text/markdown"
    assert document["language"] == "english"
    assert document["status"] == "ready"


def test_one_text_needs_no_list_and_no_id(client):
    response = client.post("/v1/documents", json={"text": "Lisbon lies on the Tagus."})
    assert response.status_code == 201
    (result,) = response.json()["results"]
    assert result["source_key"].startswith("text-")
    again = client.post("/v1/documents", json={"text": "Lisbon lies on the Tagus."})
    assert again.json()["results"][0] | {"chunk_count": 1, "embedded_count": 1} == result | {
        "outcome": "unchanged"
    }


def test_changed_text_replaces_the_document_of_its_key(client):
    ingest(client, {"id": "a", "text": "The first text."})
    (result,) = ingest(client, {"id": "a", "text": "The second text."})
    assert result["outcome"] == "updated"
    assert len(list_documents(client)["items"]) == 1


def test_files_are_ingested_under_their_names(client):
    response = client.post(
        "/v1/documents",
        files=[
            ("files", ("handbook.md", MARKDOWN)),
            ("files", ("报告.txt", "北京是中国的首都。".encode())),
        ],
        data={"metadata": '{"year": 2024}', "tags": ["a, b", "c"]},
    )
    assert response.status_code == 201, response.text
    assert [one["source_key"] for one in response.json()["results"]] == ["handbook.md", "报告.txt"]
    items = list_documents(client)["items"]
    assert {one["media_type"] for one in items} == {"text/markdown", "text/plain"}
    assert all(one["metadata"] == {"year": 2024} for one in items)
    assert all(one["tags"] == ["a", "b", "c"] for one in items)


def test_a_file_can_have_a_key_of_its_own(client):
    form = {"files": {"files": ("upload.md", MARKDOWN)}, "data": {"source_key": "wiki/handbook"}}
    response = client.post("/v1/documents", **form)
    assert response.json()["results"][0]["source_key"] == "wiki/handbook"


def test_pages_follow_each_other_to_the_end(client):
    ingest(client, *({"id": f"d{n}", "text": f"This is text number {n}."} for n in range(5)))
    seen, after = [], 0
    while after is not None:
        page = list_documents(client, limit=2, after=after)
        seen += [one["document_id"] for one in page["items"]]
        after = page["next"]
    assert seen == sorted(seen)
    assert len(seen) == 5


def test_failed_documents_can_be_listed(client):
    ingest(client, {"id": "good", "text": "A good text."})
    client.post("/v1/documents", json={"id": "bad", "text": "  "})
    assert list_documents(client, status="partial")["items"] == []
    (failed,) = list_documents(client, status="failed")["items"]
    assert failed["source_key"] == "bad"
    assert "empty" in failed["error"]
    assert [one["source_key"] for one in list_documents(client, status="ready")["items"]] == [
        "good"
    ]


def test_chunks_come_in_order_and_in_pages(client):
    text = "\n\n".join(f"Paragraph {n}. " + "The river flows to the sea. " * 60 for n in range(9))
    (result,) = ingest(client, {"id": "long", "text": text})
    path = f"/v1/documents/{result['document_id']}/chunks"
    chunks, first = [], 0
    while first is not None:
        page = client.get(path, params={"limit": 2, "first": first}).json()
        chunks += page["items"]
        first = page["next"]
    assert [chunk["ordinal"] for chunk in chunks] == list(range(result["chunk_count"]))
    assert len(chunks) > 2
    for chunk in chunks:
        assert text[chunk["char_start"] : chunk["char_end"]] == chunk["content"]


def test_a_deleted_document_is_gone(client):
    (result,) = ingest(client, {"text": "Soon gone."})
    path = f"/v1/documents/{result['document_id']}"
    gone = client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_many_are_deleted_by_id_and_by_source_key(client):
    results = ingest(client, *({"id": f"d{n}", "text": f"Text {n}."} for n in range(4)))
    ids = {one["source_key"]: one["document_id"] for one in results}
    response = client.delete(
        "/v1/documents",
        params={"id": [ids["d0"], 10**9], "source_key": ["d1", "d2", "not there"]},
    )
    assert response.status_code == 200
    deleted = {(one["document_id"], one["source_key"]) for one in response.json()["deleted"]}
    assert deleted == {(ids[key], key) for key in ("d0", "d1", "d2")}
    assert [one["source_key"] for one in list_documents(client)["items"]] == ["d3"]


def test_workspaces_do_not_see_each_other(client, workspace):
    (result,) = ingest(client, {"id": "here", "text": "This is here."})
    elsewhere = f"{workspace}-elsewhere"
    path = f"/v1/workspaces/{elsewhere}/documents"
    client.post(path, json={"id": "there", "text": "This is there."})
    assert [one["source_key"] for one in list_documents(client)["items"]] == ["here"]
    there = client.get(f"{path}/{result['document_id']}")
    assert there.status_code == 404
    counts = {one["name"]: one for one in client.get("/v1/workspaces?limit=1000").json()["items"]}
    assert counts[workspace]["documents"] == counts[elsewhere]["documents"] == 1


def test_a_request_without_a_workspace_means_the_default(server):
    httpx.post(f"{server}/v1/documents", json={"id": "x", "text": "In the default."}, timeout=30)
    listed = httpx.get(f"{server}/v1/workspaces/default/documents").json()
    assert "x" in [one["source_key"] for one in listed["items"]]
