from collections.abc import Sequence

import asyncpg

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL

# Exact search over so many coordinates takes about as long as the rest of a retrieval:
# docs/decisions/0001.
EXACT_COORDINATES = 2_000_000
_MEGABYTE = 2**20


class Indexes(Statements):
    """HNSW indexes, one per workspace, space and kind, made while others read and write."""

    async def index_embeddings(self, workspace_id: int, space_id: int | None = None) -> bool:
        """Those that are due in a space, the workspace's without one; whether any was made."""
        loads = await self.fetch("embedding_loads", workspace_id, space_id)
        wanted = [row for row in loads if row["coordinates"] >= EXACT_COORDINATES]
        if not wanted:
            return False
        with self._database.translated():
            async with (
                self._database.extra_connection() as holder,
                self._database.transaction(holder),
            ):
                locked = Indexes(self._database, holder)
                if not await locked.fetch_value("lock_embedding_index", workspace_id):
                    return False  # another process is at it
                # The driver leaves the portal of a look-up open, with its snapshot, for which the
                # index would wait. A simple query closes it.
                await holder.execute(SQL["ping"])
                await self._make(workspace_id, wanted)
                return True

    async def drop_indexes(
        self, workspace_id: int, only_broken: bool = False, kept_space_id: int = 0
    ) -> None:
        """Before a workspace goes, where making them was broken off, or after it left a space."""
        asked = workspace_id, only_broken, kept_space_id
        scripts = [row["script"] for row in await self.fetch("drop_embedding_index", *asked)]
        if scripts:
            with self._database.translated():
                async with self._database.extra_connection() as connection:
                    for script in scripts:
                        await connection.execute(script)

    async def _make(self, workspace_id: int, loads: Sequence[asyncpg.Record]) -> None:
        """What is concurrent cannot be in a transaction, so not on the connection that locks."""
        await self.drop_indexes(workspace_id, only_broken=True)
        async with self._database.extra_connection() as connection:
            for load in loads:
                # A graph that outgrows this memory is built many times slower. A pooler would
                # leave the setting to others: there it is the role's own.
                megabytes = min(max(64, 3 * load["coordinates"] // _MEGABYTE * 2), 2048)
                if not self._database.is_pooled:
                    await connection.execute(f"SET maintenance_work_mem = '{int(megabytes)}MB'")
                place = load["kind"], workspace_id, load["space_id"]
                space = load["dimensions"], load["metric"]
                script = await self.fetch_value("make_embedding_index", *place, *space)
                await connection.execute(script)
