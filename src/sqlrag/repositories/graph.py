from sqlrag.database.pool import Statements
from sqlrag.domain.graph_views import ExportedEntity, ExportedRelation, GraphCount


class Graph(Statements):
    """The knowledge graph; each reading and each edit is the SQL function of its name, `fetch_all`
    of its kind."""

    async def begin_export(self, patience: int) -> None:
        """End the transaction when it lies idle for `patience` seconds."""
        await self.execute("begin_export", f"{patience}s")

    async def count_graph(self, workspace_id: int) -> GraphCount:
        return await self.fetch_one(GraphCount, "count_graph", workspace_id)

    async def export_entities(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedEntity]:
        """A page in order of id, beginning after an id."""
        return await self.fetch_all(ExportedEntity, "export_entities", workspace_id, after, limit)

    async def export_relations(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedRelation]:
        return await self.fetch_all(
            ExportedRelation, "export_relations", workspace_id, after, limit
        )
