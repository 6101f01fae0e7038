from collections.abc import Sequence

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.exploring import (
    DailyCost,
    DocumentCost,
    Duplicate,
    Edge,
    EntityDetails,
    FoundEntity,
    Neighbour,
    Node,
    Orphan,
    PathStep,
    PopularEntity,
    Said,
    Subgraph,
    UnknownName,
)


class Explorations:
    """Reads of the graph: one statement a method, named as the SQL function it calls."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def entity(self, workspace: str, name: str) -> EntityDetails | None:
        row = await self._db.fetchrow(SQL["entity"], workspace, name)
        return EntityDetails(**row) if row else None

    async def search_entities(self, workspace: str, words: str, k: int) -> list[FoundEntity]:
        rows = await self._db.fetch(SQL["search_entities"], workspace, words, k)
        return [FoundEntity(**row) for row in rows]

    async def popular_entities(self, workspace: str, k: int) -> list[PopularEntity]:
        rows = await self._db.fetch(SQL["popular_entities"], workspace, k)
        return [PopularEntity(**row) for row in rows]

    async def neighbours(self, workspace: str, entity: str, k: int) -> list[Neighbour]:
        rows = await self._db.fetch(SQL["neighbours"], workspace, entity, k)
        return [Neighbour(**row) for row in rows]

    async def where_said(self, workspace: str, entity: str, k: int) -> list[Said]:
        rows = await self._db.fetch(SQL["where_said"], workspace, entity, k)
        return [Said(**row) for row in rows]

    async def where_said_relation(
        self, workspace: str, source: str, target: str, k: int
    ) -> list[Said]:
        rows = await self._db.fetch(SQL["where_said_relation"], workspace, source, target, k)
        return [Said(**row) for row in rows]

    async def find_path(self, workspace: str, a: str, b: str, max_hops: int) -> list[PathStep]:
        rows = await self._db.fetch(SQL["find_path"], workspace, a, b, max_hops)
        return [PathStep(**row) for row in rows]

    async def subgraph(self, workspace: str, entity: str, depth: int, max_nodes: int) -> Subgraph:
        row = await self._db.fetchrow(SQL["subgraph"], workspace, entity, depth, max_nodes)
        assert row, "a function that is no set returns one row"
        return Subgraph(
            [Node(**node) for node in row["subgraph"]["nodes"]],
            [Edge(**edge) for edge in row["subgraph"]["edges"]],
        )

    async def duplicates(self, workspace: str, k: int) -> list[Duplicate]:
        rows = await self._db.fetch(SQL["duplicates"], workspace, k)
        return [Duplicate(**row) for row in rows]

    async def orphans(self, workspace: str, k: int) -> list[Orphan]:
        rows = await self._db.fetch(SQL["orphans"], workspace, k)
        return [Orphan(**row) for row in rows]

    async def cost_by_day(self, workspace: str) -> list[DailyCost]:
        rows = await self._db.fetch(SQL["cost_by_day"], workspace)
        return [DailyCost(**row) for row in rows]

    async def cost_by_document(self, workspace: str, k: int) -> list[DocumentCost]:
        rows = await self._db.fetch(SQL["cost_by_document"], workspace, k)
        return [DocumentCost(**row) for row in rows]

    async def propose_names(self, workspace: str, names: Sequence[str]) -> list[UnknownName]:
        rows = await self._db.fetch(SQL["propose_names"], workspace, list(names))
        return [UnknownName(**row) for row in rows]
