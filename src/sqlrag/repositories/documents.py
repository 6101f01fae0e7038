from collections.abc import Mapping, Sequence
from typing import Any

from sqlrag.domain.documents import Document
from sqlrag.domain.storage import DocumentState, NewDocument
from sqlrag.repositories.database import Statements
from sqlrag.statements import SQL


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

    async def put_document(
        self, workspace_id: int, document: NewDocument, read: DocumentState | None
    ) -> int | None:
        row = await self._db.fetchrow(
            SQL["put_document"],
            workspace_id,
            document.source_key,
            document.title,
            document.media_type,
            document.language,
            document.content_sha256,
            document.recipe,
            dict(document.metadata),
            list(document.tags),
            document.char_count,
            read.revision if read else 0,
            document.partly,
            read.document_id if read else None,
        )
        return row["document_id"] if row else None

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
