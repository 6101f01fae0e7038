"""Who has an answer already is told so, and who changes what he saw is told when it has changed."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.test_bad_input import problem

TEXT = "The lamp of Grey Harbour was lit on 3 May 1874. " * 40
READS = [
    "/v1/documents",
    "/v1/documents/{id}",
    "/v1/documents/{id}/chunks",
    "/v1/documents/{id}/content",
    "/v1/graph/popular",
    "/v1/graph/search?words=Grey",
    "/v1/jobs",
    "/v1/workspaces",
    "/v1/workspaces/{workspace}",
    "/v1/workspaces/{workspace}/extraction",
    "/v1/workspaces/{workspace}/costs",
]
SETTINGS = [
    ("extraction", {"gleaning_rounds": 2}),
    ("retrieval", {"select": True}),
    ("costs", {"budget": 7, "budget_period": "day"}),
]


def add(client: httpx.Client, text: str = TEXT, key: str = "lamp") -> int:
    answer = client.post("/v1/documents", json={"text": text, "id": key})
    return int(answer.json()["results"][0]["document_id"])


def ask(client: httpx.Client, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named)


@pytest.mark.parametrize("path", READS)
def test_what_is_the_same_comes_without_a_body(
    client: httpx.Client, workspace: str, path: str
) -> None:
    at = path.format(id=add(client), workspace=workspace)
    first = ask(client, at)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(client, at, if_none_match=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["x-request-id"]
        assert "content-type" not in again.headers
    for other in ('"other"', "", "nonsense", tag.strip('"')):
        again = ask(client, at, if_none_match=other)
        assert (again.status_code, again.content) == (200, first.content)


def test_a_tag_is_another_whenever_a_byte_is(client: httpx.Client) -> None:
    at = f"/v1/documents/{add(client)}"
    paths = (at, f"{at}/chunks", f"{at}/content", "/v1/documents")
    before = {path: ask(client, path) for path in paths}
    add(client, TEXT + "It went out in 1901.")
    for path, seen in before.items():
        now = ask(client, path, if_none_match=seen.headers["etag"])
        assert now.status_code == 200, path
        assert now.content != seen.content
        assert now.headers["etag"] != seen.headers["etag"]
    assert add(client, TEXT + "It went out in 1901.")
    again = ask(client, at, if_none_match=ask(client, at).headers["etag"])
    assert again.status_code == 304, "the same once more changes nothing"


def test_answers_come_as_they_are_whatever_is_accepted(client: httpx.Client) -> None:
    """A strong tag is of these bytes: who compresses them on the way makes a weak one of it."""
    at = f"/v1/documents/{add(client)}/content"
    plain, packed = (ask(client, at, accept_encoding=one) for one in ("identity", "gzip, br, zstd"))
    assert plain.content == packed.content == TEXT.encode()
    assert gzip.compress(plain.content) != packed.content
    assert "content-encoding" not in packed.headers
    assert plain.headers["etag"] == packed.headers["etag"]


def test_what_streams_or_fails_has_no_tag(client: httpx.Client) -> None:
    add(client)
    for path in ("/v1/graph/export", "/v1/documents/999999", "/health/ready", "/docs/openapi.json"):
        assert "etag" not in ask(client, path, if_none_match="*").headers, path
        assert ask(client, path, if_none_match="*").status_code != 304


def test_a_document_is_deleted_only_as_it_was_seen(client: httpx.Client) -> None:
    at = f"/v1/documents/{add(client)}"
    seen = ask(client, at).headers["etag"]
    add(client, "Other words.")
    refused = client.delete(at, headers={"if-match": seen})
    assert problem(refused, 412)["type"] == "urn:sqlrag:error:changed"
    now = ask(client, at).headers["etag"]
    weak = client.delete(at, headers={"if-match": f"W/{now}"})
    assert problem(weak, 412), "whether a weak tag is of these bytes nobody knows"
    assert problem(client.delete(at, headers={"if-match": now.strip('"')}), 400)
    assert client.delete(at, headers={"if-match": f'"other", {now}'}).status_code == 204
    assert problem(client.delete(at, headers={"if-match": now}), 404)
    assert client.delete(f"/v1/documents/{add(client)}", headers={"if-match": "*"}).is_success


@pytest.mark.parametrize(("which", "change"), SETTINGS)
def test_settings_are_changed_only_as_they_were_seen(
    client: httpx.Client, workspace: str, which: str, change: dict[str, Any]
) -> None:
    add(client)
    at = f"/v1/workspaces/{workspace}/{which}"
    seen = ask(client, at).headers["etag"]
    changed = client.patch(at, json=change, headers={"if-match": seen})
    assert changed.status_code == 200
    assert changed.headers["etag"] == ask(client, at).headers["etag"] != seen
    back = dict.fromkeys(change)
    assert problem(client.patch(at, json=back, headers={"if-match": seen}), 412)
    assert ask(client, at).json() == changed.json()
    assert client.patch(at, json=back, headers={"if-match": changed.headers["etag"]}).is_success
    nowhere = f"/v1/workspaces/{workspace}-not/{which}"
    assert problem(client.patch(nowhere, json=change, headers={"if-match": seen}), 404)
    names = {one["name"] for one in client.get("/v1/workspaces?limit=1000").json()["items"]}
    assert f"{workspace}-not" not in names


def test_of_many_who_change_the_same_one_does(client: httpx.Client, workspace: str) -> None:
    add(client)
    at = f"/v1/workspaces/{workspace}/extraction"
    for rounds in range(2, 6):
        seen = {"if-match": ask(client, at).headers["etag"]}
        with ThreadPoolExecutor(8) as many:
            asked = [
                many.submit(client.patch, at, json={"max_entities": rounds * 10 + n}, headers=seen)
                for n in range(8)
            ]
        found = sorted(one.result().status_code for one in asked)
        assert found == [200] + [412] * 7


def test_of_many_who_delete_the_same_one_does(client: httpx.Client) -> None:
    at = f"/v1/documents/{add(client)}"
    seen = {"if-match": ask(client, at).headers["etag"]}
    with ThreadPoolExecutor(8) as many:
        asked = [many.submit(client.delete, at, headers=seen) for _ in range(8)]
    found = [one.result().status_code for one in asked]
    assert found.count(204) == 1
    assert set(found) <= {204, 404, 412}


def test_a_condition_that_nobody_would_look_at_is_refused(
    client: httpx.Client, workspace: str
) -> None:
    add(client)
    seen = {"if-match": ask(client, f"/v1/workspaces/{workspace}").headers["etag"]}
    assert problem(client.delete(f"/v1/workspaces/{workspace}", headers=seen), 400)
    assert problem(client.post("/v1/documents", json={"text": "A."}, headers=seen), 400)
    assert len(client.get("/v1/documents").json()["items"]) == 1
