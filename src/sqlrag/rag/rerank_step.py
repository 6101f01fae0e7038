"""The chunks of a context in the order in which a reranker puts them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import Reranker
from sqlrag.domain.retrieval import Arm, Context, QueryParam, ScoredChunk

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

    async def rerank(self, question: str, found: Context, param: QueryParam) -> Context:
        """What a widened retrieval found, reranked and cut to size, with a note where that failed.

        What the reranker left out is left out.
        """
        if self.reranker is None or not self.reranks(param):
            return found
        chunks, notes = found.chunks, found.notes
        documents = [f"{chunk.title}\n{chunk.content}".strip() for chunk in chunks]
        top_n = min(param.chunk_top_k, len(documents))
        try:
            order = await self.reranker.rerank(question, documents, top_n) if documents else []
            chunks = tuple(
                _place(chunks[place], rank, score) for rank, (place, score) in enumerate(order, 1)
            )
        except ModelError as error:
            notes = (*notes, f"The chunks are in the order of retrieval. {error}")
        spent = sum(one.token_count for one in found.entities)
        spent += sum(one.token_count for one in found.relations)
        return replace(found, chunks=tuple(_cut(chunks, param, spent)), notes=notes)


def _place(chunk: ScoredChunk, rank: int, relevance: float) -> ScoredChunk:
    return replace(chunk, score=relevance, arms=[*chunk.arms, Arm("rerank", rank, relevance)])


def _cut(chunks: tuple[ScoredChunk, ...], param: QueryParam, spent: int) -> Iterable[ScoredChunk]:
    """The first chunks that fit; the very first always, as in SQL."""
    for rank, chunk in enumerate(chunks[: param.chunk_top_k], start=1):
        spent += chunk.token_count
        if rank > 1 and spent > param.max_total_tokens:
            return
        yield replace(chunk, rank=rank)
