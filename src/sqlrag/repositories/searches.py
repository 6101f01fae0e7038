from typing import Any, TypeVar

import asyncpg
from msgspec.json import Decoder

from sqlrag.database.pool import Statements, as_row
from sqlrag.database.replica import Looks
from sqlrag.database.vectors import halfvec
from sqlrag.domain.retrieval import (
    Arm,
    Context,
    QueryParam,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)
from sqlrag.domain.search import SearchRequest

T = TypeVar("T")


class Searches(Looks):
    """Retrieval: one statement, `<mode>_search`."""

    async def search(self, workspace_id: int, request: SearchRequest, param: QueryParam) -> Context:
        """What the mode of `param` finds for the words; mode 'bypass' has no statement.

        Raises SpaceMismatch where the workspace has left the space of the vectors.
        """
        parameters = search_parameters(workspace_id, request, param)
        rows = await self.fetch(f"{param.mode}_search", *parameters)
        told = {"mode": param.mode} | next(iter(_decode(_TOLD, rows, "mode")), {})
        return Context(
            request.words,
            chunks=_decode(_CHUNK, rows, "chunk"),
            entities=_decode(_ENTITY, rows, "entity"),
            relations=_decode(_RELATION, rows, "relation"),
            **told,
        )


async def explain_search(
    session: Statements, workspace_id: int, request: SearchRequest, param: QueryParam
) -> dict[str, Any]:
    """The plan of the statement, with times and buffers, and what it read under "Reads": rows,
    by table and by index.

    A plan does not look into functions; the counters of the connection do. In a transaction.
    """
    before = {row["name"]: row["rows"] for row in await session.fetch("count_reads")}
    parameters = search_parameters(workspace_id, request, param)
    plan = await session.explain(f"{param.mode}_search", *parameters)
    reads: dict[str, Any] = {"rows": 0, "tables": {}, "indexes": {}}
    for name, is_index, rows in await session.fetch("count_reads"):
        if more := rows - before.get(name, 0):
            reads["rows"] += more
            reads["indexes" if is_index else "tables"][name] = more
    return {**plan, "Reads": reads}


def search_parameters(
    workspace_id: int, request: SearchRequest, param: QueryParam
) -> tuple[Any, ...]:
    """A workspace, the fields of search_request and of search_limits, a filter, and a space.

    Field by field: the first row type that a connection is handed costs asyncpg some 30 ms.
    """
    words, names, history, *vectors, space_id = as_row(request)
    asked = words, names, history, *map(halfvec, vectors)
    tokens = param.max_entity_tokens, param.max_relation_tokens, param.max_total_tokens
    limits = param.top_k, param.chunk_top_k, *tokens, param.hops
    return workspace_id, *asked, *limits, param.filters or None, space_id


# From the text that Postgres sends straight to what it stands for.
ARMS = Decoder(list[Arm])
_CHUNK = Decoder(ScoredChunk)
_ENTITY = Decoder(ScoredEntity)
_RELATION = Decoder(ScoredRelation)
_TOLD = Decoder(dict[str, Any])


def _decode(decoder: Decoder[T], rows: list[asyncpg.Record], kind: str) -> tuple[T, ...]:
    return tuple(decoder.decode(row["item"]) for row in rows if row["kind"] == kind)
