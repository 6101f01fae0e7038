"""Workspaces, as those who run a server have them: made, listed, looked at, deleted."""

from dataclasses import asdict, dataclass
from typing import Annotated

from msgspec import Meta

from sqlrag.domain.access import Access
from sqlrag.domain.choices import ConfiguredWorkspace
from sqlrag.domain.errors import Conflict, NotFound
from sqlrag.domain.names import LONGEST_NAME, Words
from sqlrag.domain.operations import LARGEST_ID, Limit, operation
from sqlrag.domain.workspaces import WorkspaceSummary, unknown_workspace
from sqlrag.rag.configuration import Configuration

_Name = Annotated[
    Words, Meta(max_length=LONGEST_NAME, description="Anything that says something, without /.")
]


@dataclass
class Tenants(Configuration):
    access: Access

    @operation(
        "GET workspaces",
        "List workspaces",
        cursor=lambda workspace: workspace.workspace_id,
        role="reader",
        confined=True,
    )
    async def list_workspaces(
        self,
        after: Annotated[
            int, Meta(ge=0, le=LARGEST_ID, description="The `next` of the page before.")
        ] = 0,
        limit: Limit = 100,
    ) -> list[WorkspaceSummary]:
        """Those that one may see, the oldest first, and how much each holds."""
        return await self._list(self.access.workspace_id, after, limit)

    @operation("POST workspaces", "Make a workspace", (Conflict,), status=201)
    async def create_workspace(self, name: _Name) -> WorkspaceSummary:
        """An empty one. Its address has the name percent-encoded; what an address cannot hold is
        refused: `/`, `.` and `..`, and control characters.

        Who may make one makes it by ingesting into a new name, too.
        """
        if await self.workspaces.read(name):
            raise Conflict(f'There is a workspace "{name}" already; give another name.')
        made = await self.workspaces.add(name)
        return (await self._list(made.id, 0, 1))[0]

    @operation("GET workspaces/{workspace:str}", "Show a workspace", (NotFound,), role="reader")
    async def get_workspace(self) -> ConfiguredWorkspace:
        """How much it holds, which model embeds it, and what is configured in it."""
        workspace = await self.workspaces.read(self.workspace)
        if workspace is None:
            raise unknown_workspace(self.workspace)
        (found,) = await self._list(workspace.id, 0, 1)
        return ConfiguredWorkspace(
            **asdict(found),
            extraction=await self.get_extraction(),
            retrieval=await self.get_retrieval(),
            costs=await self.get_costs(),
        )

    @operation("DELETE workspaces/{workspace:str}", "Delete a workspace", (NotFound,), status=204)
    async def delete_workspace(self) -> None:
        """With everything in it, and the keys that are for it alone."""
        workspace = await self.workspaces.read(self.workspace)
        if workspace is None:
            raise NotFound(f'There is no workspace "{self.workspace}".')
        self.workspaces.forget(self.workspace)
        await self.storage.drop_workspace(workspace.id)

    async def _list(self, only: int | None, after: int, limit: int) -> list[WorkspaceSummary]:
        return await self.storage.fetch_all(WorkspaceSummary, "list_workspaces", only, after, limit)
