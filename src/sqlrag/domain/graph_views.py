"""The knowledge graph as people see it: the rows of its SQL functions, edits and exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

Format = Literal["graphml", "csv", "jsonl"]
Kind = Literal["entities", "relations"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as its mentions describe it, or as a person has (`edited_by`)."""

    name: str
    type: str
    description: str
    aliases: list[str]
    chunk_count: int
    relation_count: int
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation, as it points; `chunk_count` chunks say it."""

    source: str
    target: str
    keywords: str
    description: str
    weight: float
    chunk_count: int
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
    """What the calls of a model for a purpose came to on a day of the server's time zone;
    `dollars` is None where the price of the model is not known."""

    day: date
    purpose: str
    model: str
    calls: int
    errors: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    dollars: float | None


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


@dataclass(frozen=True, slots=True)
class DeletedEntity:
    """An entity that is gone, with how many mentions and relations went along."""

    name: str
    type: str
    mentions: int
    relations: int


@dataclass(frozen=True, slots=True)
class DeletedRelation:
    """A relation that is gone, with how many pieces of evidence went along."""

    source: str
    target: str
    evidence: int


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit in the history; `action` is the name of the method that made it.

    `before` and `after` are what was edited as it was and is, lists where it is several; None
    where there was or is nothing.
    """

    edit_id: int
    edited_at: datetime
    edited_by: str
    action: str
    subject: str
    before: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
    after: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
