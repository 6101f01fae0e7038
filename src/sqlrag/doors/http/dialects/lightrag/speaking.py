"""What all doors for clients of LightRAG have in common: where they are, how they tell of problems,
and the headers by which a workspace is chosen and a key comes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from sqlrag.domain.errors import SqlragError
from sqlrag.doors.http.addresses import NAMED_BY
from sqlrag.doors.http.admission import KEY_IN
from sqlrag.doors.http.errors import Dialect
from sqlrag.doors.http.openapi import door

CORE_VERSION, API_VERSION = "1.5.7", "0344"  # of what is spoken, which its Web UI shows
MOST_NODES, DEEPEST = 1_000, 4
BASE = "/lightrag"


class Failure(Struct, frozen=True):
    detail: str


class Succeeded(Struct, frozen=True):
    status: Literal["success"]
    message: str


DIALECT = Dialect(Failure, lambda problem: Failure(problem.detail))
_SPOKEN = {NAMED_BY: b"lightrag-workspace", KEY_IN: b"x-api-key"}


def lightrag(
    address: str,
    summary: str,
    raises: Sequence[type[SqlragError]] = (),
    *,
    opt: Mapping[str, Any] | None = None,
    **more: Any,
) -> Callable[[Callable[..., Any]], tuple[HTTPRouteHandler, ...]]:
    """A door at an address of LightRAG's, such as "POST /query"."""
    verb, _, path = address.partition(" ")
    given = {**_SPOKEN, **(opt or {})}
    return door(f"{verb} {BASE}{path}", summary, raises, speaks=DIALECT, opt=given, **more)
