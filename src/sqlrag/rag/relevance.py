"""What is near to what, of texts that are in no document."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Embedder, Models
from sqlrag.domain.names import check_text
from sqlrag.rag.workspaces import Workspaces

_MOST_DOCUMENTS = 1_000


@dataclass
class Relevance:
    """Methods raise NotFound, SpaceMismatch and ModelError."""

    workspace: str
    workspaces: Workspaces
    models: Models

    async def open_embedder(self) -> Embedder:
        """What embeds the workspace."""
        return await self.workspaces.embedder_of(await self.workspaces.get(self.workspace))

    async def rerank(
        self, question: str, documents: Sequence[str], top_n: int | None = None
    ) -> tuple[str, list[tuple[int, float]]]:
        """The name of what ranked them, and places of documents (from 0) with their relevance, best
        first: by the reranker, else by the cosine of their embeddings. Raises BadInput."""
        if not check_text("The query", question).strip():
            raise BadInput("The query is empty; ask something.")
        if not 1 <= len(documents) <= _MOST_DOCUMENTS:
            raise BadInput(
                f"documents holds {len(documents):,} texts; send 1 to {_MOST_DOCUMENTS:,}."
            )
        most = len(documents) if top_n is None else min(top_n, len(documents))
        await self.workspaces.get(self.workspace)
        if reranker := self.models.reranker:
            return reranker.model, await reranker.rerank(question, documents, most)
        embedder = await self.open_embedder()
        asked, *found = await embedder.embed([question, *documents])
        relevances = [min(1.0, max(0.0, float(one @ asked))) for one in found]
        order = sorted(range(len(found)), key=lambda place: (-relevances[place], place))
        return embedder.model, [(place, relevances[place]) for place in order[:most]]
