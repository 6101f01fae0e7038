import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL

_log = logging.getLogger(__name__)
# Exact search over so many coordinates takes about as long as the rest of a retrieval:
# docs/decisions/0001.
EXACT_COORDINATES = 2_000_000
_MEGABYTE = 2**20
_EVERY = 0  # no workspace has this number
_POLL = 0.5  # seconds; who waits in Postgres holds a snapshot, which is what must not be


class Indexes(Statements):
    """HNSW indexes, one per workspace, space and kind, made while others read and write."""

    async def index_embeddings(self, workspace_id: int, space_id: int | None = None) -> bool:
        """Those that are due in a space, the workspace's without one; whether any was made.

        Waits for other workspaces' to be made, not for the same to be made by another process.
        """
        loads = await self.fetch("embedding_loads", workspace_id, space_id)
        wanted = [row for row in loads if row["coordinates"] >= EXACT_COORDINATES]
        if not wanted:
            return False
        if self._database.is_bound:
            _log.warning(
                "Workspace %d has outgrown exact search, and only an owner can make an index; run "
                "sqlrag worker as one, or sqlrag ingest.",
                workspace_id,
            )
            return False
        with self._database.translated():
            async with self._holder() as holder:
                if not await holder.lock(workspace_id):
                    return False  # another process is at it
                await holder.wait_turn()
                await self._make(workspace_id, wanted)
                return True

    async def drop_indexes(self, workspace_id: int, kept_space_id: int | None = None) -> None:
        """Before a workspace goes, where they may stay until the next one is made, lest it waits
        for minutes, or where an owner has to come; or after it left a space."""
        if self._database.is_bound:
            return
        asked = workspace_id, False, kept_space_id or 0
        if not await self.fetch("drop_embedding_index", *asked):
            return
        with self._database.translated():
            async with self._holder() as holder:
                if kept_space_id:
                    await holder.wait_turn()
                elif not await holder.lock(_EVERY):
                    return
                await self._drop(*asked)

    @asynccontextmanager
    async def _holder(self) -> AsyncIterator["Indexes"]:
        """On a connection beside the pool, in the transaction until whose end it locks."""
        async with (
            self._database.extra_connection() as connection,
            self._database.transaction(connection),
        ):
            yield Indexes(self._database, connection)

    async def lock(self, workspace_id: int) -> bool:
        """Whether it is free. Two statements that make or drop an index concurrently wait for each
        other's snapshot and lock, a deadlock: they come one after the other, under _EVERY."""
        locked = await self.fetch_value("lock_embedding_index", workspace_id)
        # The driver leaves the portal of a look-up open, with its snapshot, for which what is made
        # would wait. A simple query closes it.
        assert self._connection
        await self._connection.execute(SQL["ping"])
        return bool(locked)

    async def wait_turn(self) -> None:
        while True:
            if await self.lock(_EVERY):
                return
            await asyncio.sleep(_POLL)

    async def _drop(self, *asked: int) -> None:
        scripts = [row["script"] for row in await self.fetch("drop_embedding_index", *asked)]
        if scripts:
            async with self._database.extra_connection() as connection:
                for script in scripts:
                    await connection.execute(script)

    async def _make(self, workspace_id: int, loads: Sequence[asyncpg.Record]) -> None:
        """What is concurrent cannot be in a transaction, so not on the connection that locks."""
        await self._drop(workspace_id, True, 0)
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
