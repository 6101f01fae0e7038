from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import asyncpg

from sqlrag.database.pool import Database, Statements, as_row
from sqlrag.database.replica import Looks
from sqlrag.database.vectors import halfvec
from sqlrag.domain.errors import BadInput, Conflict
from sqlrag.domain.items import Item, Match, NewItem, VectorQuery
from sqlrag.repositories.searches import ARMS

_WRITERS_MET = 10
_TAKEN_MEANWHILE = (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError)


class Items(Statements):
    """Items of stores: documents of one chunk, with vectors that were given."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._looks = Looks(database)

    async def write_items(
        self, workspace_id: int, space_id: int, language: str, calls: Sequence[Sequence[NewItem]]
    ) -> set[str]:
        rows = [_row(place, item) for place, call in enumerate(calls) for item in call]
        rows.sort(key=itemgetter(0))  # so that two writers do not wait for each other in a circle
        for _ in range(_WRITERS_MET):
            try:
                given = workspace_id, space_id, language, rows
                return {row["source_key"] for row in await self.fetch("write_items", *given)}
            except (BadInput, Conflict) as error:
                if not isinstance(error.__cause__, _TAKEN_MEANWHILE):
                    raise
        raise Conflict(
            f"{len(rows)} items were not stored: other writers changed them {_WRITERS_MET} times "
            "meanwhile; store them again when they are done."
        )

    async def get_items(self, workspace_id: int, ids: Sequence[str]) -> list[Item]:
        """Those that are there, in the order of `ids`."""
        return await self._looks.fetch_all(Item, "get_items", workspace_id, list(ids))

    async def count_items(self, workspace_id: int, filters: Mapping[str, Any] | None) -> int:
        return int(await self._looks.fetch_value("count_items", workspace_id, filters or None))

    async def query_items(
        self, workspace_id: int, queries: Sequence[VectorQuery]
    ) -> list[list[Match]]:
        columns = map(list, zip(*map(_asked, queries), strict=True))
        found: list[list[Match]] = [[] for _ in queries]
        for place, *match in await self._looks.fetch("query_items", workspace_id, *columns):
            found[place - 1].append(Match(*match))
        return found

    async def hybrid_query_items(
        self, workspace_id: int, text: str, question: VectorQuery
    ) -> list[Match]:
        asked = _asked(question)
        rows = await self._looks.fetch("hybrid_query_items", workspace_id, text, *asked)
        return [Match(**{**row, "arms": ARMS.decode(row["arms"])}) for row in rows]


def _asked(query: VectorQuery) -> tuple[Any, ...]:
    return halfvec(query.embedding), query.top_k, query.filters or None


def _row(call: int, item: NewItem) -> tuple[Any, ...]:
    """As the row type new_item has it."""
    id, text, vector, metadata, tags, token_count, replaces = as_row(item)
    return id, text, halfvec(vector), metadata, tags, token_count, call, replaces
