"""Lists as clients of OpenAI read them: by pages, each after or before the id of something."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, Protocol, TypeVar

from litestar.params import QueryParameter
from msgspec import Struct

from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import check_text

T = TypeVar("T")
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many, at most.")]
After = Annotated[str | None, QueryParameter(description="The id of the last of a page before.")]
Before = Annotated[str | None, QueryParameter(description="The id of the first of a page after.")]
Order = Annotated[
    Literal["asc", "desc"], QueryParameter(description="By age, or the latest first.")
]
# The rows after the one of an id, so many at most, the latest first or not.
Fetch = Callable[[str | None, int, bool], Awaitable[list[T]]]


class HasId(Protocol):
    @property
    def id(self) -> str: ...


class Page(Struct, frozen=True, kw_only=True):
    """`last_id` is the `after` of the next page, where there is more."""

    has_more: bool
    first_id: str | None
    last_id: str | None
    object: Literal["list"] = "list"


async def read_page(
    fetch: Fetch[T], after: str | None, before: str | None, limit: int, order: str
) -> tuple[list[T], bool]:
    """The rows of a page, and whether there are more. Raises BadInput."""
    if after and before:
        raise BadInput("A page is after something or before it; give one of after and before.")
    cursor = check_text("The id of a page", after or before or "")
    rows = await fetch(cursor or None, limit + 1, (order == "desc") != bool(before))
    page, has_more = rows[:limit], len(rows) > limit
    return page[::-1] if before else page, has_more


def bounds(items: Sequence[HasId]) -> dict[str, Any]:
    """The ids of the first and the last."""
    first, last = (items[0].id, items[-1].id) if items else (None, None)
    return {"first_id": first, "last_id": last}
