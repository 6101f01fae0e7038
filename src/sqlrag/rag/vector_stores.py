"""Workspaces as clients of OpenAI have them: vector stores, into which they put files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

from sqlrag.domain.errors import Conflict, Forbidden, NotFound
from sqlrag.domain.names import LONGEST_NAME, check_text, check_values
from sqlrag.domain.uploads import FileBatch, FoundUpload, StoreFile, VectorStore
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.tenants import Tenants
from sqlrag.rag.uploads import Uploads

_UNFIT = re.compile(r"[/\x00-\x1f\x7f-\x9f]+")  # of a name that an address is to hold
_AT_ONCE = 16 * 2**20  # bytes of files in a statement
_PAGE = 1_000


@dataclass
class VectorStores(Uploads, Tenants):
    """A store is a workspace, and `vs_` with its name is the id; every workspace is one."""

    async def list_vector_stores(
        self, after: str | None, limit: int, descending: bool
    ) -> list[VectorStore]:
        """A page of those that one may see, in order of age, after the one of a name."""
        asked = self.access.workspace_id, after, limit, descending
        return await self.storage.fetch_all(VectorStore, "list_vector_stores", *asked)

    async def get_vector_store(self) -> VectorStore:
        """The workspace as a store. Raises NotFound."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, None, 1, False
        found = await self.storage.find_one(VectorStore, "list_vector_stores", *asked)
        if found is None:
            raise self.no_store()
        return found

    async def add_vector_store(self, told: Mapping[str, Any]) -> str:
        """Make a workspace, and return its name: the one that was told as far as an address can
        hold it, with some letters more where there is one. Raises BadInput, Forbidden."""
        if self.access.workspace_id is not None:
            raise Forbidden("This key is for one workspace; use a key of every workspace.")
        check_values("What is said of a vector store", told)
        for name in _propose_names(told.get("name") or ""):
            made = await self.storage.fetch_value("add_vector_store", name, told)
            if made is not None:
                return name
        raise AssertionError("names are proposed without end")

    async def change_vector_store(self, changes: Mapping[str, Any]) -> None:
        """Of what clients call it and say of it; its id stays."""
        check_values("What is said of a vector store", changes)
        told = (await self._read_settings()).get("vector_store", {})
        await self._change_settings({"vector_store": {**told, **changes}})

    async def open_store(self, name: str) -> "VectorStores":
        """The same for the workspace of a store. Raises NotFound, in the same words for one that is
        not there and for one that is another's."""
        found = replace(self, workspace=check_text("The id of a vector store", name))
        is_other = self.access.workspace_id is not None and name != self.access.workspace
        if is_other or await self.workspaces.read(name) is None:
            raise found.no_store()
        return found

    async def list_store_files(
        self,
        status: str | None,
        track_id: UUID | None,
        after: str | None,
        limit: int,
        descending: bool,
    ) -> list[StoreFile]:
        """A page in order of age, after the file of an id; of a batch, if one is named."""
        workspace = await self.workspaces.get(self.workspace)
        asked = status, track_id, after, limit, descending
        return await self.storage.fetch_all(StoreFile, "list_store_files", workspace.id, *asked)

    async def get_store_file(self, file_id: str) -> StoreFile:
        """Raises NotFound."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, check_text("The id of a file", file_id)
        found = await self.storage.find_one(StoreFile, "get_store_file", *asked)
        if found is None:
            raise self.no_file(file_id)
        return found

    async def attach_files(self, owner: str, files: Mapping[str, Mapping[str, Any]]) -> UUID:
        """Have uploads made documents in the background, each with its attributes, as a track.

        They are those of workspace `owner`, or else of the store. Raises NotFound, where nothing is
        begun, BadInput and BacklogFull.
        """
        for attributes in files.values():
            check_values("An attribute", attributes)
        workspace, track_id = await self.workspaces.get(self.workspace), uuid4()
        await self._check_backlog(workspace)
        for batch in _part(await self.find_uploads(list(files), owner)):
            await self._enqueue(workspace, batch, files, track_id)
        return track_id

    async def find_uploads(
        self, file_ids: Sequence[str], owner: str | None = None
    ) -> list[FoundUpload]:
        """Those of workspace `owner`, if one is named, and else of this one. Raises NotFound."""
        asked = [check_text("The id of a file", one) for one in file_ids]
        names = dict.fromkeys((owner or self.workspace, self.workspace))
        owners = [one.id for name in names if (one := await self.workspaces.look_up(name))]
        found = await self.storage.fetch_all(FoundUpload, "find_uploads", owners, asked)
        known = {one.file_id for one in found}
        if lost := [one for one in asked if one not in known]:
            raise replace(self, workspace=owner or self.workspace).no_file(*lost)
        return found

    async def _enqueue(
        self,
        workspace: Workspace,
        batch: Sequence[FoundUpload],
        files: Mapping[str, Mapping[str, Any]],
        track_id: UUID,
    ) -> None:
        ids = [one.file_id for one in batch]
        given = ids, [dict(files[one]) for one in ids], track_id
        await self.storage.execute("enqueue_uploads", workspace.id, batch[0].workspace_id, *given)

    async def change_attributes(self, file_id: str, attributes: Mapping[str, Any]) -> StoreFile:
        """In the place of those it has. Raises NotFound, and Conflict for what is no document."""
        check_values("An attribute", attributes)
        found = await self.get_store_file(file_id)
        if found.document_id is None or found.status == "in_progress":
            raise Conflict(
                f'File "{file_id}" is {found.status.replace("_", " ")}, and has no attributes to '
                "change; wait until it is completed."
            )
        workspace = await self.workspaces.get(self.workspace)
        told = workspace.id, found.document_id, dict(attributes)
        await self.storage.execute("change_attributes", *told)
        return await self.get_store_file(file_id)

    async def read_store_file(self, file_id: str) -> list[str]:
        """The text that was read of a file, in pieces that do not overlap. Raises NotFound."""
        found = await self.get_store_file(file_id)
        pieces, end, first = list[str](), 0, 0
        while found.document_id is not None:
            chunks = await self.list_chunks(found.document_id, first, _PAGE)
            for one in chunks:
                pieces.append(one.content[max(end - one.char_start, 0) :])
                end, first = max(end, one.char_end), one.ordinal + 1
            if len(chunks) < _PAGE:
                break
        return [piece for piece in pieces if piece]

    async def get_batch(self, track_id: UUID) -> FileBatch:
        """Raises NotFound."""
        workspace = await self.workspaces.get(self.workspace)
        found = await self.storage.find_one(FileBatch, "count_batch", workspace.id, track_id)
        if found is None:
            raise NotFound(
                f'There is no batch "vsfb_{track_id.hex}" in this vector store; what is over is '
                "deleted after a time."
            )
        return found

    async def cancel_batch(self, track_id: UUID) -> FileBatch:
        """What waits or is in work; what it would have written is not written. Raises NotFound."""
        await self.get_batch(track_id)
        workspace = await self.workspaces.get(self.workspace)
        rows = await self.storage.fetch("list_jobs_of_track", workspace.id, track_id)
        await self.storage.fetch("cancel_jobs", workspace.id, [row["job_id"] for row in rows])
        return await self.get_batch(track_id)

    def no_store(self) -> NotFound:
        return NotFound(
            f'There is no vector store "vs_{self.workspace[:80]}" that you may use; '
            "GET /v1/vector_stores lists those that there are."
        )


def _propose_names(told: str) -> Iterator[str]:
    fit = _UNFIT.sub("-", told).strip()[: LONGEST_NAME - 10].strip()
    name = "store" if fit in ("", ".", "..") else fit
    if fit == name:
        yield name
    while True:
        yield f"{name} {token_hex(4)}"


def _part(found: Sequence[FoundUpload]) -> Iterator[list[FoundUpload]]:
    """In their order, so many of a workspace as go into a statement."""
    part, size = list[FoundUpload](), 0
    for one in found:
        if part and (size + one.bytes > _AT_ONCE or one.workspace_id != part[0].workspace_id):
            yield part
            part, size = [], 0
        part.append(one)
        size += one.bytes
    if part:
        yield part
