from typing import Any, TypeVar

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.graph_views import ExportedEntity, ExportedRelation, GraphCount

T = TypeVar("T")


class Graph:
    """The knowledge graph; each reading and each edit is the SQL function of its name."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def read(
        self, kind: type[T], function: str, workspace_id: int, *arguments: Any
    ) -> list[T]:
        return await self._db.fetch_all(kind, SQL[function], workspace_id, *arguments)

    async def get_subgraph(
        self, workspace_id: int, name: str, depth: int, max_nodes: int
    ) -> dict[str, Any]:
        found: dict[str, Any] = await self._db.fetch_value(
            SQL["subgraph"], workspace_id, name, depth, max_nodes
        )
        return found

    async def begin_export(self, patience: int) -> None:
        """End the transaction when it lies idle for `patience` seconds."""
        await self._db.fetchrow(SQL["begin_export"], f"{patience}s")

    async def count_graph(self, workspace_id: int) -> GraphCount:
        return await self._db.fetch_one(GraphCount, SQL["count_graph"], workspace_id)

    async def export_entities(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedEntity]:
        """A page in order of id, beginning after an id."""
        return await self._db.fetch_all(
            ExportedEntity, SQL["export_entities"], workspace_id, after, limit
        )

    async def export_relations(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedRelation]:
        return await self._db.fetch_all(
            ExportedRelation, SQL["export_relations"], workspace_id, after, limit
        )
