"""What is near to what, of texts that are in no document."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Embedder, Models, Vectors
from sqlrag.domain.names import check_text
from sqlrag.offline import is_function_word, word_set
from sqlrag.rag.workspaces import Workspaces

_MOST_DOCUMENTS = 1_000


@dataclass
class Relevance:
    """Methods raise NotFound, SpaceMismatch and ModelError."""

    workspace: str
    workspaces: Workspaces
    models: Models

    async def open_embedder(self) -> Embedder:
        """What embeds the workspace, or would embed it if it were there."""
        workspace = await self.workspaces.look_up(self.workspace)
        if workspace is None:
            return self.models.embedder
        return await self.workspaces.embedder_of(workspace)

    async def rerank(
        self, question: str, documents: Sequence[str], top_n: int | None = None
    ) -> tuple[str, list[tuple[int, float]]]:
        """The name of what ranked them, and places of documents (from 0) with their relevance, best
        first: by the reranker, else by meaning and words, from 0 to 1. Raises BadInput."""
        if not check_text("The query", question).strip():
            raise BadInput("The query is empty; ask something.")
        if not 1 <= len(documents) <= _MOST_DOCUMENTS:
            raise BadInput(
                f"documents holds {len(documents):,} texts; send 1 to {_MOST_DOCUMENTS:,}."
            )
        most = len(documents) if top_n is None else min(top_n, len(documents))
        if reranker := self.models.reranker:
            return reranker.model, await reranker.rerank(question, documents, most)
        embedder = await self.open_embedder()
        vectors = await embedder.embed([question, *documents])
        relevances = await asyncio.to_thread(_compare, question, documents, vectors)
        order = sorted(range(len(documents)), key=lambda place: (-relevances[place], place))
        return embedder.model, [(place, relevances[place]) for place in order[:most]]


def _compare(question: str, documents: Sequence[str], vectors: Vectors) -> list[float]:
    """Of each document: two thirds the cosine of its vector and the question's, which is the first
    of them, one third the share of the question's words in it, by their idf among the documents."""
    held = [word_set(text) for text in documents]
    asked = [word for word in word_set(question) if not is_function_word(word)]
    idf = {
        word: math.log(1 + len(held) / (0.5 + sum(word in words for words in held)))
        for word in asked
    }
    whole = sum(idf.values()) or 1.0
    shares = [sum(idf[word] for word in asked if word in words) / whole for words in held]
    cosines = (vectors[1:] @ vectors[0]).clip(0.0, 1.0)
    return [float(2 * near + share) / 3 for near, share in zip(cosines, shares, strict=True)]
