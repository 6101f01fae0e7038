from collections.abc import Mapping, Sequence
from typing import Any

from sqlrag.database.pool import Statements, halfvec
from sqlrag.database.statements import SQL
from sqlrag.domain.documents import Document
from sqlrag.domain.graph import NewGraph
from sqlrag.domain.storage import DocumentState, NewChunk, NewDocument, WrittenDocument

# Postgres arrays of arrays must be rectangular: headings travel joined by the unit separator,
# page breaks as array literals.
_SEPARATOR = "\x1f"


class Documents:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def get_document_state(
        self, workspace_id: int, source_key: str, extractor: str
    ) -> DocumentState | None:
        row = await self._db.fetchrow(
            SQL["get_document_state"], workspace_id, source_key, extractor
        )
        return DocumentState(**row) if row else None

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
        row = await self._db.fetchrow(
            SQL["fail_document"],
            workspace_id,
            document.source_key,
            document.title,
            document.media_type,
            document.content_sha256,
            error,
        )
        assert row, "an upsert without a condition returns its row"
        return int(row["document_id"])

    async def get_document(self, workspace_id: int, document_id: int) -> Document | None:
        row = await self._db.fetchrow(SQL["get_document"], workspace_id, document_id)
        return Document(**row) if row else None

    async def list_documents(
        self,
        workspace_id: int,
        after: int = 0,
        limit: int = 50,
        status: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        rows = await self._db.fetch(
            SQL["list_documents"], workspace_id, after, limit, status, filters
        )
        return [Document(**row) for row in rows]

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
    return (
        [chunk.content for chunk in chunks],
        [chunk.content_sha256 for chunk in chunks],
        [chunk.token_count for chunk in chunks],
        [chunk.char_start for chunk in chunks],
        [chunk.char_end for chunk in chunks],
        [chunk.page for chunk in chunks],
        ["{" + ",".join(map(str, chunk.page_breaks)) + "}" for chunk in chunks],
        [_SEPARATOR.join(h.replace(_SEPARATOR, " ") for h in c.headings) for c in chunks],
        [chunk.indexed for chunk in chunks],
        [halfvec(chunk.embedding) for chunk in chunks],
    )


def _graph(graph: NewGraph) -> tuple[Any, ...]:
    """Names once, and then their places, from 1; chunks by theirs."""
    names = graph.names()
    places = {name: place for place, name in enumerate(names, 1)}
    pairs = list(graph.relation_embeddings)
    return (
        names,
        [mention.ordinal + 1 for mention in graph.mentions],
        [places[mention.name] for mention in graph.mentions],
        [mention.name for mention in graph.mentions],
        [mention.type for mention in graph.mentions],
        [mention.description for mention in graph.mentions],
        [mention.is_subject for mention in graph.mentions],
        [found.ordinal + 1 for found in graph.evidence],
        [places[found.source] for found in graph.evidence],
        [places[found.target] for found in graph.evidence],
        [found.keywords for found in graph.evidence],
        [found.description for found in graph.evidence],
        [found.weight for found in graph.evidence],
        [places[name] for name in graph.entity_embeddings],
        [halfvec(vector) for vector in graph.entity_embeddings.values()],
        [places[source] for source, _ in pairs],
        [places[target] for _, target in pairs],
        [halfvec(graph.relation_embeddings[pair]) for pair in pairs],
        [reject.ordinal + 1 for reject in graph.rejects],
        [reject.record for reject in graph.rejects],
        [reject.reason for reject in graph.rejects],
        [place + 1 for place in graph.extracted],
        graph.extractor,
    )
