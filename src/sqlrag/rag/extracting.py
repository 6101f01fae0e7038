"""From chunks to the entities and relations that are to be stored with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlrag.domain.documents import PreparedDocument
from sqlrag.domain.graph import ExtractionOptions, NewGraph
from sqlrag.domain.models import ChatModel, Embedder, Extractor
from sqlrag.domain.storage import DocumentState, NewChunk, Storage, Workspace
from sqlrag.rag.drafting import (
    describe_gaps,
    draft_graph,
    entity_texts,
    find_missing,
    read_document,
    relation_texts,
)
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.progress import Report


@dataclass(frozen=True, slots=True)
class Extracting:
    """Extracts the graph of documents. With a chat model, every call goes through the ledger.

    `embeds`: whether entities and relations get vectors.
    """

    storage: Storage
    embedder: Embedder
    extractor: Extractor
    chat: ChatModel | None = None
    make_extractor: Callable[[ChatModel], Extractor] | None = None
    options: ExtractionOptions = field(default_factory=ExtractionOptions)
    embeds: bool = True

    async def extract(
        self,
        workspace: Workspace,
        source_key: str,
        prepared: PreparedDocument,
        chunks: Sequence[NewChunk],
        state: DocumentState | None,
        report: Report,
    ) -> tuple[NewGraph, str | None]:
        """What a document adds to the graph, and what could not be extracted of it.

        Only chunks that are not extracted yet are read, unless one depends on all.
        """
        missing = find_missing(chunks, state.extracted_hashes if state else ())
        places = range(len(chunks)) if self.extractor.reads_whole_documents else missing
        if not missing and state and len(state.extracted_hashes) == len(chunks):
            return NewGraph(), None
        report("extract", more=len(places))
        extractor, ledger = self._with_ledger(workspace, source_key)
        found = await extractor.extract(read_document(prepared, places), self.options)
        if ledger:
            await ledger.flush()
        graph = draft_graph(places, found, extractor.model)
        if self.embeds:
            graph = await self._embed(graph)
        report("extract", done=len(places))
        return graph, describe_gaps(places, found)

    def _with_ledger(
        self, workspace: Workspace, source_key: str
    ) -> tuple[Extractor, Ledger | None]:
        if self.chat is None or self.make_extractor is None:
            return self.extractor, None
        ledger = Ledger(self.storage, self.chat, workspace.workspace_id, source_key)
        return self.make_extractor(ledger), ledger

    async def _embed(self, graph: NewGraph) -> NewGraph:
        """One call for entities and relations together."""
        entities, relations = entity_texts(graph), relation_texts(graph)
        vectors = list(await self.embedder.embed([*entities.values(), *relations.values()]))
        return replace(
            graph,
            entity_embeddings=dict(zip(entities, vectors, strict=False)),
            relation_embeddings=dict(zip(relations, vectors[len(entities) :], strict=True)),
        )
