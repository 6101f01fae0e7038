from collections.abc import Sequence

from sqlrag.database.pool import Statements
from sqlrag.database.vectors import halfvec
from sqlrag.domain.models import Vectors
from sqlrag.domain.workspaces import Unembedded, UnembeddedCounts

_LISTS = {
    "chunks": "list_unembedded_chunks",
    "entities": "list_unembedded_entities",
    "relations": "list_unembedded_relations",
}
_ADDS = {
    "chunks": "add_chunk_embeddings",
    "entities": "add_entity_embeddings",
    "relations": "add_relation_embeddings",
}


class Spaces(Statements):
    """Embedding spaces, and what a workspace lacks in one that it is to go to.

    A `kind` is "chunks", "entities" or "relations".
    """

    async def add_space(self, model: str, dimensions: int) -> int:
        return int(await self.fetch_value("add_space", model, dimensions))

    async def count_unembedded(self, workspace_id: int, space_id: int) -> UnembeddedCounts:
        return await self.fetch_one(UnembeddedCounts, "count_unembedded", workspace_id, space_id)

    async def list_unembedded(
        self, kind: str, workspace_id: int, space_id: int, after: int, limit: int
    ) -> list[Unembedded]:
        asked = workspace_id, space_id, after, limit
        return await self.fetch_all(Unembedded, _LISTS[kind], *asked)

    async def add_embeddings(
        self,
        kind: str,
        workspace_id: int,
        space_id: int,
        rows: Sequence[Unembedded],
        vectors: Vectors,
    ) -> None:
        """Of what has gone, or was edited since it was read, none."""
        ids, edited_at = [row.id for row in rows], [row.edited_at for row in rows]
        given = workspace_id, space_id, ids, [halfvec(one) for one in vectors], edited_at
        await self.execute(_ADDS[kind], *given)

    async def switch_space(self, workspace_id: int, space_id: int) -> bool:
        """False where something has no vector there yet."""
        return bool(await self.fetch_value("switch_space", workspace_id, space_id))
