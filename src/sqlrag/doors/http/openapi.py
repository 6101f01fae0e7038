"""Describes the doors to clients: the document at /docs/openapi.json and its page."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from importlib.resources import files
from types import NoneType
from typing import Any

from litestar import Router
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, Example, SecurityScheme, Tag
from msgspec import to_builtins

from sqlrag.domain.access import Role
from sqlrag.domain.errors import (
    BadInput,
    Busy,
    DatabaseError,
    DocumentTooLarge,
    Forbidden,
    KeyReused,
    SqlragError,
    StillInWork,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
)
from sqlrag.domain.version import version
from sqlrag.doors.http.addresses import list_paths, names_workspace, provide_rag
from sqlrag.doors.http.admission import LOOKS, OF_WORKSPACE, ROLE
from sqlrag.doors.http.bodies import TAKES, TooSlow
from sqlrag.doors.http.errors import OURS, SPEAKS, Dialect, make_problem, read_kinds
from sqlrag.doors.http.manners import Manners
from sqlrag.doors.http.page import Page
from sqlrag.doors.http.repeats import REPEATS, Repeats
from sqlrag.doors.http.schemas import Content, describe_operation
from sqlrag.doors.http.tags import CONDITIONAL, TAGGED
from sqlrag.doors.shapes import describe

_TAGS = {
    "documents": "What can be asked about.",
    "query": "Questions and cited answers.",
    "conversations": "Questions that follow one another, kept with what they were answered by.",
    "jobs": "Work in the background.",
    "tracks": "What was given in one request.",
    "events": "What happens, as it happens.",
    "graph": "Entities, their relations, and what documents say of them.",
    "workspaces": "Tenants; every document belongs to one.",
    "keys": "Who may do what.",
    "audit": "Who asked and changed what.",
    "erase": "What is to be forgotten.",
    "clients": "For clients of other APIs, in their words: OpenAI, Ollama, rerankers, Dify, MCP, "
    "LightRAG.",
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
_BEARER = "key"


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
    role: Role | None = "admin",
    confined: bool = False,
    of_all: bool = False,
    speaks: Dialect = OURS,
    conditional: bool = False,
    repeats: Repeats | None = None,
    **more: Any,
) -> Callable[[Callable[..., Any]], tuple[HTTPRouteHandler, ...]]:
    """Makes handlers of a function at an address such as "GET /v1/documents": the one that is
    described names its workspace, and what is in a workspace has a short one, too.

    Its name is that of the function, and what it answers is what the function returns, unless
    `returns` says it, and `later` when the work is done in the background. Its problems are those
    of the errors that it `raises`, of `always` and of the gate. It `takes` JSON of a type;
    `content` is the description of what it takes, where that says more, and `streams` of what it
    answers piece by piece. `role` and `confined` are those of an operation, None for everybody;
    `of_all`: it takes a key of every workspace, though a workspace stands in its address.
    It `speaks` to clients of another API as that tells of problems. `conditional`: it takes
    If-Match; `repeats`: it takes an Idempotency-Key, and what becomes of its answer then.
    """
    verb, _, path = address.partition(" ")

    def declare(handle: Callable[..., Any]) -> tuple[HTTPRouteHandler, ...]:
        name, answer = handle.__name__, returns or handle.__annotations__["return"]
        gate: list[type[SqlragError]] = [Forbidden]
        gate += [] if path.startswith("/health") else [BadInput, Busy]
        gate += [Unauthorized, TooManyRequests] if role else []
        gate += [StillInWork, KeyReused] if repeats else []
        gate += _OF_BODIES if verb in ("POST", "PATCH") else []
        kinds = [kind for error in (*raises, *always, *gate) for kind in read_kinds(error)]
        responses = _problems(kinds, speaks)
        taken = content or (_describe_json(name, takes) if takes else {})
        responses[status] = _response(status, answer, media_type, RESPONSES.get(name))
        if partial:
            responses[partial] = _response(partial, answer, media_type, PARTIAL)
        if later:
            responses[202] = _response(202, later, media_type, LATER.get(name))
        has_tag = speaks is OURS and bool(role) and (verb == "GET" or conditional)
        has_tag = has_tag and status == HTTPStatus.OK and returns is not str
        manners = Manners(
            is_limited=bool(role),
            has_tag=has_tag,
            repeats=repeats is not None,
            is_followed=bool(role) and speaks is OURS,
        )
        described: dict[str, Any] = {
            "summary": summary,
            "tags": [path.removeprefix("/v1").split("/")[1] if speaks is OURS else "clients"],
            "responses": dict(sorted(responses.items())),
            "operation_class": describe_operation(taken, status, streams or {}, manners),
            "security": [{_BEARER: []}] if role else [{}],
        }
        of_workspace = confined or len(list_paths(path)) > 1 or names_workspace(path)
        of_workspace = of_workspace and not of_all
        return tuple(
            HTTPRouteHandler(
                one,
                http_method=HttpMethod(verb),
                operation_id=name,
                status_code=status,
                dependencies={"rag": provide_rag(one)} if role or (opt or {}).get(LOOKS) else {},
                opt={
                    **(opt or {}),
                    TAKES: takes,
                    ROLE: role,
                    OF_WORKSPACE: of_workspace,
                    SPEAKS: speaks,
                    TAGGED: has_tag,
                    REPEATS: repeats,
                    **({CONDITIONAL: conditional} if speaks is OURS else {}),
                },
                include_in_schema=is_described,
                **(described if is_described else {}),
                **more,
            )(handle)
            for one, is_described in zip(list_paths(path), (True, False), strict=False)
        )

    return declare


def _describe_json(name: str, shape: Any) -> Content:
    return {"application/json": (describe(shape), REQUESTS.get(name))}


def _response(status: int, container: Any, media_type: str, *examples: Any) -> ResponseSpec:
    return ResponseSpec(
        None if container is NoneType else container,
        generate_examples=False,
        description=HTTPStatus(status).phrase,
        media_type=media_type,
        examples=[Example(value=example) for example in examples if example is not None] or None,
    )


def _problems(kinds: Sequence[str], speaks: Dialect) -> dict[int, ResponseSpec]:
    """By status, with an example of each kind that has it."""
    examples: dict[int, list[Any]] = {}
    for kind in dict.fromkeys(kinds):
        problem = make_problem(kind, PROBLEMS[kind])
        examples.setdefault(problem.status, []).append(to_builtins(speaks.tell(problem)))
    return {
        status: _response(status, speaks.error, speaks.media_type, *some)
        for status, some in examples.items()
    }


def describe_api() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="sqlrag",
        version=version(),
        description="Documents in, cited answers out, on one Postgres. Errors are problem details "
        "(RFC 9457). What is in a workspace goes without it, too: `/v1/documents` is that of the "
        "workspace that a key is for, or of the server's own (SQLRAG_WORKSPACE).",
        openapi_router=Router(
            "/docs", route_handlers=[], include_in_schema=False, opt={ROLE: None}
        ),
        components=Components(
            security_schemes={
                _BEARER: SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A key, such as sqlrag_…, or, where the server is told an issuer, "
                    "one of its tokens",
                )
            }
        ),
        render_plugins=[Page(path="/")],
        use_handler_docstrings=True,
        tags=[Tag(name=name, description=text) for name, text in _TAGS.items()],
    )
