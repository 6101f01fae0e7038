from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from sqlrag.domain.models import Vectors
from sqlrag.domain.retrieval import (
    Arm,
    Found,
    PathStep,
    QueryParam,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)
from sqlrag.repositories.database import Statements, halfvec
from sqlrag.statements import SQL


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
        return [ScoredChunk(**{**row, "arms": _arms(row["arms"])}) for row in rows]

    async def multihop_search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        return await self._hop_search(SQL["multihop_search"], workspace_id, words, embedding, param)

    async def auto_search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        return await self._hop_search(SQL["auto_search"], workspace_id, words, embedding, param)

    async def local_search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        return await self._graph_search(SQL["local_search"], workspace_id, words, embedding, param)

    async def global_search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        return await self._graph_search(SQL["global_search"], workspace_id, words, embedding, param)

    async def hybrid_search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        return await self._graph_search(SQL["hybrid_search"], workspace_id, words, embedding, param)

    async def mix_search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        return await self._graph_search(SQL["mix_search"], workspace_id, words, embedding, param)

    async def _hop_search(
        self,
        statement: str,
        workspace_id: int,
        words: str,
        embedding: Vectors | None,
        param: QueryParam,
    ) -> Found:
        rows = await self._db.fetch(
            statement,
            workspace_id,
            words,
            halfvec(embedding),
            param.chunk_top_k,
            param.max_total_tokens,
            dict(param.filters) if param.filters else None,
            param.hops or 2,
        )
        (told,) = (row["item"] for row in rows if row["kind"] == "mode")
        chunks = tuple(ScoredChunk(**_chunk(row)) for row in rows if row["kind"] == "chunk")
        return Found(chunks, **told)

    async def _graph_search(
        self,
        statement: str,
        workspace_id: int,
        words: str,
        embedding: Vectors | None,
        param: QueryParam,
    ) -> Found:
        rows = await self._db.fetch(
            statement,
            workspace_id,
            words,
            halfvec(embedding),
            param.top_k,
            param.chunk_top_k,
            param.max_entity_tokens,
            param.max_relation_tokens,
            param.max_total_tokens,
            param.hops or 1,
            dict(param.filters) if param.filters else None,
        )
        return Found(
            chunks=tuple(ScoredChunk(**_chunk(row)) for row in rows if row["kind"] == "chunk"),
            entities=tuple(ScoredEntity(**_item(row)) for row in rows if row["kind"] == "entity"),
            relations=tuple(
                ScoredRelation(**_item(row)) for row in rows if row["kind"] == "relation"
            ),
        )


def _arms(found: list[dict[str, Any]]) -> list[Arm]:
    return [Arm(**arm) for arm in found]


def _item(row: asyncpg.Record) -> dict[str, Any]:
    item = row["item"]
    return {**item, "rank": row["rank"], "score": row["score"], "arms": _arms(item["arms"])}


def _chunk(row: asyncpg.Record) -> dict[str, Any]:
    item = _item(row)
    path = [PathStep(**step) for step in item.get("path", ())]
    return {**item, "created_at": datetime.fromisoformat(item["created_at"]), "path": path}
