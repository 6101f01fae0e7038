"""Written by tools/make_client.py; see there."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlrag.domain.graph_views import (
    DailyCost,
    DeletedEntity,
    DeletedRelation,
    DocumentCost,
    Duplicate,
    Edit,
    Entity,
    FoundEntity,
    Neighbour,
    Orphan,
    PathStep,
    PopularEntity,
    Relation,
    Said,
    Subgraph,
)

T = TypeVar("T")


class AsyncGraphOperations(ABC):
    """What is asked of the graph."""

    @abstractmethod
    async def _call(self, kind: type[T], address: str, listed: str = "", /, **given: Any) -> T:
        """What is answered, as a kind; of a list, what is under its name."""

    async def entity(self, name: str) -> Entity:
        """Describe an entity."""
        return await self._call(Entity, "GET graph/entity", name=name)

    async def search_entities(self, words: str, limit: int = 20) -> list[FoundEntity]:
        """Search entities by name."""
        return await self._call(
            list[FoundEntity], "GET graph/search", "items", words=words, limit=limit
        )

    async def popular_entities(self, limit: int = 20) -> list[PopularEntity]:
        """List what most chunks mention."""
        return await self._call(list[PopularEntity], "GET graph/popular", "items", limit=limit)

    async def neighbours(self, name: str, limit: int = 20) -> list[Neighbour]:
        """List what an entity is related to."""
        return await self._call(
            list[Neighbour], "GET graph/neighbours", "items", name=name, limit=limit
        )

    async def similar_entities(self, name: str, limit: int = 20) -> list[FoundEntity]:
        """List what means nearly the same."""
        return await self._call(
            list[FoundEntity], "GET graph/similar", "items", name=name, limit=limit
        )

    async def where_said(self, name: str, other: str | None = None, limit: int = 100) -> list[Said]:
        """Quote documents on an entity or a relation."""
        return await self._call(
            list[Said], "GET graph/where-said", "items", name=name, other=other, limit=limit
        )

    async def find_path(self, source: str, target: str, max_hops: int = 4) -> list[PathStep]:
        """Find the way from one entity to another."""
        return await self._call(
            list[PathStep],
            "GET graph/path",
            "steps",
            source=source,
            target=target,
            max_hops=max_hops,
        )

    async def subgraph(self, name: str, depth: int = 1, max_nodes: int = 50) -> Subgraph:
        """Get the surroundings of an entity."""
        return await self._call(
            Subgraph, "GET graph/subgraph", name=name, depth=depth, max_nodes=max_nodes
        )

    async def duplicates(self, limit: int = 50) -> list[Duplicate]:
        """List likely duplicates."""
        return await self._call(list[Duplicate], "GET graph/duplicates", "items", limit=limit)

    async def orphans(self, limit: int = 100) -> list[Orphan]:
        """List what hangs in the air."""
        return await self._call(list[Orphan], "GET graph/orphans", "items", limit=limit)

    async def cost_by_day(self) -> list[DailyCost]:
        """List what models cost by day."""
        return await self._call(list[DailyCost], "GET graph/cost-by-day", "items")

    async def cost_by_document(self, limit: int = 50) -> list[DocumentCost]:
        """List what models cost by document."""
        return await self._call(
            list[DocumentCost], "GET graph/cost-by-document", "items", limit=limit
        )

    async def create_entity(
        self, name: str, type: str = "concept", description: str = "", editor: str | None = None
    ) -> Entity:
        """Create an entity."""
        return await self._call(
            Entity,
            "POST graph/entities",
            name=name,
            type=type,
            description=description,
            editor=editor,
        )

    async def edit_entity(
        self,
        name: str,
        new_name: str | None = None,
        new_type: str | None = None,
        new_description: str | None = None,
        editor: str | None = None,
    ) -> Entity:
        """Edit an entity."""
        return await self._call(
            Entity,
            "PATCH graph/entities",
            name=name,
            new_name=new_name,
            new_type=new_type,
            new_description=new_description,
            editor=editor,
        )

    async def rename_entity(self, name: str, new_name: str, editor: str | None = None) -> Entity:
        """Rename an entity."""
        return await self._call(
            Entity, "POST graph/entities/rename", name=name, new_name=new_name, editor=editor
        )

    async def merge_entities(
        self, names: Sequence[str], into: str, editor: str | None = None
    ) -> Entity:
        """Merge entities."""
        return await self._call(
            Entity, "POST graph/entities/merge", names=names, into=into, editor=editor
        )

    async def split_entity(
        self, name: str, new_name: str, documents: Sequence[str], editor: str | None = None
    ) -> Entity:
        """Split an entity."""
        return await self._call(
            Entity,
            "POST graph/entities/split",
            name=name,
            new_name=new_name,
            documents=documents,
            editor=editor,
        )

    async def delete_entity(self, name: str, editor: str | None = None) -> DeletedEntity:
        """Delete an entity."""
        return await self._call(DeletedEntity, "DELETE graph/entities", name=name, editor=editor)

    async def create_relation(
        self,
        source: str,
        target: str,
        keywords: str = "",
        description: str = "",
        weight: float = 1.0,
        editor: str | None = None,
    ) -> Relation:
        """Create a relation."""
        return await self._call(
            Relation,
            "POST graph/relations",
            source=source,
            target=target,
            keywords=keywords,
            description=description,
            weight=weight,
            editor=editor,
        )

    async def edit_relation(
        self,
        source: str,
        target: str,
        new_keywords: str | None = None,
        new_description: str | None = None,
        new_weight: float | None = None,
        editor: str | None = None,
    ) -> Relation:
        """Edit a relation."""
        return await self._call(
            Relation,
            "PATCH graph/relations",
            source=source,
            target=target,
            new_keywords=new_keywords,
            new_description=new_description,
            new_weight=new_weight,
            editor=editor,
        )

    async def delete_relation(
        self, source: str, target: str, editor: str | None = None
    ) -> DeletedRelation:
        """Delete a relation."""
        return await self._call(
            DeletedRelation, "DELETE graph/relations", source=source, target=target, editor=editor
        )

    async def list_edits(
        self, subject: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[Edit]:
        """List edits."""
        return await self._call(
            list[Edit], "GET graph/edits", "items", subject=subject, before=before, limit=limit
        )
