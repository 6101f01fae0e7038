from collections.abc import Sequence

from sqlrag.domain.graph import GraphChanges, NewGraph
from sqlrag.repositories.database import Statements, halfvec
from sqlrag.statements import SQL


class Graph:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def claim_entities(
        self, workspace_id: int, document_id: int, names: Sequence[str]
    ) -> None:
        await self._db.execute(SQL["claim_entities"], workspace_id, document_id, list(names))

    async def write_graph(
        self, workspace_id: int, document_id: int, graph: NewGraph, space_id: int
    ) -> GraphChanges:
        pairs = list(graph.relation_embeddings)
        row = await self._db.fetchrow(
            SQL["write_graph"],
            workspace_id,
            document_id,
            [mention.ordinal for mention in graph.mentions],
            [mention.name for mention in graph.mentions],
            [mention.type for mention in graph.mentions],
            [mention.description for mention in graph.mentions],
            [mention.is_subject for mention in graph.mentions],
            [found.ordinal for found in graph.evidence],
            [found.source for found in graph.evidence],
            [found.target for found in graph.evidence],
            [found.keywords for found in graph.evidence],
            [found.description for found in graph.evidence],
            [found.weight for found in graph.evidence],
            space_id,
            list(graph.entity_embeddings),
            [halfvec(vector) for vector in graph.entity_embeddings.values()],
            [source for source, _ in pairs],
            [target for _, target in pairs],
            [halfvec(graph.relation_embeddings[pair]) for pair in pairs],
            [reject.ordinal for reject in graph.rejects],
            [reject.record for reject in graph.rejects],
            [reject.reason for reject in graph.rejects],
            list(graph.extracted),
            graph.extractor,
        )
        assert row, "a statement of aggregates returns one row"
        return GraphChanges(**row)

    async def clear_graph(
        self, workspace_id: int, document_id: int, ordinals: Sequence[int]
    ) -> None:
        await self._db.execute(SQL["clear_graph"], workspace_id, document_id, list(ordinals))
