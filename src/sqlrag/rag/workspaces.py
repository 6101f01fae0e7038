"""Finds a workspace by name and keeps its embeddings in one space."""

import time

from sqlrag.domain.errors import BadInput, NotFound, SpaceMismatch
from sqlrag.domain.models import Embedder
from sqlrag.domain.storage import Storage, Workspace

FRESH = 5.0  # seconds


class WorkspaceDirectory:
    """Remembers what it found: a name keeps its id, and a retrieval stays one statement.

    Writers read it again when it is older than FRESH, so that settings which another process has
    changed are in force in the ingestions that begin FRESH later.
    """

    def __init__(self, storage: Storage, embedder: Embedder) -> None:
        self._storage = storage
        self._embedder = embedder
        self._known: dict[str, Workspace] = {}
        self._read_at: dict[str, float] = {}

    async def find(self, name: str) -> Workspace:
        """A workspace to read from. Raises NotFound, or SpaceMismatch for another embedder's."""
        if found := self._known.get(name):
            return found
        workspace = await self._storage.workspaces.get_workspace(name)
        if workspace is None:
            raise NotFound(f'There is no workspace "{name}"; ingest a document into it to make it.')
        if workspace.space_id is not None:
            await self._refuse_another_space(workspace)
            self._remember(workspace)
        return workspace

    async def look_up(self, name: str) -> int | None:
        """The id of a workspace, whatever its embeddings; None when there is none."""
        found = self._known.get(name) or await self._storage.workspaces.get_workspace(name)
        return found.workspace_id if found else None

    async def open(self, name: str) -> Workspace:
        """A workspace to write to, made when it is new. Raises SpaceMismatch."""
        found = self._known.get(name)
        if found and time.monotonic() < self._read_at[name] + FRESH:
            return found
        workspaces, workspace = self._storage.workspaces, await self.add(name)
        dimensions = await self._embedder.dimensions()
        if (workspace.model, workspace.dimensions) != (self._embedder.model, dimensions):
            model = self._embedder.model
            if await workspaces.choose_space(workspace.workspace_id, model, dimensions) is None:
                await self._refuse_another_space(workspace)
            chosen = await workspaces.get_workspace(name)
            assert chosen, "its space has just been chosen"
            workspace = chosen
        self._remember(workspace)
        return workspace

    async def add(self, name: str) -> Workspace:
        """A workspace as it is now, made when it is new, perhaps without a space. BadInput."""
        if not name.strip() or "\x00" in name:
            raise BadInput("A workspace needs a name, without NUL characters; give it one.")
        workspaces = self._storage.workspaces
        workspace = await workspaces.get_workspace(name)
        if workspace is None:
            await workspaces.add_workspace(name)
            workspace = await workspaces.get_workspace(name)
            assert workspace, "it has just been added"
        return workspace

    def forget(self, name: str) -> None:
        self._known.pop(name, None)

    def _remember(self, workspace: Workspace) -> None:
        self._known[workspace.name] = workspace
        self._read_at[workspace.name] = time.monotonic()

    async def _refuse_another_space(self, workspace: Workspace) -> None:
        model, dimensions = self._embedder.model, await self._embedder.dimensions()
        if (workspace.model, workspace.dimensions) == (model, dimensions):
            return
        raise SpaceMismatch(
            f'The embeddings of workspace "{workspace.name}" were made by {workspace.model} with '
            f"{workspace.dimensions} dimensions, but the embedder is {model} with {dimensions}; "
            "configure that model again, use another workspace, or delete the documents of this "
            "one and ingest them anew."
        )
