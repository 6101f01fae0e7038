from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.exporting import ExportedEntity, ExportedRelation, GraphCount


class Exports:
    """Pages of the graph, in order of id."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def begin_export(self, patience: int) -> None:
        await self._db.fetchrow(SQL["begin_export"], f"{patience}s")

    async def count_graph(self, workspace_id: int) -> GraphCount:
        row = await self._db.fetchrow(SQL["count_graph"], workspace_id)
        assert row, "a statement of aggregates returns one row"
        return GraphCount(**row)

    async def export_entities(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedEntity]:
        rows = await self._db.fetch(SQL["export_entities"], workspace_id, after, limit)
        return [ExportedEntity(**row) for row in rows]

    async def export_relations(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedRelation]:
        rows = await self._db.fetch(SQL["export_relations"], workspace_id, after, limit)
        return [ExportedRelation(**row) for row in rows]
