from collections.abc import Mapping
from typing import Any

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.workspaces import Workspace, WorkspaceSummary


class Workspaces:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def get_workspace(self, name: str) -> Workspace | None:
        return await self._db.find_one(Workspace, SQL["get_workspace"], name)

    async def add_workspace(self, name: str) -> None:
        await self._db.execute(SQL["add_workspace"], name)

    async def delete_workspace(self, workspace_id: int) -> None:
        await self._db.execute(SQL["delete_workspace"], workspace_id)

    async def choose_space(
        self, workspace_id: int, model: str, dimensions: int, metric: str = "cosine"
    ) -> int | None:
        """Give the workspace a space; None when it holds embeddings of another."""
        found: int | None = await self._db.fetch_value(
            SQL["choose_space"], workspace_id, model, dimensions, metric
        )
        return found

    async def configure_extraction(self, workspace_id: int, changes: Mapping[str, Any]) -> None:
        """Put settings in the place of those of the same names; None takes one away."""
        await self._db.execute(SQL["configure_extraction"], workspace_id, dict(changes))

    async def list_workspaces(self) -> list[WorkspaceSummary]:
        return await self._db.fetch_all(WorkspaceSummary, SQL["list_workspaces"])
