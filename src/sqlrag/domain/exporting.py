"""The graph as it leaves: rows of an export."""

from dataclasses import dataclass
from typing import Literal, Protocol

Format = Literal["graphml", "csv", "jsonl"]
FORMATS: tuple[Format, ...] = ("graphml", "csv", "jsonl")
Kind = Literal["entities", "relations"]
KINDS: tuple[Kind, ...] = ("entities", "relations")


@dataclass(frozen=True, slots=True)
class ExportedEntity:
    """An entity; `edited_by` is None when only documents speak of it."""

    entity_id: int
    name: str
    type: str
    description: str
    aliases: list[str]
    chunk_count: int
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class ExportedRelation:
    """A relation, from its source to its target as most of its evidence has it."""

    relation_id: int
    source_id: int
    target_id: int
    source: str
    target: str
    keywords: str
    description: str
    weight: float
    chunk_count: int
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class GraphCount:
    entities: int
    relations: int


class Exports(Protocol):
    """Pages of the graph in order of id, beginning after an id."""

    async def begin_export(self, patience: int) -> None:
        """End the transaction when it lies idle for `patience` seconds."""
        ...

    async def count_graph(self, workspace_id: int) -> GraphCount: ...
    async def export_entities(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedEntity]: ...
    async def export_relations(
        self, workspace_id: int, after: int, limit: int
    ) -> list[ExportedRelation]: ...
