"""Describes the doors to clients: the document at /docs/openapi.json and its page."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, TypeAlias

from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Example, Tag
from litestar.params import Body, SkipValidation

from sqlrag.app import Rag
from sqlrag.domain.errors import (
    BadInput,
    DatabaseError,
    DocumentTooLarge,
    Forbidden,
    SqlragError,
    UnsupportedMediaType,
)
from sqlrag.doors.http.errors import PROBLEM_MEDIA_TYPE, STATUSES, Problem, make_problem, read_kinds
from sqlrag.doors.http.page import Page

_TAGS = {
    "documents": "What can be asked about.",
    "query": "Questions and cited answers.",
    "graph": "Entities, their relations, and what documents say of them.",
    "workspaces": "Tenants; every document belongs to one.",
    "health": "For those who run the server.",
}
# Recorded requests and answers: tests/api/record_examples.py.
_RECORDED: dict[str, Any] = json.loads(
    (files("sqlrag.doors.http") / "examples.json").read_text(encoding="utf-8")
)
REQUESTS, FORM, RESPONSES, PARTIAL, PROBLEMS = (
    _RECORDED[part] for part in ("requests", "form", "responses", "partial", "problems")
)
# Of the workspace that the request is for; its parameter comes along.
RagOfWorkspace: TypeAlias = NamedDependency[SkipValidation[Rag]]


def door(
    address: str,
    summary: str,
    raises: Sequence[type[SqlragError]] = (),
    *,
    returns: Any = None,
    status: int = 200,
    partial: int | None = None,
    media_type: str = "application/json",
    always: Sequence[type[SqlragError]] = (BadInput, DatabaseError),
    **more: Any,
) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """Makes a handler of a function at an address such as "GET /v1/documents".

    Its name is that of the function, and what it answers is what the function returns, unless
    `returns` says it. Its problems are those of the errors that it `raises`, and of `always`.
    """
    verb, _, path = address.partition(" ")

    def declare(handle: Callable[..., Any]) -> HTTPRouteHandler:
        name, answer = handle.__name__, returns or handle.__annotations__["return"]
        gate: list[type[SqlragError]] = [Forbidden] if path.startswith("/v1") else []
        gate += [UnsupportedMediaType, DocumentTooLarge] if verb in ("POST", "PATCH") else []
        kinds = [kind for error in (*raises, *always, *gate) for kind in read_kinds(error)]
        responses = {STATUSES[kind]: _problem(kind) for kind in kinds}
        responses[status] = _response(status, answer, media_type, RESPONSES.get(name))
        if partial:
            responses[partial] = _response(partial, answer, media_type, PARTIAL)
        return HTTPRouteHandler(
            path,
            http_method=HttpMethod(verb),
            operation_id=name,
            summary=summary,
            tags=[path.removeprefix("/v1").split("/")[1]],
            status_code=status,
            responses=dict(sorted(responses.items())),
            **more,
        )(handle)

    return declare


def body(operation_id: str) -> Any:
    """What is said of the body of an operation: its recorded example."""
    known = operation_id in REQUESTS
    return Body(examples=[Example(value=REQUESTS[operation_id])] if known else None)


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
        render_plugins=[Page(path="/")],
        use_handler_docstrings=True,
        tags=[Tag(name=name, description=text) for name, text in _TAGS.items()],
    )


def _version() -> str:
    try:
        return version("sqlrag-postgres")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
