from typing import Any
from uuid import UUID

from sqlrag.database.pool import Statements


class WatchedTables(Statements):
    """Tables of applications whose rows are documents."""

    async def read_row(self, workspace_id: int, watch_id: int, key: str) -> dict[str, Any] | None:
        """Its content, title, metadata and media_type; None where it is no document."""
        rows = await self.fetch("read_row", workspace_id, watch_id, key)
        return dict(rows[0]) if rows else None

    async def follow_table(
        self, workspace_id: int, watch_id: int, track_id: UUID | None, after: str | None
    ) -> str | None:
        """The key after which the next rows come; None where all are enqueued."""
        asked = workspace_id, watch_id, track_id, after
        return await self.fetch_value("follow_table", *asked)  # type: ignore[no-any-return]
