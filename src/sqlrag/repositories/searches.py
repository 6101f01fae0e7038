from collections.abc import Mapping
from typing import Any, TypeVar

import asyncpg
from msgspec.json import Decoder

from sqlrag.database.pool import Statements, halfvec
from sqlrag.database.statements import SQL
from sqlrag.domain.asking import Reads, Sought, Step
from sqlrag.domain.models import Vectors
from sqlrag.domain.retrieval import (
    Arm,
    Found,
    QueryParam,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)

T = TypeVar("T")


class Searches:
    """Retrieval: one statement a method, named as the SQL function it calls."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def naive_search(
        self,
        workspace_id: int,
        words: str | None,
        embedding: Vectors | None,
        k: int,
        max_tokens: int,
        filters: Mapping[str, Any] | None = None,
    ) -> list[ScoredChunk]:
        rows = await self._db.fetch(
            SQL["naive_search"], workspace_id, words, halfvec(embedding), k, max_tokens, filters
        )
        return [ScoredChunk(**{**row, "arms": ARMS.decode(row["arms"])}) for row in rows]

    async def multihop_search(self, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
        return await self._hop_search(SQL["multihop_search"], workspace_id, sought, param)

    async def auto_search(self, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
        return await self._hop_search(SQL["auto_search"], workspace_id, sought, param)

    async def local_search(self, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
        return await self._graph_search(SQL["local_search"], workspace_id, sought, param)

    async def global_search(self, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
        return await self._graph_search(SQL["global_search"], workspace_id, sought, param)

    async def hybrid_search(self, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
        return await self._graph_search(SQL["hybrid_search"], workspace_id, sought, param)

    async def mix_search(self, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
        return await self._graph_search(SQL["mix_search"], workspace_id, sought, param)

    async def explain_search(
        self, workspace_id: int, sought: Sought, param: QueryParam
    ) -> dict[str, Any]:
        parameters = _PARAMETERS.get(param.mode, _graph)
        return await self._db.explain(
            SQL[f"{param.mode}_search"], *parameters(workspace_id, sought, param)
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

    async def _hop_search(
        self, statement: str, workspace_id: int, sought: Sought, param: QueryParam
    ) -> Found:
        rows = await self._db.fetch(statement, *_hops(workspace_id, sought, param))
        (told,) = _decode(_TOLD, rows, "mode")
        return Found(_decode(_CHUNK, rows, "chunk"), **told)

    async def _graph_search(
        self, statement: str, workspace_id: int, sought: Sought, param: QueryParam
    ) -> Found:
        rows = await self._db.fetch(statement, *_graph(workspace_id, sought, param))
        return Found(
            chunks=_decode(_CHUNK, rows, "chunk"),
            entities=_decode(_ENTITY, rows, "entity"),
            relations=_decode(_RELATION, rows, "relation"),
        )


def _naive(workspace_id: int, sought: Sought, param: QueryParam) -> tuple[Any, ...]:
    return (
        workspace_id,
        sought.words,
        halfvec(sought.embedding),
        param.chunk_top_k,
        param.max_total_tokens,
        dict(param.filters) if param.filters else None,
    )


def _hops(workspace_id: int, sought: Sought, param: QueryParam) -> tuple[Any, ...]:
    return (*_naive(workspace_id, sought, param), param.hops or 2)


def _graph(workspace_id: int, sought: Sought, param: QueryParam) -> tuple[Any, ...]:
    return (
        workspace_id,
        sought.words,
        halfvec(sought.embedding),
        param.top_k,
        param.chunk_top_k,
        param.max_entity_tokens,
        param.max_relation_tokens,
        param.max_total_tokens,
        param.hops or 1,
        dict(param.filters) if param.filters else None,
        sought.names,
        sought.history,
        halfvec(sought.entity_embedding),
        halfvec(sought.relation_embedding),
    )


_PARAMETERS = {"naive": _naive, "multihop": _hops, "auto": _hops}

# From the text that Postgres sends straight to what it stands for.
ARMS = Decoder(list[Arm])
_CHUNK = Decoder(ScoredChunk)
_ENTITY = Decoder(ScoredEntity)
_RELATION = Decoder(ScoredRelation)
_TOLD = Decoder(dict[str, Any])


def _decode(decoder: Decoder[T], rows: list[asyncpg.Record], kind: str) -> tuple[T, ...]:
    return tuple(decoder.decode(row["item"]) for row in rows if row["kind"] == kind)
