from collections.abc import Mapping
from typing import Any

import asyncpg

from sqlrag.domain.models import Vectors
from sqlrag.domain.retrieval import Arm, ScoredChunk
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
        return [_scored(row) for row in rows]


def _scored(row: asyncpg.Record) -> ScoredChunk:
    return ScoredChunk(**{**row, "arms": [Arm(**arm) for arm in row["arms"]]})
