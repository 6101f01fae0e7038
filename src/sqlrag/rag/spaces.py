"""A workspace goes to another embedding space: all it holds is embedded anew, then it is switched.

What has a vector there already is the only record of how far it came, so that it can be stopped at
any point and begun again. Until the switch, which is one transaction, all is read and written in
the old space.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass

from sqlrag.domain.errors import BadInput
from sqlrag.domain.items import GIVEN
from sqlrag.domain.models import Embedder
from sqlrag.domain.workspaces import SpaceSwitch, UnembeddedCounts, Workspace
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.workspaces import Workspaces, measure_dimensions
from sqlrag.repositories.postgres import Postgres

KINDS = ("chunks", "entities", "relations")
_BATCH = 64  # texts that are embedded and stored together: what is lost when it is stopped


@dataclass(frozen=True, slots=True)
class Switching:
    """Switches workspaces. Twice at once does work twice, and no harm: who is done first wins."""

    storage: Postgres
    workspaces: Workspaces
    open_embedder: Callable[[str], Embedder | None]

    async def switch(self, name: str, model: str, report: Report = silent) -> SpaceSwitch:
        """Embed a workspace by another model, and drop its old vectors.

        Nothing is embedded twice; where the workspace is there already, what an unfinished switch
        left is dropped. Raises NotFound, BadInput for a model that nobody knows or vectors that
        were given, and ModelError.
        """
        workspace = await self.workspaces.read(name) or await self.workspaces.get(name)
        if (workspace.model or "").startswith(GIVEN):
            raise BadInput(f'Workspace "{name}" holds vectors of your own; no model makes them.')
        embedder = self.open_embedder(model)
        if embedder is None:
            raise BadInput(
                f"There is no model {model} here, and no endpoint to ask for it; name one that"
                " runs here, or set OPENAI_API_KEY or OPENAI_BASE_URL."
            )
        dimensions = await measure_dimensions(embedder)
        space_id = await self.storage.spaces.add_space(model, dimensions)
        counts = UnembeddedCounts(0, 0, 0)
        while True:  # again, for what was written meanwhile
            counts += await self._embed_missing(workspace, space_id, embedder, report)
            await self.storage.index_embeddings(workspace.id, space_id)
            if await self.storage.spaces.switch_space(workspace.id, space_id):
                break
        self.workspaces.forget(name)
        await self.storage.drop_indexes(workspace.id, kept_space_id=space_id)
        return SpaceSwitch(name, model, dimensions, *astuple(counts))

    async def _embed_missing(
        self, workspace: Workspace, space_id: int, embedder: Embedder, report: Report
    ) -> UnembeddedCounts:
        counts = await self.storage.spaces.count_unembedded(workspace.id, space_id)
        for kind in KINDS:
            report(kind, more=getattr(counts, kind))
            place, after = (kind, workspace.id, space_id), 0
            while rows := await self.storage.spaces.list_unembedded(*place, after, _BATCH):
                after = rows[-1].id
                vectors = await embedder.embed([row.text for row in rows])
                await self.storage.spaces.add_embeddings(*place, rows, vectors)
                report(kind, done=len(rows))
        return counts
