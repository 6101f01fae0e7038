"""Makes the handles of workspaces, and keeps the embeddings of each in one space."""

import time

from sqlrag.domain.errors import BadInput, SpaceMismatch
from sqlrag.domain.models import Embedder
from sqlrag.domain.names import check_text
from sqlrag.domain.workspaces import Workspace, unknown_workspace
from sqlrag.repositories.postgres import Postgres

FRESH = 5.0  # seconds, for writers
KNOWN = 60.0  # for readers


class Workspaces:
    """Remembers the handles it made: a name keeps its id, and a retrieval stays one statement.

    Writers read it again when it is older than FRESH, so that settings which another process has
    changed are in force in the ingestions that begin FRESH later; readers when it is older than
    KNOWN, so that a workspace that another process deleted is gone for them, too.
    """

    def __init__(self, storage: Postgres, embedder: Embedder) -> None:
        self._storage = storage
        self._embedder = embedder
        self._known: dict[str, tuple[Workspace, float]] = {}

    async def look_up(self, name: str) -> Workspace | None:
        """A workspace, whatever its embeddings; None when there is none of this name."""
        if found := self._recall(name, KNOWN):
            return found
        return await self.read(name)

    async def read(self, name: str) -> Workspace | None:
        """A workspace as it is now."""
        return await self._storage.find_one(Workspace, "get_workspace", name)

    async def get(self, name: str) -> Workspace:
        """A workspace, whatever its embeddings. Raises NotFound."""
        found = await self.look_up(name)
        if found is None:
            raise unknown_workspace(name)
        return found

    async def find(self, name: str) -> Workspace:
        """A workspace to search in. Raises NotFound, or SpaceMismatch for another embedder's."""
        if found := self._recall(name, KNOWN):
            return found
        workspace = await self.get(name)
        if workspace.space_id is not None:
            await self._refuse_another_space(workspace)
            self._remember(workspace)
        return workspace

    async def open(self, name: str) -> Workspace:
        """A workspace to write to, made when it is new. Raises SpaceMismatch."""
        if found := self._recall(name, FRESH):
            return found
        workspace = await self.add(name)
        space = self._embedder.model, await self._embedder.dimensions()
        if (workspace.model, workspace.dimensions) != space:
            workspace = await self.choose_space(workspace, *space) or workspace
            await self._refuse_another_space(workspace)
        self._remember(workspace)
        return workspace

    async def choose_space(
        self, workspace: Workspace, model: str, dimensions: int, metric: str = "cosine"
    ) -> Workspace | None:
        """The workspace in a space; None when it holds embeddings of another."""
        space = model, dimensions, metric
        chosen = await self._storage.fetch_value("choose_space", workspace.id, *space)
        return None if chosen is None else await self.read(workspace.name)

    async def add(self, name: str) -> Workspace:
        """A workspace as it is now, made when it is new, perhaps without a space. BadInput."""
        if not check_text("The name of a workspace", name).strip():
            raise BadInput("A workspace needs a name; give it one.")
        workspace = await self.read(name)
        if workspace is None:
            await self._storage.execute("add_workspace", name)
            workspace = await self.read(name)
            assert workspace, "it has just been added"
        return workspace

    def forget(self, name: str) -> None:
        self._known.pop(name, None)

    def _recall(self, name: str, seconds: float) -> Workspace | None:
        workspace, read_at = self._known.get(name, (None, 0.0))
        return workspace if time.monotonic() < read_at + seconds else None

    def _remember(self, workspace: Workspace) -> None:
        self._known[workspace.name] = workspace, time.monotonic()

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
