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

    async def index_embeddings(self, workspace_id: int) -> bool:
        loads = await self.fetch("list_embedding_loads", workspace_id)
        wanted = [row for row in loads if (row["coordinates"] or 0) >= EXACT_COORDINATES]
        if not wanted:
            return False
        with self._database.translated():
            async with self._database.connection() as connection:
                return await self._make(connection, workspace_id, wanted)

    async def drop_indexes(self, workspace_id: int) -> None:
        """Before a workspace goes."""
        with self._database.translated():
            async with self._database.connection() as connection:
                await self._drop(connection, workspace_id, only_broken=False)

    async def _make(
        self, connection: asyncpg.Connection, workspace_id: int, loads: Sequence[asyncpg.Record]
    ) -> bool:
        if not await connection.fetchval(SQL["lock_embedding_index"], workspace_id):
            return False  # another process is at it
        try:
            await self._drop(connection, workspace_id, only_broken=True)
            for load in loads:
                # A graph that outgrows this memory is built many times slower.
                megabytes = min(max(64, 3 * load["coordinates"] // _MEGABYTE * 2), 2048)
                await connection.execute(f"SET maintenance_work_mem = '{int(megabytes)}MB'")
                space = load["space_id"], load["dimensions"], load["metric"]
                statement = SQL["make_embedding_index"]
                script = await connection.fetchval(statement, load["kind"], workspace_id, *space)
                await connection.execute(script)
        finally:
            await connection.execute("RESET maintenance_work_mem")
            await connection.execute(SQL["unlock_embedding_index"], workspace_id)
        return True

    async def _drop(
        self, connection: asyncpg.Connection, workspace_id: int, only_broken: bool
    ) -> None:
        statement = SQL["drop_embedding_index"]
        for row in await connection.fetch(statement, workspace_id, only_broken):
            await connection.execute(row["script"])
