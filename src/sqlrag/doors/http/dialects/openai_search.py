"""The door for clients of OpenAI who search a vector store."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from litestar.params import JSONBody
from msgspec import Struct

from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.domain.retrieval import QueryParam, ScoredChunk
from sqlrag.domain.uploads import name_file
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.conversations import tell
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.dialects.openai_filters import Filters, read_filters, show_attributes
from sqlrag.doors.http.dialects.openai_stores import StoreId, open_store
from sqlrag.doors.http.openapi import door

_MOST_QUERIES, _MOST_RESULTS = 10, 50


class _Ranking(Struct, frozen=True):
    ranker: Annotated[str, tell("`none`: without the reranker of the server.")] = "auto"
    score_threshold: Annotated[float | None, tell("0 to 1.")] = None


class StoreQuery(Struct, frozen=True):
    query: Annotated[str | list[str], tell(f"A question, or up to {_MOST_QUERIES}.")]
    filters: Filters = None
    max_num_results: Annotated[int | None, tell("10.", minimum=1, maximum=_MOST_RESULTS)] = None
    ranking_options: _Ranking | None = None


class _Content(Struct, frozen=True):
    text: str
    type: Literal["text"] = "text"


class Result(Struct, frozen=True):
    file_id: str
    filename: str
    score: float
    attributes: dict[str, Any]
    content: list[_Content]


class Results(Struct, frozen=True):
    search_query: list[str]
    data: list[Result]
    has_more: Literal[False] = False
    next_page: None = None
    object: Literal["vector_store.search_results.page"] = "vector_store.search_results.page"


@door(
    "POST /v1/vector_stores/{vector_store_id:str}/search",
    "Search a vector store",
    (NotFound, Conflict, ModelError),
    takes=StoreQuery,
    role="reader",
    speaks=DIALECT,
)
async def search_vector_store(
    data: JSONBody[Any], rag: RagOfWorkspace, vector_store_id: StoreId
) -> Results:
    """What is found, best first. Of several queries each is searched for, and what more than one
    finds has its best score.
    """
    store, ranking = await open_store(rag, vector_store_id), data.ranking_options or _Ranking()
    queries = [data.query] if isinstance(data.query, str) else data.query
    if not 1 <= len(queries) <= _MOST_QUERIES:
        raise BadInput(f"query holds {len(queries):,} texts; send 1 to {_MOST_QUERIES}.")
    most = check_most(data.max_num_results)
    param = QueryParam(
        chunk_top_k=most,
        filters=read_filters(data.filters),
        enable_rerank=ranking.ranker != "none",
    )
    found = await asyncio.gather(*(store.search(one, param) for one in queries))
    best = _join(chunk for context in found for chunk in context.chunks)
    results = [one for one in map(show_result, best) if one.score >= (ranking.score_threshold or 0)]
    return Results(list(queries), results[:most])


def check_most(given: int | None) -> int:
    """Raises BadInput."""
    most = 10 if given is None else given
    if not 1 <= most <= _MOST_RESULTS:
        raise BadInput(f"max_num_results is {most}; use 1 to {_MOST_RESULTS}.")
    return most


def _join(chunks: Iterable[ScoredChunk]) -> list[ScoredChunk]:
    best = dict[int, ScoredChunk]()
    for one in chunks:
        if one.chunk_id not in best or best[one.chunk_id].score < one.score:
            best[one.chunk_id] = one
    return sorted(best.values(), key=lambda one: -one.score)


def show_result(chunk: ScoredChunk) -> Result:
    score = min(1.0, max(0.0, chunk.score))
    named = name_file(chunk.document_id, chunk.source_key)
    return Result(*named, score, show_attributes(chunk.metadata), [_Content(chunk.content)])
