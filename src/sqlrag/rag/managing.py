"""Looking at what is stored, and deleting it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlrag.domain.documents import Chunk, Document
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.storage import Storage, WorkspaceSummary
from sqlrag.rag.workspaces import WorkspaceDirectory


@dataclass(frozen=True, slots=True)
class Managing:
    storage: Storage
    directory: WorkspaceDirectory

    async def list_workspaces(self) -> list[WorkspaceSummary]:
        return await self.storage.workspaces.list_workspaces()

    async def delete_workspace(self, name: str) -> None:
        """Delete a workspace with everything in it. Raises NotFound."""
        self.directory.forget(name)
        workspace = await self._find(name)
        await self.storage.drop_workspace(workspace)

    async def list_documents(
        self,
        workspace: str,
        after: int = 0,
        limit: int = 50,
        status: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """A page in order of id, beginning after the id `after`; no workspace is an empty one."""
        if not 1 <= limit <= 1000:
            raise BadInput(f"limit is {limit}; use 1 to 1000.")
        found = await self.storage.workspaces.get_workspace(workspace)
        if found is None:
            return []
        return await self.storage.documents.list_documents(
            found.workspace_id, after, limit, status, dict(filters) if filters else None
        )

    async def get_document(self, workspace: str, document_id: int) -> Document:
        """Raises NotFound."""
        workspace_id = await self._find(workspace)
        found = await self.storage.documents.get_document(workspace_id, document_id)
        if found is None:
            raise NotFound(f'There is no document {document_id} in workspace "{workspace}".')
        return found

    async def list_chunks(
        self, workspace: str, document_id: int, first: int = 0, limit: int = 100
    ) -> list[Chunk]:
        """Chunks in order, beginning with ordinal `first`. Raises NotFound for the document."""
        document = await self.get_document(workspace, document_id)
        workspace_id = await self._find(workspace)
        return await self.storage.chunks.list_chunks(
            workspace_id, document.document_id, first, limit
        )

    async def delete_documents(
        self, workspace: str, documents: Iterable[int | str]
    ) -> list[tuple[int, str]]:
        """Delete by id or source key; returns (document_id, source_key) of what was there."""
        wanted = list(documents)
        found = await self.storage.workspaces.get_workspace(workspace)
        if found is None:
            return []
        return await self.storage.documents.delete_documents(
            found.workspace_id,
            [document for document in wanted if isinstance(document, int)],
            [document for document in wanted if isinstance(document, str)],
        )

    async def _find(self, name: str) -> int:
        found = await self.storage.workspaces.get_workspace(name)
        if found is None:
            raise NotFound(f'There is no workspace "{name}".')
        return found.workspace_id
