from collections.abc import Mapping
from typing import Any, TypeVar

import asyncpg
from msgspec.json import Decoder

from sqlrag.database.pool import Statements, halfvec
from sqlrag.database.statements import SQL
from sqlrag.domain.asking import Reads, Sought, Step
from sqlrag.domain.retrieval import (
    Arm,
    Found,
    Mode,
    QueryParam,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)

T = TypeVar("T")


class Searches:
    """Retrieval: one statement a mode, named as the SQL function it calls."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def search(
        self, mode: Mode, workspace_id: int, sought: Sought, param: QueryParam
    ) -> Found:
        """What a mode finds, in one statement; mode 'bypass' has none."""
        rows = await self._db.fetch(
            SQL[f"{mode}_search"], *_parameters(workspace_id, sought, param)
        )
        (told,) = _decode(_TOLD, rows, "mode") or ({},)
        return Found(
            chunks=_decode(_CHUNK, rows, "chunk"),
            entities=_decode(_ENTITY, rows, "entity"),
            relations=_decode(_RELATION, rows, "relation"),
            **told,
        )

    async def explain_search(
        self, workspace_id: int, sought: Sought, param: QueryParam
    ) -> dict[str, Any]:
        return await self._db.explain(
            SQL[f"{param.mode}_search"], *_parameters(workspace_id, sought, param)
        )

    async def count_reads(self) -> list[Reads]:
        return [Reads(**row) for row in await self._db.fetch(SQL["count_reads"])]

    async def trace_context(
        self, workspace_id: int, found: Found, filters: Mapping[str, Any] | None = None
    ) -> list[Step]:
        rows = await self._db.fetch(
            SQL["trace_context"],
            workspace_id,
            [one.via_relation_id for one in found.entities if one.via_relation_id is not None],
            [chunk.chunk_id for chunk in found.chunks],
            [entity.entity_id for entity in found.entities],
            [relation.relation_id for relation in found.relations],
            filters,
        )
        return [Step(**row) for row in rows]


def _parameters(workspace_id: int, sought: Sought, param: QueryParam) -> tuple[Any, ...]:
    """A workspace, the fields of search_request and of search_limits, and a filter.

    Field by field: the first row type that a connection is handed costs asyncpg some 30 ms.
    """
    return (
        workspace_id,
        sought.words,
        sought.names,
        sought.history,
        halfvec(sought.embedding),
        halfvec(sought.entity_embedding),
        halfvec(sought.relation_embedding),
        param.top_k,
        param.chunk_top_k,
        param.max_entity_tokens,
        param.max_relation_tokens,
        param.max_total_tokens,
        param.hops,
        dict(param.filters) if param.filters else None,
    )


# From the text that Postgres sends straight to what it stands for.
ARMS = Decoder(list[Arm])
_CHUNK = Decoder(ScoredChunk)
_ENTITY = Decoder(ScoredEntity)
_RELATION = Decoder(ScoredRelation)
_TOLD = Decoder(dict[str, Any])


def _decode(decoder: Decoder[T], rows: list[asyncpg.Record], kind: str) -> tuple[T, ...]:
    return tuple(decoder.decode(row["item"]) for row in rows if row["kind"] == kind)
