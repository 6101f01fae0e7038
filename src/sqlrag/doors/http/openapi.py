"""Describes the doors to clients: the document at /docs/openapi.json and its page."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from importlib.resources import files
from typing import Any, TypeAlias

from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Example, Tag
from litestar.params import SkipValidation

from sqlrag.app import Rag
from sqlrag.domain.errors import (
    BadInput,
    Busy,
    DatabaseError,
    DocumentTooLarge,
    Forbidden,
    SqlragError,
    UnsupportedMediaType,
)
from sqlrag.domain.version import version
from sqlrag.doors.http.bodies import TAKES, TooSlow
from sqlrag.doors.http.errors import PROBLEM_MEDIA_TYPE, Problem, make_problem, read_kinds
from sqlrag.doors.http.page import Page
from sqlrag.doors.http.schemas import Content, describe, describe_operation

_TAGS = {
    "documents": "What can be asked about.",
    "query": "Questions and cited answers.",
    "jobs": "Work in the background.",
    "tracks": "What was given in one request.",
    "events": "What happens, as it happens.",
    "graph": "Entities, their relations, and what documents say of them.",
    "workspaces": "Tenants; every document belongs to one.",
    "health": "For those who run the server.",
}
# Recorded requests and answers: tests/api/record_examples.py.
_RECORDED: dict[str, Any] = json.loads(
    (files("sqlrag.doors.http") / "examples.json").read_text(encoding="utf-8")
)
REQUESTS, FORM, RESPONSES, PARTIAL, LATER, PROBLEMS = (
    _RECORDED.get(part, {})
    for part in ("requests", "form", "responses", "partial", "later", "problems")
)
_OF_BODIES = (UnsupportedMediaType, DocumentTooLarge, TooSlow)
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
    later: Any = None,
    media_type: str = "application/json",
    always: Sequence[type[SqlragError]] = (DatabaseError,),
    takes: Any = None,
    content: Content | None = None,
    streams: Content | None = None,
    opt: Mapping[str, Any] | None = None,
    **more: Any,
) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """Makes a handler of a function at an address such as "GET /v1/documents".

    Its name is that of the function, and what it answers is what the function returns, unless
    `returns` says it, and `later` when the work is done in the background. Its problems are those
    of the errors that it `raises`, of `always` and of the gate. It `takes` JSON of a type;
    `content` is the description of what it takes, where that says more, and `streams` of what it
    answers piece by piece.
    """
    verb, _, path = address.partition(" ")

    def declare(handle: Callable[..., Any]) -> HTTPRouteHandler:
        name, answer = handle.__name__, returns or handle.__annotations__["return"]
        gate: list[type[SqlragError]] = [Forbidden]
        gate += [BadInput, Busy] if path.startswith("/v1") else []
        gate += _OF_BODIES if verb in ("POST", "PATCH") else []
        kinds = [kind for error in (*raises, *always, *gate) for kind in read_kinds(error)]
        responses = _problems(kinds)
        taken = content or (_describe_json(name, takes) if takes else {})
        responses[status] = _response(status, answer, media_type, RESPONSES.get(name))
        if partial:
            responses[partial] = _response(partial, answer, media_type, PARTIAL)
        if later:
            responses[202] = _response(202, later, media_type, LATER.get(name))
        return HTTPRouteHandler(
            path,
            http_method=HttpMethod(verb),
            operation_id=name,
            summary=summary,
            tags=[path.removeprefix("/v1").split("/")[1]],
            status_code=status,
            responses=dict(sorted(responses.items())),
            operation_class=describe_operation(taken, status, streams or {}),
            opt={**(opt or {}), TAKES: takes},
            **more,
        )(handle)

    return declare


def _describe_json(name: str, shape: Any) -> Content:
    return {"application/json": (describe(shape), REQUESTS.get(name))}


def _response(status: int, container: Any, media_type: str, *examples: Any) -> ResponseSpec:
    return ResponseSpec(
        container,
        generate_examples=False,
        description=HTTPStatus(status).phrase,
        media_type=media_type,
        examples=[Example(value=example) for example in examples if example is not None] or None,
    )


def _problems(kinds: Sequence[str]) -> dict[int, ResponseSpec]:
    """By status, with an example of each kind that has it."""
    examples: dict[int, list[Any]] = {}
    for kind in dict.fromkeys(kinds):
        problem = make_problem(kind, PROBLEMS[kind])
        example = {name: getattr(problem, name) for name in ("type", "title", "status", "detail")}
        examples.setdefault(problem.status, []).append(example)
    return {
        status: _response(status, Problem, PROBLEM_MEDIA_TYPE, *some)
        for status, some in examples.items()
    }


def describe_api() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="sqlrag",
        version=version(),
        description="Documents in, cited answers out, on one Postgres. Errors are problem details "
        "(RFC 9457); the query parameter `workspace` chooses a tenant.",
        path="/docs",
        render_plugins=[Page(path="/")],
        use_handler_docstrings=True,
        tags=[Tag(name=name, description=text) for name, text in _TAGS.items()],
    )
