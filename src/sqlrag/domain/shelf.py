"""Documents and the graph as a person looks through them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

ShelfStatus = Literal["pending", "processing", "processed", "failed"]
ShelfOrder = Literal["created_at", "updated_at", "id", "source_key"]


@dataclass(frozen=True, slots=True)
class ShelvedDocument:
    """A document that is there, or, without an id, one that a job is still to read.

    `beginning` is that of its text; `error` may be of the last attempt.
    """

    document_id: int | None
    job_id: int | None
    source_key: str
    status: ShelfStatus
    beginning: str
    char_count: int
    chunk_count: int | None
    track_id: UUID | None
    error: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of `total` documents; `counts` are of all, by status."""

    counts: dict[ShelfStatus, int]
    total: int
    documents: list[ShelvedDocument]


@dataclass(frozen=True, slots=True)
class DrawnEntity:
    name: str
    type: str
    description: str
    chunk_count: int


@dataclass(frozen=True, slots=True)
class DrawnRelation:
    """Between entities by their names, as it points."""

    relation_id: int
    source: str
    target: str
    weight: float
    keywords: str
    description: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """`is_truncated`: there are more entities than were asked for."""

    entities: list[DrawnEntity]
    relations: list[DrawnRelation]
    is_truncated: bool
