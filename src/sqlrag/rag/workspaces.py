"""Finds a workspace by name and keeps its embeddings in one space."""

from sqlrag.domain.errors import BadInput, NotFound, SpaceMismatch
from sqlrag.domain.models import Embedder
from sqlrag.domain.storage import Storage, Workspace


class WorkspaceDirectory:
    """Remembers what it found: a name keeps its id, and a retrieval stays one statement."""

    def __init__(self, storage: Storage, embedder: Embedder) -> None:
        self._storage = storage
        self._embedder = embedder
        self._known: dict[str, Workspace] = {}

    async def find(self, name: str) -> Workspace:
        """A workspace to read from. Raises NotFound, or SpaceMismatch for another embedder's."""
        if found := self._known.get(name):
            return found
        workspace = await self._storage.workspaces.get_workspace(name)
        if workspace is None:
            raise NotFound(f'There is no workspace "{name}"; ingest a document into it to make it.')
        if workspace.space_id is not None:
            await self._refuse_another_space(workspace)
            self._known[name] = workspace
        return workspace

    async def look_up(self, name: str) -> int | None:
        """The id of a workspace, whatever its embeddings; None when there is none."""
        found = self._known.get(name) or await self._storage.workspaces.get_workspace(name)
        return found.workspace_id if found else None

    async def open(self, name: str) -> Workspace:
        """A workspace to write to, made when it is new. Raises SpaceMismatch."""
        if found := self._known.get(name):
            return found
        if not name.strip() or "\x00" in name:
            raise BadInput("A workspace needs a name, without NUL characters; give it one.")
        workspaces = self._storage.workspaces
        if await workspaces.get_workspace(name) is None:
            await workspaces.add_workspace(name)
        workspace = await workspaces.get_workspace(name)
        assert workspace, "it was there or has just been added"
        dimensions = await self._embedder.dimensions()
        if (workspace.model, workspace.dimensions) != (self._embedder.model, dimensions):
            model = self._embedder.model
            if await workspaces.choose_space(workspace.workspace_id, model, dimensions) is None:
                await self._refuse_another_space(workspace)
            workspace = await workspaces.get_workspace(name)
            assert workspace, "its space has just been chosen"
        self._known[name] = workspace
        return workspace

    def forget(self, name: str) -> None:
        self._known.pop(name, None)

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
