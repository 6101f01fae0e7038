"""The chunks of a context in the order in which a reranker puts them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import Reranker
from sqlrag.domain.retrieval import Arm, QueryParam, ScoredChunk
from sqlrag.domain.search import SearchResult

_FACTOR, _LEAST, _MOST = 3, 30, 1000  # candidates per chunk wanted, and their bounds
_NO_BUDGET = 2**31 - 1


@dataclass(frozen=True, slots=True)
class RerankStep:
    """Without a reranker, or where it fails, the order of retrieval stays."""

    reranker: Reranker | None = None

    def reranks(self, param: QueryParam) -> bool:
        return self.reranker is not None and param.enable_rerank

    def widen(self, param: QueryParam) -> QueryParam:
        """What retrieval is to look for, so that a reranker has something to choose from."""
        if not self.reranks(param):
            return param
        candidates = min(max(_FACTOR * param.chunk_top_k, _LEAST), _MOST)
        return replace(param, chunk_top_k=candidates, max_total_tokens=_NO_BUDGET)

    async def rerank(
        self, question: str, found: SearchResult, param: QueryParam
    ) -> tuple[SearchResult, tuple[str, ...]]:
        """What a widened retrieval found, reranked and cut to size, and what went wrong."""
        if self.reranker is None or not self.reranks(param):
            return found, ()
        chunks, notes = found.chunks, tuple[str, ...]()
        documents = [f"{chunk.title}\n{chunk.content}".strip() for chunk in chunks]
        try:
            if documents:
                top_n = min(param.chunk_top_k, len(documents))
                chunks = _reorder(chunks, await self.reranker.rerank(question, documents, top_n))
        except ModelError as error:
            notes = (f"The chunks are in the order of retrieval. {error}",)
        spent = sum(one.token_count for one in found.entities)
        spent += sum(one.token_count for one in found.relations)
        return replace(found, chunks=tuple(_cut(chunks, param, spent))), notes


def _reorder(
    chunks: tuple[ScoredChunk, ...], order: list[tuple[int, float]]
) -> tuple[ScoredChunk, ...]:
    """What the reranker left out is left out."""
    return tuple(
        replace(
            chunks[place],
            score=relevance,
            arms=[*chunks[place].arms, Arm("rerank", rank, relevance)],
        )
        for rank, (place, relevance) in enumerate(order, start=1)
    )


def _cut(chunks: tuple[ScoredChunk, ...], param: QueryParam, spent: int) -> Iterable[ScoredChunk]:
    """The first chunks that fit; the very first always, as in SQL."""
    for rank, chunk in enumerate(chunks[: param.chunk_top_k], start=1):
        spent += chunk.token_count
        if rank > 1 and spent > param.max_total_tokens:
            return
        yield replace(chunk, rank=rank)
