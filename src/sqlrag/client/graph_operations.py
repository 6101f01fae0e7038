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


class GraphOperations(ABC):
    """What is asked of the graph."""

    @abstractmethod
    def _call(self, kind: type[T], address: str, listed: str = "", /, **given: Any) -> T:
        """What is answered, as a kind; of a list, what is under its name."""

    def entity(self, name: str) -> Entity:
        """Describe an entity."""
        return self._call(Entity, "GET graph/entity", name=name)

    def search_entities(self, words: str, limit: int = 20) -> list[FoundEntity]:
        """Search entities by name."""
        return self._call(list[FoundEntity], "GET graph/search", "items", words=words, limit=limit)

    def popular_entities(self, limit: int = 20) -> list[PopularEntity]:
        """List what most chunks mention."""
        return self._call(list[PopularEntity], "GET graph/popular", "items", limit=limit)

    def neighbours(self, name: str, limit: int = 20) -> list[Neighbour]:
        """List what an entity is related to."""
        return self._call(list[Neighbour], "GET graph/neighbours", "items", name=name, limit=limit)

    def similar_entities(self, name: str, limit: int = 20) -> list[FoundEntity]:
        """List what means nearly the same."""
        return self._call(list[FoundEntity], "GET graph/similar", "items", name=name, limit=limit)

    def where_said(self, name: str, other: str | None = None, limit: int = 100) -> list[Said]:
        """Quote documents on an entity or a relation."""
        return self._call(
            list[Said], "GET graph/where-said", "items", name=name, other=other, limit=limit
        )

    def find_path(self, source: str, target: str, max_hops: int = 4) -> list[PathStep]:
        """Find the way from one entity to another."""
        return self._call(
            list[PathStep],
            "GET graph/path",
            "steps",
            source=source,
            target=target,
            max_hops=max_hops,
        )

    def subgraph(self, name: str, depth: int = 1, max_nodes: int = 50) -> Subgraph:
        """Get the surroundings of an entity."""
        return self._call(
            Subgraph, "GET graph/subgraph", name=name, depth=depth, max_nodes=max_nodes
        )

    def duplicates(self, limit: int = 50) -> list[Duplicate]:
        """List likely duplicates."""
        return self._call(list[Duplicate], "GET graph/duplicates", "items", limit=limit)

    def orphans(self, limit: int = 100) -> list[Orphan]:
        """List what hangs in the air."""
        return self._call(list[Orphan], "GET graph/orphans", "items", limit=limit)

    def cost_by_day(self) -> list[DailyCost]:
        """List what models cost by day."""
        return self._call(list[DailyCost], "GET graph/cost-by-day", "items")

    def cost_by_document(self, limit: int = 50) -> list[DocumentCost]:
        """List what models cost by document."""
        return self._call(list[DocumentCost], "GET graph/cost-by-document", "items", limit=limit)

    def create_entity(
        self, name: str, type: str = "concept", description: str = "", editor: str | None = None
    ) -> Entity:
        """Create an entity."""
        return self._call(
            Entity,
            "POST graph/entities",
            name=name,
            type=type,
            description=description,
            editor=editor,
        )

    def edit_entity(
        self,
        name: str,
        new_name: str | None = None,
        new_type: str | None = None,
        new_description: str | None = None,
        editor: str | None = None,
    ) -> Entity:
        """Edit an entity."""
        return self._call(
            Entity,
            "PATCH graph/entities",
            name=name,
            new_name=new_name,
            new_type=new_type,
            new_description=new_description,
            editor=editor,
        )

    def rename_entity(self, name: str, new_name: str, editor: str | None = None) -> Entity:
        """Rename an entity."""
        return self._call(
            Entity, "POST graph/entities/rename", name=name, new_name=new_name, editor=editor
        )

    def merge_entities(self, names: Sequence[str], into: str, editor: str | None = None) -> Entity:
        """Merge entities."""
        return self._call(
            Entity, "POST graph/entities/merge", names=names, into=into, editor=editor
        )

    def split_entity(
        self, name: str, new_name: str, documents: Sequence[str], editor: str | None = None
    ) -> Entity:
        """Split an entity."""
        return self._call(
            Entity,
            "POST graph/entities/split",
            name=name,
            new_name=new_name,
            documents=documents,
            editor=editor,
        )

    def delete_entity(self, name: str, editor: str | None = None) -> DeletedEntity:
        """Delete an entity."""
        return self._call(DeletedEntity, "DELETE graph/entities", name=name, editor=editor)

    def create_relation(
        self,
        source: str,
        target: str,
        keywords: str = "",
        description: str = "",
        weight: float = 1.0,
        editor: str | None = None,
    ) -> Relation:
        """Create a relation."""
        return self._call(
            Relation,
            "POST graph/relations",
            source=source,
            target=target,
            keywords=keywords,
            description=description,
            weight=weight,
            editor=editor,
        )

    def edit_relation(
        self,
        source: str,
        target: str,
        new_keywords: str | None = None,
        new_description: str | None = None,
        new_weight: float | None = None,
        editor: str | None = None,
    ) -> Relation:
        """Edit a relation."""
        return self._call(
            Relation,
            "PATCH graph/relations",
            source=source,
            target=target,
            new_keywords=new_keywords,
            new_description=new_description,
            new_weight=new_weight,
            editor=editor,
        )

    def delete_relation(
        self, source: str, target: str, editor: str | None = None
    ) -> DeletedRelation:
        """Delete a relation."""
        return self._call(
            DeletedRelation, "DELETE graph/relations", source=source, target=target, editor=editor
        )

    def list_edits(
        self, subject: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[Edit]:
        """List edits."""
        return self._call(
            list[Edit], "GET graph/edits", "items", subject=subject, before=before, limit=limit
        )
