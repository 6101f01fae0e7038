"""The knowledge graph of one workspace, for users of Python: `rag.graph`."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from sqlrag.domain.editing import (
    DeletedEntity,
    DeletedRelation,
    Edit,
    EditedEntity,
    EditedRelation,
)
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
from sqlrag.rag.editing import Editing
from sqlrag.rag.exploring import Exploring
from sqlrag.rag.exporting import Exporting


@dataclass(frozen=True, slots=True)
class Graph:
    """Entities go by any of their names; an unknown one raises NotFound.

    Edits stay, whatever documents say. `editor` is who made one, for the history; without it, it
    is the role of the connection. An edit raises Conflict for what is there already.
    """

    workspace: str
    exploring: Exploring
    exporting: Exporting
    editing: Editing

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

    async def create_entity(
        self, name: str, type: str = "concept", description: str = "", *, editor: str | None = None
    ) -> EditedEntity:
        """Make an entity; what documents call by its name joins it."""
        return await self.editing.create_entity(
            self.workspace, name, type, description, editor=editor
        )

    async def edit_entity(
        self,
        name: str,
        new_name: str | None = None,
        new_type: str | None = None,
        new_description: str | None = None,
        *,
        editor: str | None = None,
    ) -> EditedEntity:
        """Change what is given; None leaves it as it is."""
        return await self.editing.edit_entity(
            self.workspace, name, new_name, new_type, new_description, editor=editor
        )

    async def rename_entity(
        self, name: str, new_name: str, *, editor: str | None = None
    ) -> EditedEntity:
        """Give another name; the old ones lead there as before, also in the next document."""
        return await self.editing.rename_entity(self.workspace, name, new_name, editor=editor)

    async def merge_entities(
        self, names: Sequence[str], into: str, *, editor: str | None = None
    ) -> EditedEntity:
        """Make one of several: what `into` leads to, else the most mentioned, by that new name."""
        return await self.editing.merge_entities(self.workspace, names, into, editor=editor)

    async def split_entity(
        self, name: str, new_name: str, documents: Sequence[str], *, editor: str | None = None
    ) -> EditedEntity:
        """Tell homonyms apart: what these documents (source keys) say is said of a new entity."""
        return await self.editing.split_entity(
            self.workspace, name, new_name, documents, editor=editor
        )

    async def delete_entity(self, name: str, *, editor: str | None = None) -> DeletedEntity:
        """Delete with all relations; documents do not bring it back, create_entity does."""
        return await self.editing.delete_entity(self.workspace, name, editor=editor)

    async def create_relation(
        self,
        source: str,
        target: str,
        keywords: str = "",
        description: str = "",
        weight: float = 1.0,
        *,
        editor: str | None = None,
    ) -> EditedRelation:
        """Relate two entities."""
        return await self.editing.create_relation(
            self.workspace, source, target, keywords, description, weight, editor=editor
        )

    async def edit_relation(
        self,
        source: str,
        target: str,
        new_keywords: str | None = None,
        new_description: str | None = None,
        new_weight: float | None = None,
        *,
        editor: str | None = None,
    ) -> EditedRelation:
        """Change what is given; None leaves it as it is."""
        return await self.editing.edit_relation(
            self.workspace, source, target, new_keywords, new_description, new_weight, editor=editor
        )

    async def delete_relation(
        self, source: str, target: str, *, editor: str | None = None
    ) -> DeletedRelation:
        """Delete with all evidence; documents do not bring it back, create_relation does."""
        return await self.editing.delete_relation(self.workspace, source, target, editor=editor)

    async def list_edits(
        self, subject: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[Edit]:
        """The history, newest first; `before` is the edit_id at which the last page ended.

        `subject` is the name of an entity, or "source — target" of a relation, as it was then.
        """
        return await self.editing.list_edits(self.workspace, subject, before, limit)
