"""Makes the handles of workspaces, and keeps the embeddings of each in one space."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable

from sqlrag.domain.errors import BadInput, SpaceMismatch
from sqlrag.domain.limits import MOST_DIMENSIONS
from sqlrag.domain.models import Embedder
from sqlrag.domain.names import LONGEST_NAME, check_text
from sqlrag.domain.workspaces import Workspace, unknown_workspace
from sqlrag.repositories.postgres import Postgres

FRESH = 5.0  # seconds, for writers
KNOWN = 60.0  # for readers
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


FindEmbedder = Callable[[str, int], Embedder | None]
"""The embedder of a model, by its name and the dimensions of a space; None for what is unknown."""


class Workspaces:
    """Remembers the handles it made: a name keeps its id, and a retrieval stays one statement.

    Writers read it again when it is older than FRESH, so that settings which another process has
    changed are in force in the ingestions that begin FRESH later; readers when it is older than
    KNOWN, so that a workspace that another process deleted is gone for them, too.

    New workspaces get the space of `embedder`; others keep theirs, with the embedder that
    `find_embedder` has for it.
    """

    def __init__(
        self,
        storage: Postgres,
        embedder: Embedder,
        find_embedder: FindEmbedder = lambda model, dimensions: None,
    ) -> None:
        self._storage = storage
        self._embedder = embedder
        self._find_embedder = find_embedder
        self._embedders: dict[tuple[str, int], Embedder] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._known: dict[str, tuple[Workspace, float]] = {}

    async def embedder_of(self, workspace: Workspace) -> Embedder:
        """What made the embeddings of a workspace, or is to make the first. SpaceMismatch."""
        if found := await self._find_maker(workspace):
            return found
        model, dimensions = self._embedder.model, await self._embedder.dimensions()
        raise SpaceMismatch(
            f'The embeddings of workspace "{workspace.name}" were made by {workspace.model} with '
            f"{workspace.dimensions} dimensions, but the embedder is {model} with {dimensions}; "
            "configure that model again, use another workspace, or have this one embedded anew: "
            f"sqlrag space switch --model {model}"
        )

    async def _find_maker(self, workspace: Workspace) -> Embedder | None:
        if workspace.model is None or workspace.dimensions is None:
            return self._embedder
        space = workspace.model, workspace.dimensions
        if space not in self._embedders:
            found: Embedder | None = self._embedder
            if not await _makes(found, *space):
                found = self._find_embedder(*space)
            if not await _makes(found, *space):
                return None
            assert found, "it makes vectors"
            self._embedders[space] = found
        return self._embedders[space]

    async def renew(self, workspace: Workspace) -> Workspace:
        """A workspace as it is now, where it was found to have changed. Raises NotFound."""
        self.forget(workspace.name)
        return await self.find(workspace.name)

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
            await self.embedder_of(workspace)
            self._remember(workspace)
        return workspace

    async def open(self, name: str) -> Workspace:
        """A workspace to write to, made when it is new. Raises SpaceMismatch."""
        async with self._opening[name]:  # many begin at once, and one look is for all
            if found := self._recall(name, FRESH):
                return found
            workspace = await self.add(name)
            if workspace.space_id is None or await self._find_maker(workspace) is None:
                space = self._embedder.model, await measure_dimensions(self._embedder)
                workspace = await self.choose_space(workspace, *space) or workspace
                await self.embedder_of(workspace)
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
            check_address(name)
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


def check_address(name: str) -> None:
    """Raises BadInput for the name of a workspace to come that no address can hold: what stands
    between two slashes, once it is decoded, has none, and browsers resolve dots."""
    if "/" in name or name in (".", "..") or _CONTROL.search(name):
        raise BadInput(
            f'The name of a workspace stands in addresses, and "{name[:80]}" cannot; use one '
            "without / and control characters that is not . or .."
        )
    if len(name) > LONGEST_NAME:
        raise BadInput(
            f"The name of a workspace has {len(name):,} characters; use {LONGEST_NAME} at most."
        )


async def measure_dimensions(embedder: Embedder) -> int:
    """The dimensions of a space to come. Raises BadInput for more than can be indexed."""
    found = await embedder.dimensions()
    if found > MOST_DIMENSIONS:
        raise BadInput(
            f"{embedder.model} has {found:,} dimensions, at most {MOST_DIMENSIONS:,} can be"
            f" indexed; set SQLRAG_EMBEDDING_DIMENSIONS to {MOST_DIMENSIONS} or less, where the"
            " model gives shorter vectors, or SQLRAG_EMBEDDING_MODEL to another model."
        )
    return found


async def _makes(embedder: Embedder | None, model: str, dimensions: int) -> bool:
    """Whether it makes vectors of a space; the name is compared first, since dimensions may cost
    a call."""
    if embedder is None or embedder.model != model:
        return False
    return await embedder.dimensions() == dimensions
