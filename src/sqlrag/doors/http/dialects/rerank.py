"""The door for clients of rerankers, Cohere's and Jina's."""

import asyncio
from typing import Annotated, Any
from uuid import uuid4

from litestar.params import JSONBody
from litestar.types import Scope
from msgspec import Meta, Struct

from sqlrag.domain.errors import Conflict, ModelError, NotFound
from sqlrag.doors.http.addresses import RagOfWorkspace, check_named
from sqlrag.doors.http.errors import Dialect
from sqlrag.doors.http.openapi import door
from sqlrag.parsing import count_tokens


class Failure(Struct, frozen=True):
    """`message` is where Cohere tells it, `detail` where Jina does."""

    message: str
    detail: str


class _Text(Struct, frozen=True):
    text: str


class RerankRequest(Struct, frozen=True):
    query: str
    documents: Annotated[list[str | _Text], Meta(description="1 to 1,000.")]
    model: Annotated[str | None, Meta(description="Any; the answer names the one.")] = None
    top_n: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="All.")] = None
    return_documents: bool | None = None


class _Result(Struct, frozen=True, omit_defaults=True):
    index: int
    relevance_score: float
    document: _Text | None = None


class _Usage(Struct, frozen=True):
    total_tokens: int


class Ranking(Struct, frozen=True):
    id: str
    model: str
    results: list[_Result]
    usage: _Usage


DIALECT = Dialect(Failure, lambda problem: Failure(problem.detail, problem.detail))


@door(
    "POST /v1/rerank",
    "Put texts into the order in which they answer a question",
    (NotFound, Conflict, ModelError),
    takes=RerankRequest,
    role="reader",
    speaks=DIALECT,
)
async def rerank(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> Ranking:
    """Best first: by the reranker of the server, else from 0 to 1 by the embedder of the workspace
    and by words.
    """
    await check_named(rag, scope)
    texts = [one if isinstance(one, str) else one.text for one in data.documents]
    model, order = await rag.rerank(data.query, texts, data.top_n)
    read = sum(await asyncio.to_thread(count_tokens, [data.query, *texts]))
    shows = data.return_documents
    results = [
        _Result(place, relevance, _Text(texts[place]) if shows else None)
        for place, relevance in order
    ]
    return Ranking(str(uuid4()), model, results, _Usage(read))
