"""What cannot be served gets the right status and one sentence, as a problem."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import MAX_FILE_BYTES, MAX_JSON_BYTES

JUNK = bytes(range(256)) * 20
JSON = {"content-type": "application/json"}
# Parameters that have to be of a form.
FORMS = {"track_id": "UUID", "since": "RFC3339", "until": "RFC3339"}


def problem(response: httpx.Response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["status"] == status
    assert found["title"]
    assert found["detail"].endswith(".")
    return found


def upload(client: httpx.Client, *files: tuple[str, bytes], **data) -> httpx.Response:
    return client.post("/v1/documents", files=[("files", file) for file in files], data=data)


def test_an_empty_file_is_unreadable(client):
    found = problem(upload(client, ("empty.txt", b"")), 422)
    assert "empty.txt is empty" in found["detail"]
    assert found["results"][0]["error_kind"] == "unreadable-document"


def test_binary_junk_is_unsupported(client):
    assert "scan.bin" in problem(upload(client, ("scan.bin", JUNK)), 415)["detail"]


@pytest.mark.parametrize("name", ["broken.pdf", "broken.docx"])
def test_a_broken_file_is_unreadable(client, name):
    assert name in problem(upload(client, (name, b"%PDF-1.7 and then nothing")), 422)["detail"]


def test_a_file_over_the_limit_is_too_large(client):
    found = problem(upload(client, ("big.txt", b"word " * (MAX_FILE_BYTES // 5 + 1))), 413)
    assert f"{MAX_FILE_BYTES:,}" in found["detail"]


def test_a_request_over_the_limit_is_too_large_before_it_is_read(client):
    files = [(f"{n}.txt", b"word " * (MAX_FILE_BYTES // 5)) for n in range(8)]
    found = problem(upload(client, *files), 413)
    assert found["type"] == "urn:sqlrag:error:document-too-large"
    assert "SQLRAG_MAX_FILE_BYTES" in found["detail"]


def test_a_body_of_unknown_length_is_stopped_at_the_limit(client):
    pieces = (b" " * 65_536 for _ in range(40))
    found = problem(client.post("/v1/documents", content=pieces, headers=JSON), 413)
    assert "SQLRAG_MAX_JSON_BYTES" in found["detail"]


@pytest.mark.parametrize("value", ["0.5", "1767225600", "nan"])
def test_a_number_is_no_time(client, value):
    answer = client.get("/v1/audit", params={"until": value})
    assert "until" in problem(answer, 400)["detail"]
    assert "RFC3339" in problem(answer, 400)["detail"]


def test_json_has_a_limit_of_its_own(client):
    content = b'{"question": "' + b"x" * MAX_JSON_BYTES + b'"}'
    found = problem(client.post("/v1/query", content=content, headers=JSON), 413)
    assert f"{MAX_JSON_BYTES:,}" in found["detail"]


def test_json_of_too_many_values_is_refused_before_it_is_decoded(client):
    content = b'{"chunks":[' + b"{}," * 50_000 + b"{}]}"
    found = problem(client.post("/v1/graph/custom", content=content, headers=JSON), 413)
    assert "50,000 values" in found["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("graph/custom", {"chunks": [{}] * 1001}),
        ("documents", {"documents": [{"text": ""}] * 1001}),
    ],
)
def test_a_batch_has_a_limit_of_records(client, path, body):
    assert "1000" in problem(client.post(f"/v1/{path}", json=body), 400)["detail"]


def test_an_empty_graph_is_no_error(client):
    answer = client.post("/v1/graph/custom", json={})
    assert (answer.status_code, answer.json()) == (201, {"results": []})


def test_what_is_wrong_with_one_loses_nothing_else(client):
    response = upload(client, ("a.txt", b"A good text."), ("empty.txt", b""), ("scan.bin", JUNK))
    assert response.status_code == 207
    results = response.json()["results"]
    assert [one["outcome"] for one in results] == ["added", "failed", "failed"]
    assert [one["error_kind"] for one in results][1:] == [
        "unreadable-document",
        "unsupported-media-type",
    ]
    answer = client.post("/v1/query", json={"question": "What is good?"})
    assert answer.status_code == 200


def test_a_batch_that_failed_in_several_ways_is_unreadable(client):
    found = problem(upload(client, ("empty.txt", b""), ("scan.bin", JUNK)), 422)
    assert found["detail"].startswith("None of the 2 documents was ingested.")
    assert len(found["results"]) == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"text": ', "truncated"),
        (b"", "truncated"),
        (b"[1]", "Expected `object`, got `array`"),
        (b'{"documents": []}', "length >= 1"),
        (b'{"documents": [{"title": "x"}]}', "missing required field `text`"),
        (b'{"txt": "x"}', "field"),
        (b'{"text": 5}', "Expected `str`, got `int`"),
        (b'{"text": "\xff\xfe"}', "cannot be read"),
        (b'{"text": "x", "metadata": [1]}', "Expected `object`, got `array`"),
        (b'{"documents": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]}', '"a"'),
        (b"[" * 40_000, "cannot be read"),
    ],
)
def test_malformed_json_documents(client, body, sentence):
    assert (
        sentence in problem(client.post("/v1/documents", content=body, headers=JSON), 400)["detail"]
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"metadata": "{year: 2024}"}, "metadata is not JSON"),
        ({"metadata": "[1]"}, "one JSON object"),
        ({"tag": "x"}, 'unknown field "tag"'),
        ({"source_key": ["a", "b"]}, "source_key"),
    ],
)
def test_malformed_form_fields(client, fields, sentence):
    assert sentence in problem(upload(client, ("a.txt", b"A text."), **fields), 400)["detail"]


def test_malformed_forms(client):
    files = [("a.txt", b"A text."), ("b.txt", b"Another text.")]
    assert "source_key" in problem(upload(client, *files, source_key="k"), 400)["detail"]
    same = [("a.txt", b"A text."), ("a.txt", b"Another text.")]
    assert '"a.txt"' in problem(upload(client, *same), 400)["detail"]
    form = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"--x\r\nnonsense", b"", b"--x\r\nContent-Disposition: form-data"):
        problem(client.post("/v1/documents", content=body, headers=form), 400)
    without = {"content-type": "multipart/form-data"}
    problem(client.post("/v1/documents", content=b"--x", headers=without), 400)
    many = [(f"{n}.txt", b"x") for n in range(1001)]
    assert "1,000 parts" in problem(upload(client, *many), 400)["detail"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_documents_do_not_come_in_other_types(client, media_type):
    headers = {"content-type": media_type}
    found = problem(client.post("/v1/documents", content=b"text=hello", headers=headers), 415)
    assert "multipart/form-data" in found["detail"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"question": "x", "mode": "nive"}', 'There is no mode "nive"; use one of auto, naive'),
        (b'{"question": "  "}', "The question is empty"),
        (b'{"question": "x", "chunk_top_k": 0}', "use 1 to 1000"),
        (b'{"question": "x", "max_total_tokens": 0}', "use 1 to"),
        (b'{"question": "x", "max_total_tokens": 99999999999}', "use 1 to"),
        (b'{"question": "x", "chunk_top_k": "many"}', "chunk_top_k: Expected `int`"),
        (b'{"question": "x", "chunk_topk": 3}', "unknown field `chunk_topk`"),
        (b'{"question": "x", "filters": {"tag": ["a"]}}', 'Unknown filter "tag"'),
        (
            b'{"question": "x", "filters": {"metadata": {"y": {"$near": 1}}}}',
            "operator $near. Use $eq",
        ),
        (b'{"question": "x", "conversation_history": [{"role": "me", "content": "y"}]}', "role"),
        (b'{"question": "a\\u0000b"}', "NUL"),
        (b'{"question": "x", "filters": {"tags": ["a\\u0000"]}}', ""),
        (b'{"question": "x", "filters": {"document_ids": ["one"]}}', "one"),
        (b'{"question": "\xff"}', "not JSON"),
        (b'{"question": ', "not JSON"),
        (b"{}", "missing required field `question`"),
        (b"[]", "Expected `object`"),
        (b"", "the body is missing"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/query", "/v1/query/stream"])
def test_malformed_questions(client, path, body, sentence):
    client.post("/v1/documents", json={"id": "a", "text": "A text."})
    found = problem(client.post(path, content=body, headers=JSON), 400)
    assert found["type"] == "urn:sqlrag:error:bad-input"
    assert sentence in found["detail"]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "x"}, "limit: Expected `int`, got `str`"),
        ({"after": -1}, "after"),
        ({"status": "lost"}, "status: Invalid enum value 'lost'"),
    ],
)
def test_malformed_pages(client, params, sentence):
    assert sentence in problem(client.get("/v1/documents", params=params), 400)["detail"]


@pytest.mark.parametrize("name", ["workspace", "offset"])
@pytest.mark.parametrize("path", ["/v1/documents", "/v1/graph/popular", "/v1/graph/export"])
def test_an_unknown_parameter_is_refused(client, path, name):
    found = problem(client.get(path, params={name: "x"}), 400)
    assert f'no parameter "{name}"' in found["detail"]
    assert "there are" in found["detail"]


def test_a_parameter_is_given_once_unless_it_is_a_list(client, server):
    twice = client.get("/v1/documents?limit=1&limit=2")
    assert '"limit" is given 2 times' in problem(twice, 400)["detail"]
    assert '"x"' in problem(httpx.get(f"{server}/v1/workspaces?x=1"), 400)["detail"]
    several = client.delete("/v1/documents", params={"source_key": ["a", "b"], "id": [1, 2]})
    assert several.status_code == 200


def sentence_of(answer: httpx.Response) -> str:
    """Of bad input, as a problem or as clients of OpenAI and LightRAG are told."""
    if answer.headers["content-type"] == "application/problem+json":
        return str(problem(answer, 400)["detail"])
    assert answer.status_code == 400, answer.text
    found = answer.json()
    told = str(found["detail"] if "detail" in found else found["error"]["message"])
    assert told.endswith(".")
    return told


def places(server: str) -> Iterator[tuple[str, str, dict[str, Any], str, str]]:
    """Every parameter of the query that is a text or a whole number, with what else is required."""
    document = httpx.get(f"{server}/docs/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            queried = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
            required = {one["name"]: "x" for one in queried if one.get("required")}
            example = operation.get("requestBody", {}).get("content", {}).get("application/json")
            body = {"json": next(iter(example["examples"].values()))["value"]} if example else {}
            if operation["operationId"] == "delete_documents":
                required = {"source_key": "x"}
            for one in queried:
                schema = one["schema"]
                kind = schema.get("oneOf", [schema])[0]
                sort = kind.get("items", kind)["type"]
                if isinstance(sort, str) and "enum" not in kind:
                    place = re.sub("{.*?}", "1", path.replace("{workspace}", "nul"))
                    yield method, place, {"params": dict(required), **body}, one["name"], sort


def test_a_nul_is_told_in_words_wherever_it_stands(server):
    httpx.post(f"{server}/v1/workspaces/nul/documents", json={"text": "A text."})
    tried = 0
    for method, path, request, name, kind in places(server):
        if kind in ("string", "array") and name != "id":
            spans = {"char_start": 0, "char_end": 1} if path.endswith("/places") else {}
            request["params"] |= spans | {name: "a\x00b"}
            answer = httpx.request(method, server + path, **request)
            if answer.status_code not in (404, 409):  # what is edited is looked for first
                told = FORMS.get(name, "NUL")
                assert told in sentence_of(answer), (path, name)
                tried += 1
    assert tried > 20
    elsewhere = httpx.get(f"{server}/v1/workspaces/a%00b/documents")
    assert "NUL" in problem(elsewhere, 400)["detail"]


def test_a_number_that_is_too_large_is_told_in_words(server):
    tried = 0
    for method, path, request, name, kind in places(server):
        if kind == "integer":
            request["params"] |= {name: 2**70}
            answer = httpx.request(method, server + path, **request)
            if name == "id":  # what is not there is no error
                assert answer.json() == {"deleted": []}
            else:
                assert name in sentence_of(answer)
            assert "argument" not in answer.text
            tried += 1
    assert tried > 15


def test_numbers_and_flags_come_as_what_they_are(client):
    for field in ({"explain": "true"}, {"explain": 1}, {"top_k": "7"}):
        answer = client.post("/v1/query", json={"question": "x"} | field)
        assert "Expected" in problem(answer, 400)["detail"]


def test_what_does_not_exist_is_not_found(client, workspace):
    client.post("/v1/documents", json={"text": "A text."})
    assert "document 987654" in problem(client.get("/v1/documents/987654"), 404)["detail"]
    problem(client.get("/v1/documents/987654/chunks"), 404)
    problem(client.delete("/v1/documents/987654"), 404)
    elsewhere = client.post("/v1/workspaces/nowhere/query", json={"question": "x"})
    assert '"nowhere"' in problem(elsewhere, 404)["detail"]
    assert "There is no GET /v2/documents" in problem(client.get("/v2/documents"), 404)["detail"]
    assert "There is no PUT" in problem(client.put("/v1/documents"), 405)["detail"]


def test_deleting_nothing_in_particular_is_refused(client):
    assert "No document is named" in problem(client.delete("/v1/documents"), 400)["detail"]
