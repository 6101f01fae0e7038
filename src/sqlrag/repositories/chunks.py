from sqlrag.domain.documents import Chunk
from sqlrag.repositories.database import Statements
from sqlrag.statements import SQL


class Chunks:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int = 0, limit: int = 100
    ) -> list[Chunk]:
        rows = await self._db.fetch(SQL["list_chunks"], workspace_id, document_id, first, limit)
        return [Chunk(**row) for row in rows]
