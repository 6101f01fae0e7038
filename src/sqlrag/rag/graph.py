"""The knowledge graph of one workspace, for users of Python: `rag.graph`."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from sqlrag.domain.exploring import (
    DailyCost,
    DocumentCost,
    Duplicate,
    EntityDetails,
    FoundEntity,
    Neighbour,
    Orphan,
    PathStep,
    PopularEntity,
    Said,
    Subgraph,
)
from sqlrag.domain.exporting import Format, Kind
from sqlrag.rag.exploring import Exploring
from sqlrag.rag.exporting import Exporting


@dataclass(frozen=True, slots=True)
class Graph:
    """Entities go by any of their names; an unknown one raises NotFound with the nearest names."""

    workspace: str
    exploring: Exploring
    exporting: Exporting

    async def entity(self, name: str) -> EntityDetails:
        return await self.exploring.entity(self.workspace, name)

    async def search_entities(self, words: str, limit: int = 20) -> list[FoundEntity]:
        """By the beginning of a name or of one of its words; then by likeness."""
        return await self.exploring.search_entities(self.workspace, words, limit)

    async def popular_entities(self, limit: int = 20) -> list[PopularEntity]:
        """Those that most chunks mention."""
        return await self.exploring.popular_entities(self.workspace, limit)

    async def neighbours(self, name: str, limit: int = 20) -> list[Neighbour]:
        """What an entity is related to, strongest first."""
        return await self.exploring.neighbours(self.workspace, name, limit)

    async def where_said(self, name: str, other: str | None = None, limit: int = 100) -> list[Said]:
        """Where documents speak of an entity, or of its relation with the other."""
        return await self.exploring.where_said(self.workspace, name, other, limit)

    async def find_path(self, source: str, target: str, max_hops: int = 4) -> list[PathStep]:
        """The shortest way, the strongest among equals; empty when there is none so short."""
        return await self.exploring.find_path(self.workspace, source, target, max_hops)

    async def subgraph(self, name: str, depth: int = 1, max_nodes: int = 50) -> Subgraph:
        """The entities around an entity, the strongest ones, and all relations among them."""
        return await self.exploring.subgraph(self.workspace, name, depth, max_nodes)

    async def duplicates(self, limit: int = 50) -> list[Duplicate]:
        """Candidates for a merge, the most alike first."""
        return await self.exploring.duplicates(self.workspace, limit)

    async def orphans(self, limit: int = 100) -> list[Orphan]:
        """What hangs in the air; always empty."""
        return await self.exploring.orphans(self.workspace, limit)

    async def cost_by_day(self) -> list[DailyCost]:
        """What models were asked for and what it took, the latest day first."""
        return await self.exploring.cost_by_day(self.workspace)

    async def cost_by_document(self, limit: int = 50) -> list[DocumentCost]:
        """The same by document, for the costliest documents."""
        return await self.exploring.cost_by_document(self.workspace, limit)

    def export(self, file_format: Format, kind: Kind | None = None) -> AsyncGenerator[str, None]:
        """A file in pieces, of one moment of the graph; csv needs a kind, jsonl may have one.

        Take the pieces to their end, or close the iterator: until then it holds a connection.
        """
        return self.exporting.export(self.workspace, file_format, kind)
