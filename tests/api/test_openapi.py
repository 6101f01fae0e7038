"""The OpenAPI document says all there is to say, and its examples are true."""

import base64
import hashlib
import json
import re
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler

from sqlrag.domain.names import NOT_BLANK
from sqlrag.doors.http import openapi as examples
from sqlrag.doors.http.application import DOORS as ALL_DOORS
from sqlrag.doors.http.bodies import TAKES
from sqlrag.doors.http.documents import TextDocuments
from sqlrag.doors.http.errors import IngestResults

DOORS: dict[str, HTTPRouteHandler] = {
    str(door.operation_id): door for door in ALL_DOORS if door.include_in_schema
}
NAMED = "/v1/workspaces/{workspace}"
STREAMED = {"stream_query", "export", "follow_jobs", "create_chat_completion"}
STREAMED |= {"chat", "generate", "create_response", "stream_as_lightrag", "export_conversation"}
# Where LightRAG sends nothing, and where it sends something that others do not.
SENDS_NOTHING = ("scan", "clear_cache", "cancel_pipeline", "reprocess_failed", "force_reset")
DELETES_BY_BODY = ("delete_document", "entity/delete", "relation/delete")
OPEN = ("auth-status", "login", "lightrag/health", "ui/customization")
WITHOUT_BODY = {"delete_document", "delete_workspace", "delete_conversation"}
BINARY = {"get_content", "draw_page", "read_file"}


@pytest.fixture(scope="module")
def document(server) -> dict[str, Any]:
    return httpx.get(f"{server}/docs/openapi.json").raise_for_status().json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def for_clients(operation: dict[str, Any]) -> bool:
    """Whether it is as another API has it: fields that are not known are left to its clients."""
    return "clients" in operation["tags"]


def test_operations_are_named_as_their_handlers(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert sorted(ids) == sorted(door.handler_name for door in DOORS.values())


def test_every_operation_is_described(document):
    tags = {tag["name"] for tag in document["tags"]}
    for path, _, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) <= tags
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))
        is_open = path.startswith("/health") or path.endswith(OPEN)
        assert operation["security"] == ([{}] if is_open else [{"key": []}])


def test_a_number_tells_its_bounds(document):
    for path, _, operation in operations(document):
        for one in operation.get("parameters", ()):
            schema = one["schema"]
            if "integer" in (
                schema.get("type"),
                *(each["type"] for each in schema.get("oneOf", ())),
            ):
                assert {"minimum", "maximum"} <= set(schema), (path, one["name"])


def test_every_body_has_an_example(document):
    for path, method, operation in operations(document):
        contents = [
            content
            for status, response in operation["responses"].items()
            for content in response.get("content", {}).values()
            if status != "204"
        ]
        assert contents or method == "delete", path
        contents += operation.get("requestBody", {"content": {}})["content"].values()
        has_body = method in ("post", "patch") and not re.search("/jobs/|/cancel$", path)
        if "/lightrag/" in path:
            has_body = has_body and not path.endswith(SENDS_NOTHING)
            has_body = has_body or path.endswith(DELETES_BY_BODY)
        assert has_body == ("requestBody" in operation)
        for content in contents:
            is_binary = content["schema"].get("format") == "binary"
            assert is_binary or content.get("examples") or content["schema"].get("examples"), path


def test_errors_are_problems(document):
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                kind = "json" if for_clients(operation) else "problem+json"
                assert list(response["content"]) == [f"application/{kind}"], (path, status)


def test_a_model_that_takes_too_long_is_a_problem_that_is_told(document):
    """Whatever may call a model lists 502 for its failures and 504 for its time-outs."""
    for path, _, operation in operations(document):
        assert ("502" in operation["responses"]) == ("504" in operation["responses"]), path
    query = document["paths"][f"{NAMED}/query"]["post"]["responses"]
    (example,) = query["504"]["content"]["application/problem+json"]["examples"].values()
    assert example["value"]["type"] == "urn:sqlrag:error:model-timeout"


def test_bounds_are_described(document):
    (limit,) = [
        parameter["schema"]
        for parameter in document["paths"][f"{NAMED}/graph/neighbours"]["get"]["parameters"]
        if parameter["name"] == "limit"
    ]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 1000, 20)


