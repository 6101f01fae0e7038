from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.doctor import (
    IndexState,
    ServerSettings,
    ServerVersions,
    UnreadyDocuments,
    VectorRecall,
)


class Doctor:
    """Looks at the server and at all workspaces."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def get_server(self) -> ServerVersions:
        row = await self._db.fetchrow(SQL["get_server"])
        assert row, "a statement without FROM returns one row"
        return ServerVersions(row["postgres_version"], row["pgvector"], row["folds_case"])

    async def get_server_settings(self) -> ServerSettings:
        row = await self._db.fetchrow(SQL["get_server_settings"])
        assert row, "a statement without FROM returns one row"
        return ServerSettings(**row)

    async def list_index_states(self) -> list[IndexState]:
        return [IndexState(**row) for row in await self._db.fetch(SQL["list_index_states"])]

    async def list_vector_recalls(self, samples: int, k: int) -> list[VectorRecall]:
        rows = await self._db.fetch(SQL["list_vector_recalls"], samples, k)
        return [VectorRecall(**row) for row in rows]

    async def count_unready_documents(self) -> list[UnreadyDocuments]:
        rows = await self._db.fetch(SQL["count_unready_documents"])
        return [UnreadyDocuments(**row) for row in rows]

    async def count_orphans(self) -> int:
        row = await self._db.fetchrow(SQL["count_orphans"])
        assert row, "a statement of aggregates returns one row"
        return int(row["orphans"])

    async def list_unanalysed_tables(self) -> list[str]:
        return [row["name"] for row in await self._db.fetch(SQL["list_unanalysed_tables"])]
