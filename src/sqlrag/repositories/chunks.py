from collections.abc import Sequence

from sqlrag.domain.documents import Chunk
from sqlrag.domain.storage import ChunkChanges, NewChunk
from sqlrag.repositories.database import Statements, halfvec
from sqlrag.statements import SQL

# Postgres arrays of arrays must be rectangular: headings travel joined by the unit separator,
# page breaks as array literals.
_SEPARATOR = "\x1f"


class Chunks:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def write_chunks(
        self,
        workspace_id: int,
        document_id: int,
        chunks: Sequence[NewChunk],
        language: str,
        space_id: int,
    ) -> ChunkChanges:
        row = await self._db.fetchrow(
            SQL["write_chunks"],
            workspace_id,
            document_id,
            [chunk.content for chunk in chunks],
            [chunk.content_sha256 for chunk in chunks],
            [chunk.token_count for chunk in chunks],
            [chunk.char_start for chunk in chunks],
            [chunk.char_end for chunk in chunks],
            [chunk.page for chunk in chunks],
            ["{" + ",".join(map(str, chunk.page_breaks)) + "}" for chunk in chunks],
            [_SEPARATOR.join(h.replace(_SEPARATOR, " ") for h in c.headings) for c in chunks],
            [chunk.indexed for chunk in chunks],
            [halfvec(chunk.embedding) for chunk in chunks],
            language,
            space_id,
        )
        assert row, "a statement of aggregates returns one row"
        return ChunkChanges(**row)

    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int = 0, limit: int = 100
    ) -> list[Chunk]:
        rows = await self._db.fetch(SQL["list_chunks"], workspace_id, document_id, first, limit)
        return [Chunk(**row) for row in rows]
