"""Every error becomes a problem of RFC 9457 here, or what clients of another API make of one, and
nowhere else."""

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from msgspec import Struct
from msgspec.structs import replace

from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import (
    INTERNAL,
    BacklogFull,
    BadInput,
    Busy,
    NotNow,
    SqlragError,
    StillInWork,
    TooManyRequests,
    Unauthorized,
)
from sqlrag.doors.http.identify import read_request_id
from sqlrag.doors.http.resource import challenge
from sqlrag.doors.shapes import complain

_log = logging.getLogger(__name__)

SPEAKS = "speaks"  # of a door for clients of another API, its dialect
PROBLEM_MEDIA_TYPE = "application/problem+json"
STATUSES = {
    "bad-input": 400,
    "unreadable-document": 422,
    "unsupported-media-type": 415,
    "document-too-large": 413,
    "unauthorized": 401,
    "forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "space-mismatch": 409,
    "still-in-work": 409,
    "changed": 412,
    "key-reused": 422,
    "model-error": 502,
    "model-timeout": 504,
    "budget-spent": 402,
    "limit-reached": 429,
    "database-error": 503,
    "busy": 503,
    "too-slow": 408,
    "backlog-full": 429,
    "too-many-requests": 429,
}


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not served; `results` when it was a batch of documents. The log has the
    same `request_id`."""

    type: str
    title: str
    status: int
    detail: str
    results: list[IngestResult] | None = None
    request_id: str | None = None


class IngestResults(Struct, frozen=True):
    """One result for each document, in their order."""

    results: list[IngestResult]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an API tells of a problem: by something of the type `error`."""

    error: Any
    tell: Callable[[Problem], Any]
    media_type: str = "application/json"


OURS = Dialect(Problem, lambda problem: problem, PROBLEM_MEDIA_TYPE)


def read_kinds(error: type[SqlragError]) -> Iterator[str]:
    """The kinds of problems that an error stands for: also those of what is more particular, but
    for bad input, whose kinds differ too much to be meant together."""
    yield error.kind
    if error is not BadInput:
        for more in error.__subclasses__():
            yield from (kind for kind in read_kinds(more) if kind != error.kind)


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The exception handler of the application."""
    headers = error.headers if isinstance(error, HTTPException) else None
    if isinstance(error, Busy | StillInWork):
        headers = {"retry-after": "1"}  # seconds
    elif isinstance(error, Unauthorized):
        headers = {"www-authenticate": challenge(request, error)}
    elif isinstance(error, BacklogFull):
        headers = {"retry-after": "30"}
    elif isinstance(error, NotNow | TooManyRequests):
        headers = {"retry-after": str(math.ceil(error.wait))}
    elif isinstance(error, NotFoundException | MethodNotAllowedException):
        error.detail = f"There is no {request.method} {request.url.path}; /docs lists what there is"
    door: Any = request.scope.get("route_handler")
    problem = replace(describe_error(error), request_id=read_request_id(request.scope))
    return respond(problem, headers, door.opt.get(SPEAKS, OURS) if door else OURS)


def respond(
    problem: Problem, headers: dict[str, str] | None = None, speaks: Dialect = OURS
) -> Response[Any]:
    told, as_type = speaks.tell(problem), speaks.media_type
    return Response(told, status_code=problem.status, media_type=as_type, headers=headers)


def describe_error(error: Exception) -> Problem:
    """What a client may know of an error; the log gets the rest of an unexpected one."""
    if isinstance(error, SqlragError):
        return make_problem(error.kind, str(error))
    if isinstance(error, HTTPException) and (status := error.status_code) < 500:
        # Litestar refused the request before any door opened.
        if kind := {400: "bad-input", 404: "not-found"}.get(status):
            return make_problem(kind, _sentence(error))
        return Problem("about:blank", HTTPStatus(status).phrase, status, _sentence(error))
    _log.error("A request failed unexpectedly.", exc_info=error)
    return make_problem("internal-error", INTERNAL)


def answer_batch(results: list[IngestResult]) -> Response[Any]:
    """201 for all, 207 for some, and for none the problem that they have."""
    failed = [result for result in results if result.error_kind]
    if not failed or len(failed) < len(results):
        return Response(IngestResults(results), status_code=207 if failed else 201)
    kinds = {result.error_kind or "" for result in failed}
    kind = kinds.pop() if len(kinds) == 1 else "unreadable-document"
    detail = failed[0].error or ""
    if len(failed) > 1:
        detail = f"None of the {len(failed)} documents was ingested. The first: {detail}"
    return respond(make_problem(kind, detail, results=results))


def make_problem(kind: str, detail: str, **extensions: Any) -> Problem:
    title = kind.replace("-", " ").capitalize()
    return Problem(f"urn:sqlrag:error:{kind}", title, STATUSES.get(kind, 500), detail, **extensions)


def _sentence(error: HTTPException) -> str:
    """Litestar's own words, with every field that is wrong."""
    wrong = [_complaint(message) for message in error.extra or () if isinstance(message, dict)]
    if wrong:
        return f"The request is not valid: {'; '.join(wrong)}."
    return error.detail.rstrip(".") + "."


def _complaint(message: dict[str, Any]) -> str:
    field = message.get("key", "")
    where = "the body" if field in ("", "data") else field
    missing = message["message"] == f"'{field}'"
    return f"{where} is missing" if missing else complain(where, message["message"])
