from collections.abc import Mapping
from typing import Any

from sqlrag.database.pool import Statements
from sqlrag.domain.workspaces import Workspace, WorkspaceSummary


class Workspaces(Statements):
    async def get_workspace(self, name: str) -> Workspace | None:
        return await self.find_one(Workspace, "get_workspace", name)

    async def add_workspace(self, name: str) -> None:
        await self.execute("add_workspace", name)

    async def delete_workspace(self, workspace_id: int) -> None:
        await self.execute("delete_workspace", workspace_id)

    async def choose_space(
        self, workspace_id: int, model: str, dimensions: int, metric: str = "cosine"
    ) -> int | None:
        """Give the workspace a space; None when it holds embeddings of another."""
        found: int | None = await self.fetch_value(
            "choose_space", workspace_id, model, dimensions, metric
        )
        return found

    async def configure_extraction(self, workspace_id: int, changes: Mapping[str, Any]) -> None:
        """Put settings in the place of those of the same names; None takes one away."""
        await self.execute("configure_extraction", workspace_id, dict(changes))

    async def list_workspaces(self) -> list[WorkspaceSummary]:
        return await self.fetch_all(WorkspaceSummary, "list_workspaces")
