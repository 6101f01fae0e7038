"""The OpenAPI document says all there is to say, and its examples are true."""

import json
from typing import Any

import httpx
import msgspec
import pytest

from sqlrag.domain import graph_views
from sqlrag.domain.documents import Document
from sqlrag.domain.extraction import ExtractionSettings
from sqlrag.domain.graph_views import Entity, Subgraph
from sqlrag.doors.http import examples, graph_examples, graph_schemas, schemas
from sqlrag.doors.http.application import DOORS_TO_A_WORKSPACE, OTHER_DOORS

TRUE = {
    "ingest_documents": schemas.IngestResults,
    "list_documents": schemas.DocumentPage,
    "get_document": Document,
    "delete_documents": schemas.DeletedDocuments,
    "list_chunks": schemas.ChunkPage,
    "list_workspaces": schemas.WorkspaceList,
    "get_extraction": ExtractionSettings,
    "configure_extraction": ExtractionSettings,
    "query": schemas.QueryResponse,
    "query_data": schemas.QueryData,
    "entity": Entity,
    "search_entities": graph_schemas.FoundEntities,
    "popular_entities": graph_schemas.PopularEntities,
    "neighbours": graph_schemas.Neighbours,
    "where_said": graph_schemas.WhereSaid,
    "find_path": graph_schemas.Path,
    "subgraph": Subgraph,
    "duplicates": graph_schemas.Duplicates,
    "orphans": graph_schemas.Orphans,
    "cost_by_day": graph_schemas.DailyCosts,
    "cost_by_document": graph_schemas.DocumentCosts,
    "create_entity": graph_views.Entity,
    "edit_entity": graph_views.Entity,
    "rename_entity": graph_views.Entity,
    "merge_entities": graph_views.Entity,
    "split_entity": graph_views.Entity,
    "delete_entity": graph_views.DeletedEntity,
    "create_relation": graph_views.Relation,
    "edit_relation": graph_views.Relation,
    "delete_relation": graph_views.DeletedRelation,
    "list_edits": graph_schemas.EditPage,
    "insert_custom_kg": schemas.IngestResults,
    "insert_custom_chunks": schemas.IngestResults,
    "check_live": schemas.Health,
    "check_ready": schemas.Health,
}


@pytest.fixture(scope="module")
def document(server) -> dict[str, Any]:
    return httpx.get(f"{server}/docs/openapi.json").raise_for_status().json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_operations_are_named_as_their_handlers(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    doors = [door.handler_name for door in (*DOORS_TO_A_WORKSPACE, *OTHER_DOORS)]
    assert sorted(ids) == sorted(doors)


def test_every_operation_is_described(document):
    tags = {tag["name"] for tag in document["tags"]}
    for path, _, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) <= tags
        names = [parameter["name"] for parameter in operation.get("parameters", ())]
        assert ("workspace" in names) == path.startswith(
            ("/v1/documents", "/v1/query", "/v1/graph")
        )


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
        assert (method in ("post", "patch")) == ("requestBody" in operation)
        for content in contents:
            assert content.get("examples") or content["schema"].get("examples"), path


def test_errors_are_problems(document):
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_reference_leads_somewhere(document):
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    used = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert used <= known


@pytest.mark.parametrize("operation", sorted(TRUE))
def test_examples_have_the_shape_of_responses(operation):
    example = examples.RESPONSES[operation]
    encoded = msgspec.json.encode(msgspec.convert(example, TRUE[operation]))
    assert json.loads(encoded) == example


ASKED = {
    "create_entity": graph_schemas.NewEntity,
    "edit_entity": graph_schemas.EntityChanges,
    "rename_entity": graph_schemas.EntityRename,
    "merge_entities": graph_schemas.EntityMerge,
    "split_entity": graph_schemas.EntitySplit,
    "create_relation": graph_schemas.NewRelation,
    "edit_relation": graph_schemas.RelationChanges,
    "insert_custom_kg": graph_schemas.CustomKg,
    "insert_custom_chunks": graph_schemas.CustomChunks,
}


def test_other_examples_are_true():
    assert set(ASKED) == set(graph_examples.GRAPH_REQUESTS)
    for example, shape in (
        *((graph_examples.GRAPH_REQUESTS[name], shape) for name, shape in ASKED.items()),
        (examples.PARTIAL, schemas.IngestResults),
        (examples.CONTEXT_EVENT, schemas.ContextEvent),
        (examples.TEXTS, schemas.TextDocuments),
        (examples.QUESTION, schemas.QueryRequest),
    ):
        assert isinstance(msgspec.convert(example, shape), shape)


def test_every_response_has_an_example_of_its_own():
    assert set(TRUE) | {"stream_query", "export"} == set(examples.RESPONSES)


def test_there_is_a_page_for_people(server):
    page = httpx.get(f"{server}/docs")
    assert page.status_code == 200
    assert "SwaggerUIBundle" in page.text
