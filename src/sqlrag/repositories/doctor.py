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
        return await self._db.fetch_one(ServerSettings, SQL["get_server_settings"])

    async def list_index_states(self) -> list[IndexState]:
        return await self._db.fetch_all(IndexState, SQL["list_index_states"])

    async def list_vector_recalls(self, samples: int, k: int) -> list[VectorRecall]:
        """Of every workspace and kind of vector; asks with `samples` stored vectors each."""
        return await self._db.fetch_all(VectorRecall, SQL["list_vector_recalls"], samples, k)

    async def count_unready_documents(self) -> list[UnreadyDocuments]:
        return await self._db.fetch_all(UnreadyDocuments, SQL["count_unready_documents"])

    async def count_orphans(self) -> int:
        return int(await self._db.fetch_value(SQL["count_orphans"]))

    async def list_unanalysed_tables(self) -> list[str]:
        return [row["name"] for row in await self._db.fetch(SQL["list_unanalysed_tables"])]
