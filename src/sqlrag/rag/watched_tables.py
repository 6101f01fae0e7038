"""Tables of applications whose rows are documents: triggers on them enqueue what changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlrag.domain.watched_tables import WatchedTable
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres


@dataclass
class WatchedTables(Witnessed):
    """The role of the connection has to own the tables, or to have SELECT and TRIGGER on them."""

    storage: Postgres
    workspaces: Workspaces

    async def watch_table(
        self,
        table: str,
        key: str,
        text: str,
        *,
        title: str | None = None,
        metadata: Sequence[str] = (),
        where: str | None = None,
        media_type: str = "text/plain",
    ) -> UUID | None:
        """Make documents of the rows of a table, those there are and all that changes.

        Their source keys are `schema.table/key`. `where` is SQL, and runs with the rights of the
        owner of sqlrag's tables: take it from nobody else. Returns the track of the rows there are,
        None where nothing is new. Raises BadInput where the table cannot be watched so.
        """
        workspace = await self.workspaces.open(self.workspace)
        asked = table, key, text, title, list(metadata), where, media_type
        track: UUID | None = await self.storage.fetch_value("watch_table", workspace.id, *asked)
        await self.witness.tell("watch_table", table)
        return track

    async def unwatch_table(self, table: str, *, delete_documents: bool = False) -> bool:
        """Whether it was watched. Its documents stay, unless they are to be deleted."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, table, delete_documents
        was_watched = bool(await self.storage.fetch_value("unwatch_table", *asked))
        await self.witness.tell("unwatch_table", table)
        return was_watched

    async def list_watched_tables(self) -> list[WatchedTable]:
        """A workspace that does not exist watches none."""
        workspace = await self.workspaces.look_up(self.workspace)
        asked = "list_watched_tables", workspace and workspace.id
        return await self.storage.fetch_all(WatchedTable, *asked)

    async def count_track(self, track_id: UUID) -> dict[str, int]:
        """How many jobs of a track have which status."""
        workspace = await self.workspaces.get(self.workspace)
        rows = await self.storage.fetch("count_track", workspace.id, track_id)
        return {row["status"]: row["jobs"] for row in rows}