def test_what_the_gate_answers_is_told(document):
    for path, method, operation in operations(document):
        told = {int(status) for status in operation["responses"]}
        assert 403 in told, path
        assert told >= {400, 503} or path.startswith("/health"), path
        assert (told >= {408, 413, 415}) == (method in ("post", "patch")), (path, method)
        is_busy = "takes no more" in json.dumps(operation["responses"])
        assert is_busy != path.startswith("/health"), path


def test_fields_that_are_refused_are_told(document):
    for path, _, operation in operations(document):
        for media_type, content in operation.get("requestBody", {"content": {}})["content"].items():
            for schema in content["schema"].get("oneOf", [content["schema"]]):
                is_closed = schema.get("additionalProperties") is False
                assert is_closed != for_clients(operation), (path, media_type)


def test_bounds_of_names_weights_and_ids_are_told(document):
    body = document["paths"][f"{NAMED}/graph/relations"]["post"]["requestBody"]
    fields = body["content"]["application/json"]["schema"]["properties"]
    assert fields["weight"]["exclusiveMinimum"] == 0
    assert (fields["source"]["minLength"], fields["source"]["pattern"]) == (1, NOT_BLANK)
    listed = document["paths"][f"{NAMED}/documents"]["get"]["parameters"]
    (after,) = [one["schema"] for one in listed if one["name"] == "after"]
    assert (after["minimum"], after["maximum"]) == (0, 2**53 - 1)


def test_what_is_streamed_is_told_by_its_events(document):
    answer = document["paths"][f"{NAMED}/query/stream"]["post"]["responses"]["200"]
    events = answer["content"]["text/event-stream"]["schema"]["oneOf"]
    told = {one["properties"]["event"]["const"]: one["properties"]["data"] for one in events}
    assert set(told) == {"context", "token", "done", "error"}
    assert "chunks" in told["context"]["contentSchema"]["properties"]
    assert told["done"]["contentSchema"]["required"] == ["references", "model", "seconds", "cached"]
    exported = document["paths"][f"{NAMED}/graph/export"]["get"]["responses"]["200"]["content"]
    assert set(exported) == {"application/graphml+xml", "text/csv", "application/x-ndjson"}


def test_options_lists_every_method_of_a_path(document, server):
    for path, item in document["paths"].items():
        named = re.sub("{.*?}", "1", path.replace("{track_id}", str(UUID(int=1))))
        answer = httpx.options(server + named)
        allowed = {method.lower() for method in answer.headers["allow"].split(", ")}
        assert (answer.status_code, allowed) == (204, {"options", *item}), path


def test_every_reference_leads_somewhere(document):
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    used = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert used <= known


@pytest.mark.parametrize("operation", sorted(set(DOORS) - STREAMED - WITHOUT_BODY - BINARY))
def test_examples_have_the_shape_of_responses(operation):
    example = examples.RESPONSES[operation]
    shape = answer_of(DOORS[operation])
    encoded = msgspec.json.encode(msgspec.convert(example, shape, strict=False))
    assert json.loads(encoded) == example


def answer_of(door: HTTPRouteHandler) -> Any:
    """What a handler answers when all goes well."""
    responses = door.responses or {}
    return responses[door.status_code].data_container


@pytest.mark.parametrize("operation", sorted(examples.REQUESTS))
def test_examples_have_the_shape_of_requests(operation):
    example = examples.REQUESTS[operation]
    shape = TextDocuments if operation == "ingest_documents" else DOORS[operation].opt[TAKES]
    assert msgspec.convert(example, shape)


def test_a_batch_that_fails_in_part_has_a_true_example():
    assert msgspec.convert(examples.PARTIAL, IngestResults)


def test_every_response_has_an_example_of_its_own():
    assert set(DOORS) - WITHOUT_BODY - BINARY == set(examples.RESPONSES)


def test_there_is_a_page_for_people_that_needs_no_other_server(server):
    page = httpx.get(f"{server}/docs")
    assert page.status_code == 200
    assert "openapi.json" in page.text
    assert not re.findall(r"""(?:src|href)=["'](?!/docs/)|https?:|url\(|@import""", page.text)


def test_the_page_runs_its_own_script_and_no_other(server):
    page = httpx.get(f"{server}/docs")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        (text,) = re.findall(f"<{tag}>(.*)</{tag}>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
