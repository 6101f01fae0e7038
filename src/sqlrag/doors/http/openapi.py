"""Describes the doors to clients: the document at /docs/openapi.json and its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
    Tag,
)

from sqlrag.domain.errors import BadInput, DatabaseError, SqlragError
from sqlrag.doors.http.errors import PROBLEM_MEDIA_TYPE, make_problem, read_kinds
from sqlrag.doors.http.examples import FORM, PARTIAL, PROBLEMS, REQUESTS, RESPONSES
from sqlrag.doors.http.schemas import Problem

_TAGS = {
    "documents": "What can be asked about.",
    "query": "Questions and cited answers.",
    "graph": "Entities, their relations, and what documents say of them.",
    "workspaces": "Tenants; every document belongs to one.",
    "health": "For those who run the server.",
}


def returns(
    operation_id: str,
    container: Any,
    status: int,
    raises: Sequence[type[SqlragError]] = (),
    *,
    bad_input: bool = True,
    partial: int | None = None,
    media_type: str = "application/json",
) -> dict[int, ResponseSpec]:
    """The responses of an operation, with its recorded example: the problems are those of the
    errors that it raises, and of a database that is gone."""
    errors = [*raises, DatabaseError, *([BadInput] if bad_input else [])]
    responses = {
        code: _problem(kind) for error in errors for kind, code in read_kinds(error).items()
    }
    responses[status] = _response(status, container, media_type, RESPONSES.get(operation_id))
    if partial:
        responses[partial] = _response(partial, container, media_type, PARTIAL)
    return dict(sorted(responses.items()))


def _response(status: int, container: Any, media_type: str, example: Any) -> ResponseSpec:
    return ResponseSpec(
        container,
        generate_examples=False,
        description=HTTPStatus(status).phrase,
        media_type=media_type,
        examples=None if example is None else [Example(value=example)],
    )


def _problem(kind: str) -> ResponseSpec:
    problem = make_problem(kind, PROBLEMS[kind])
    example = {name: getattr(problem, name) for name in ("type", "title", "status", "detail")}
    return _response(problem.status, Problem, PROBLEM_MEDIA_TYPE, example)


def describe_api() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="sqlrag",
        version=_version(),
        description="Documents in, cited answers out, on one Postgres. Errors are problem details "
        "(RFC 9457); the query parameter `workspace` chooses a tenant.",
        path="/docs",
        render_plugins=[SwaggerRenderPlugin(path="/")],
        use_handler_docstrings=True,
        tags=[Tag(name=name, description=text) for name, text in _TAGS.items()],
    )


def _version() -> str:
    try:
        return version("sqlrag-postgres")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


@dataclass
class IngestOperation(Operation):
    """Litestar describes one kind of body; here there are two."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={
                "application/json": _media(_texts_schema(), REQUESTS["ingest_documents"]),
                "multipart/form-data": _media(_form_schema(), FORM),
            },
        )


def _media(schema: Schema, example: Any) -> OpenAPIMediaType:
    return OpenAPIMediaType(schema=schema, examples={"example": Example(value=example)})


def _texts_schema() -> Schema:
    one = _object(
        ("text",),
        text=_string("The text itself."),
        id=_string("The source key; without it, equal texts are one document."),
        title=_string("Shown in references and searched with every chunk."),
        metadata=Schema(type=OpenAPIType.OBJECT, description="Any JSON; filters compare it."),
        tags=_list(_string("A tag.")),
        media_type=_string("How to read the text, such as text/markdown; plain if not given."),
        language=_string("A text search configuration; detected if not given."),
    )
    return Schema(one_of=[_object(("documents",), documents=_list(one)), one])


def _form_schema() -> Schema:
    file = Schema(type=OpenAPIType.STRING, content_media_type="application/octet-stream")
    return _object(
        ("files",),
        files=_list(file),
        metadata=_string("A JSON object; it goes to every file."),
        tags=_list(_string("Repeated, or separated by commas.")),
        source_key=_string("For a single file; otherwise file names are the keys."),
    )


def _object(required: tuple[str, ...], **properties: Schema) -> Schema:
    return Schema(type=OpenAPIType.OBJECT, required=required, properties=dict(properties))


def _list(items: Schema) -> Schema:
    return Schema(type=OpenAPIType.ARRAY, items=items)


def _string(description: str) -> Schema:
    return Schema(type=OpenAPIType.STRING, description=description)
