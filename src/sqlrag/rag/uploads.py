"""Files that are handed in before they are documents, as clients of OpenAI do."""

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePath
from uuid import uuid4

from sqlrag.domain.access import Access
from sqlrag.domain.errors import DocumentTooLarge, NotFound
from sqlrag.domain.names import check_text
from sqlrag.domain.uploads import KnownFile, StoreFile, is_upload
from sqlrag.rag.jobs import Jobs, document_key
from sqlrag.rag.originals import Originals

_LONGEST = 500  # characters of a file's name, whose end tells most


@dataclass
class Uploads(Originals, Jobs):
    """The files of a workspace: what was uploaded to it, and its documents.

    What `access` reaches no further than the workspace sees no others.
    """

    access: Access

    async def add_upload(
        self, name: str, data: bytes, media_type: str | None = None, purpose: str = "assistants"
    ) -> KnownFile:
        """Keep a file, which no question is answered from until it is put into a vector store.

        The workspace is made when it is new. Raises BadInput, DocumentTooLarge.
        """
        most = self.ingestion.max_file_bytes
        if len(data) > most:
            raise DocumentTooLarge(
                f"The file has {len(data):,} bytes, and may have {most:,}; split it, or raise "
                "SQLRAG_MAX_FILE_BYTES."
            )
        named = PurePath(check_text("The name of a file", name).replace("\\", "/")).name
        workspace, file_id = await self.workspaces.add(self.workspace), f"file-{uuid4().hex}"
        digest = await asyncio.to_thread(lambda: sha256(data).digest())
        told = named[-_LONGEST:].strip() or "file", media_type, purpose
        await self.storage.execute("add_upload", workspace.id, file_id, *told, digest, data)
        return await self.get_file(file_id)

    async def list_files(
        self, purpose: str | None, after: str | None, limit: int, descending: bool
    ) -> list[KnownFile]:
        """A page in order of age, after the file of an id."""
        workspace = await self.workspaces.look_up(self.workspace)
        if workspace is None:
            return []
        asked = workspace.id, purpose, after, limit, descending
        return await self.storage.fetch_all(KnownFile, "list_files", *asked)

    async def get_file(self, file_id: str) -> KnownFile:
        """Raises NotFound."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, check_text("The id of a file", file_id)
        found = await self.storage.find_one(KnownFile, "get_file", *asked)
        if found is None:
            raise self.no_file(file_id)
        return found

    async def read_file(self, file_id: str) -> tuple[KnownFile, bytes]:
        """A file and its bytes. Raises NotFound, also where they were not kept."""
        found = await self.get_file(file_id)
        if found.document_id is not None:
            return found, (await self.get_original(found.document_id))[1]
        workspace = await self.workspaces.get(self.workspace)
        content = await self.storage.fetch_value("get_upload_content", workspace.id, file_id)
        if content is None:
            raise self.no_file(file_id)
        return found, content

    async def delete_file(self, file_id: str) -> None:
        """With what was made of it, in every store that one may reach. Raises NotFound."""
        gone = False
        if is_upload(check_text("The id of a file", file_id)):
            workspace = await self.workspaces.get(self.workspace)
            gone = bool(await self.storage.fetch("delete_upload", workspace.id, file_id))
        for name in await self._find_stores(file_id):
            gone |= await replace(self, workspace=name).remove_from_store(file_id)
        if not gone:
            raise self.no_file(file_id)

    async def remove_from_store(self, file_id: str) -> bool:
        """Delete the document of a file, or see to it that none comes; whether there was any."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, check_text("The id of a file", file_id)
        found = await self.storage.find_one(StoreFile, "get_store_file", *asked)
        if found is None:
            return False
        key = document_key(found.source_key)
        jobs = await self.storage.fetch("list_jobs_of_document", workspace.id, key)
        await self.storage.fetch("cancel_jobs", workspace.id, [row["job_id"] for row in jobs])
        await self.delete(found.source_key)
        await self.storage.execute("forget_jobs", workspace.id, key)
        return True

    async def _find_stores(self, file_id: str) -> list[str]:
        if self.access.workspace_id is not None or not is_upload(file_id):
            return [self.workspace]
        rows = await self.storage.fetch("list_stores_of_upload", file_id)
        return [row["name"] for row in rows]

    def no_file(self, *file_ids: str) -> NotFound:
        named = ", ".join(f'"{one[:80]}"' for one in file_ids[:3])
        return NotFound(f'There is no file {named} in workspace "{self.workspace}".')
