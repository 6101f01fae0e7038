from collections.abc import Mapping, Sequence
from typing import Any

from sqlrag.database.pool import Statements, halfvec
from sqlrag.database.statements import SQL
from sqlrag.domain.documents import Document
from sqlrag.domain.graph import NewGraph
from sqlrag.domain.storage import DocumentState, NewChunk, NewDocument, WrittenDocument


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
            _document(document),
            read.document_id if read else None,
            read.revision if read else 0,
            [_chunk(chunk) for chunk in chunks],
            _graph(graph),
            space_id,
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


def _document(document: NewDocument) -> tuple[Any, ...]:
    """As the row type new_document has it, like those below theirs."""
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
    )


def _chunk(chunk: NewChunk) -> tuple[Any, ...]:
    return (
        chunk.content,
        chunk.content_sha256,
        chunk.token_count,
        chunk.char_start,
        chunk.char_end,
        chunk.page,
        chunk.page_breaks,
        chunk.headings,
        chunk.indexed,
        halfvec(chunk.embedding),
    )


def _graph(graph: NewGraph) -> tuple[Any, ...]:
    """Names once, and then their places, from 1; chunks by theirs."""
    names = graph.names()
    places = {name: place for place, name in enumerate(names, 1)}
    return (
        names,
        [
            (m.ordinal + 1, places[m.name], m.name, m.type, m.description, m.is_subject)
            for m in graph.mentions
        ],
        [
            (e.ordinal + 1, places[e.source], places[e.target], e.keywords, e.description, e.weight)
            for e in graph.evidence
        ],
        [(reject.ordinal + 1, reject.record, reject.reason) for reject in graph.rejects],
        [(places[name], halfvec(vector)) for name, vector in graph.entity_embeddings.items()],
        [
            (places[source], places[target], halfvec(vector))
            for (source, target), vector in graph.relation_embeddings.items()
        ],
        [place + 1 for place in graph.extracted],
        graph.extractor,
    )
