from typing import Any

from sqlrag.database.pool import Statements, as_row
from sqlrag.domain.jobs import Claim


class WatchedTables(Statements):
    """Tables of applications whose rows are documents."""

    async def read_row(self, workspace_id: int, watch_id: int, key: str) -> dict[str, Any] | None:
        """Its content, title, metadata and media_type; None where it is no document."""
        rows = await self.fetch("read_row", workspace_id, watch_id, key)
        return dict(rows[0]) if rows else None

    async def follow_table(self, watch_id: int, held: Claim) -> None:
        """Together with the end of the job. Raises ClaimLost."""
        await self.execute("follow_table", held.workspace_id, watch_id, as_row(held))
