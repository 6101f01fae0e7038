from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.documents import Chunk


class Chunks:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int = 0, limit: int = 100
    ) -> list[Chunk]:
        rows = await self._db.fetch(SQL["list_chunks"], workspace_id, document_id, first, limit)
        return [Chunk(**row) for row in rows]
