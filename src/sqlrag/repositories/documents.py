from collections.abc import Mapping, Sequence
from typing import Any

from sqlrag.database.pool import Statements, halfvec
from sqlrag.database.statements import SQL
from sqlrag.domain.documents import (
    Chunk,
    Document,
    DocumentState,
    NewChunk,
    NewDocument,
    WrittenDocument,
)
from sqlrag.domain.graph import NewGraph

# Postgres arrays of arrays must be rectangular: headings travel joined by the unit separator,
# page breaks as array literals.
_SEPARATOR = "\x1f"


class Documents:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def get_document_state(
        self, workspace_id: int, source_key: str, extractor: str
    ) -> DocumentState | None:
        return await self._db.find_one(
            DocumentState, SQL["get_document_state"], workspace_id, source_key, extractor
        )

    async def write_document(
        self,
        workspace_id: int,
        document: NewDocument,
        chunks: Sequence[NewChunk],
        graph: NewGraph,
        space_id: int,
        read: DocumentState | None,
    ) -> WrittenDocument | None:
        row = await self._db.fetchrow(
            SQL["write_document"],
            workspace_id,
            *_document(document, read),
            *_chunks(chunks),
            space_id,
            *_graph(graph),
        )
        return WrittenDocument(**row) if row else None

    async def fail_document(self, workspace_id: int, document: NewDocument, error: str) -> int:
        """Keep why an attempt failed; content that was good stays."""
        document_id: int = await self._db.fetch_value(
            SQL["fail_document"],
            workspace_id,
            document.source_key,
            document.title,
            document.media_type,
            document.content_sha256,
            error,
        )
        return document_id

    async def get_document(self, workspace_id: int, document_id: int) -> Document | None:
        return await self._db.find_one(Document, SQL["get_document"], workspace_id, document_id)

    async def list_documents(
        self,
        workspace_id: int,
        after: int = 0,
        limit: int = 50,
        status: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """A page in order of id, beginning after the id `after`."""
        return await self._db.fetch_all(
            Document, SQL["list_documents"], workspace_id, after, limit, status, filters or None
        )

    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int, limit: int
    ) -> list[Chunk]:
        """A page in order, beginning with ordinal `first`."""
        return await self._db.fetch_all(
            Chunk, SQL["list_chunks"], workspace_id, document_id, first, limit
        )

    async def delete_documents(
        self, workspace_id: int, document_ids: Sequence[int], source_keys: Sequence[str]
    ) -> list[tuple[int, str]]:
        rows = await self._db.fetch(
            SQL["delete_documents"], workspace_id, list(document_ids), list(source_keys)
        )
        return [(row["document_id"], row["source_key"]) for row in rows]


def _document(document: NewDocument, read: DocumentState | None) -> tuple[Any, ...]:
    return (
        document.source_key,
        document.title,
        document.media_type,
        document.language,
        document.content_sha256,
        document.recipe,
        dict(document.metadata),
        list(document.tags),
        document.char_count,
        document.partly,
        read.document_id if read else None,
        read.revision if read else 0,
    )


def _chunks(chunks: Sequence[NewChunk]) -> tuple[list[Any], ...]:
    drafts = [chunk.draft for chunk in chunks]
    return (
        [draft.content for draft in drafts],
        [chunk.content_sha256 for chunk in chunks],
        [draft.token_count for draft in drafts],
        [draft.char_start for draft in drafts],
        [draft.char_end for draft in drafts],
        [draft.page for draft in drafts],
        ["{" + ",".join(map(str, draft.page_breaks)) + "}" for draft in drafts],
        [_SEPARATOR.join(h.replace(_SEPARATOR, " ") for h in d.headings) for d in drafts],
        [chunk.indexed for chunk in chunks],
        [halfvec(chunk.embedding) for chunk in chunks],
    )


def _graph(graph: NewGraph) -> tuple[Any, ...]:
    """Names once, and then their places, from 1; chunks by theirs."""
    names = graph.names()
    places = {name: place for place, name in enumerate(names, 1)}
    pairs = list(graph.relation_embeddings)
    mentions = [(place + 1, one) for place, found in graph.found for one in found.entities]
    evidence = [(place + 1, one) for place, found in graph.found for one in found.relations]
    rejects = [(place + 1, one) for place, found in graph.found for one in found.rejects]
    return (
        names,
        [chunk for chunk, _ in mentions],
        [places[mention.name] for _, mention in mentions],
        [mention.name for _, mention in mentions],
        [mention.type for _, mention in mentions],
        [mention.description for _, mention in mentions],
        [mention.is_subject for _, mention in mentions],
        [chunk for chunk, _ in evidence],
        [places[found.source] for _, found in evidence],
        [places[found.target] for _, found in evidence],
        [found.keywords for _, found in evidence],
        [found.description for _, found in evidence],
        [found.weight for _, found in evidence],
        [places[name] for name in graph.entity_embeddings],
        [halfvec(vector) for vector in graph.entity_embeddings.values()],
        [places[source] for source, _ in pairs],
        [places[target] for _, target in pairs],
        [halfvec(graph.relation_embeddings[pair]) for pair in pairs],
        [chunk for chunk, _ in rejects],
        [reject.record for _, reject in rejects],
        [reject.reason for _, reject in rejects],
        [place + 1 for place, found in graph.found if found.error is None],
        graph.extractor,
    )
