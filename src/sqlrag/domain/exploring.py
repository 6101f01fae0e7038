"""What can be read of the knowledge graph: the rows of its SQL functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class EntityDetails:
    """An entity as its mentions describe it, or as a person has (`edited_by`)."""

    name: str
    type: str
    description: str
    aliases: list[str]
    chunk_count: int
    relation_count: int
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An entity whose name begins with what was looked for, or is like it: 0 to 1."""

    name: str
    type: str
    similarity: float
    chunk_count: int


@dataclass(frozen=True, slots=True)
class PopularEntity:
    """An entity with the number of chunks that mention it."""

    name: str
    type: str
    chunk_count: int
    relation_count: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A related entity; with direction 'out' it is the target of the relation, else the source."""

    name: str
    type: str
    keywords: str
    description: str
    weight: float
    direction: str


@dataclass(frozen=True, slots=True)
class Said:
    """A place where a document speaks of an entity or a relation.

    `char_start` counts in the text of the document, from 0; the page counts from 1.
    """

    document: str
    title: str
    page: int | None
    quote: str
    chunk_id: int
    char_start: int


@dataclass(frozen=True, slots=True)
class PathStep:
    """One relation on the way from an entity to another, and the best of what is said of it.

    `document` is None where a person made the relation.
    """

    step: int
    source: str
    target: str
    keywords: str
    quote: str
    document: str | None
    page: int | None
    weight: float


@dataclass(frozen=True, slots=True)
class Node:
    """An entity of a subgraph, `depth` hops from the one that was asked for."""

    id: int
    name: str
    type: str
    chunk_count: int
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation of a subgraph; source and target are ids of its nodes."""

    source: int
    target: int
    weight: float
    keywords: str


@dataclass(frozen=True, slots=True)
class Subgraph:
    nodes: list[Node]
    edges: list[Edge]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two entities of one type, near `by` their 'name' or by the 'embedding' of what they mean."""

    a: str
    b: str
    type: str
    similarity: float
    by: str


@dataclass(frozen=True, slots=True)
class Orphan:
    """An entity, relation or alias that hangs in the air; there should be none."""

    kind: str
    id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class DailyCost:
    """What the calls of a model for a purpose came to on a day of the server's time zone."""

    day: date
    purpose: str
    model: str
    calls: int
    errors: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DocumentCost:
    """What the calls of a model for a purpose came to for a document."""

    source_key: str
    purpose: str
    model: str
    calls: int
    errors: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that no entity has, and the nearest names that entities have, best first."""

    name: str
    nearest: list[str]


class Explorations(Protocol):
    """Reads of the graph, by the name of the workspace. All raise NotFound for an unknown one.

    What is asked of an unknown entity is empty, or None.
    """

    async def entity(self, workspace: str, name: str) -> EntityDetails | None: ...
    async def search_entities(self, workspace: str, words: str, k: int) -> list[FoundEntity]: ...
    async def popular_entities(self, workspace: str, k: int) -> list[PopularEntity]: ...
    async def neighbours(self, workspace: str, entity: str, k: int) -> list[Neighbour]: ...
    async def where_said(self, workspace: str, entity: str, k: int) -> list[Said]: ...
    async def where_said_relation(
        self, workspace: str, source: str, target: str, k: int
    ) -> list[Said]: ...
    async def find_path(self, workspace: str, a: str, b: str, max_hops: int) -> list[PathStep]: ...
    async def subgraph(
        self, workspace: str, entity: str, depth: int, max_nodes: int
    ) -> Subgraph: ...
    async def duplicates(self, workspace: str, k: int) -> list[Duplicate]: ...
    async def orphans(self, workspace: str, k: int) -> list[Orphan]: ...
    async def cost_by_day(self, workspace: str) -> list[DailyCost]: ...
    async def cost_by_document(self, workspace: str, k: int) -> list[DocumentCost]: ...
    async def propose_names(self, workspace: str, names: Sequence[str]) -> list[UnknownName]:
        """Of the names, those that no entity has."""
        ...
