from collections.abc import Mapping
from typing import Any

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.storage import Workspace, WorkspaceSummary


class Workspaces:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def get_workspace(self, name: str) -> Workspace | None:
        row = await self._db.fetchrow(SQL["get_workspace"], name)
        return Workspace(**row) if row else None

    async def add_workspace(self, name: str) -> None:
        await self._db.execute(SQL["add_workspace"], name)

    async def delete_workspace(self, workspace_id: int) -> None:
        await self._db.execute(SQL["delete_workspace"], workspace_id)

    async def choose_space(
        self, workspace_id: int, model: str, dimensions: int, metric: str = "cosine"
    ) -> int | None:
        row = await self._db.fetchrow(SQL["choose_space"], workspace_id, model, dimensions, metric)
        return row["space_id"] if row else None

    async def configure_extraction(self, workspace_id: int, changes: Mapping[str, Any]) -> None:
        await self._db.execute(SQL["configure_extraction"], workspace_id, dict(changes))

    async def list_workspaces(self) -> list[WorkspaceSummary]:
        rows = await self._db.fetch(SQL["list_workspaces"])
        return [WorkspaceSummary(**row) for row in rows]
