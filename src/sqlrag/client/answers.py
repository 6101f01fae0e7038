"""What is answered by doors that are no operations."""

from dataclasses import dataclass

from msgspec import Struct

from sqlrag.domain.documents import IngestResult
from sqlrag.domain.jobs import Track
from sqlrag.domain.retrieval import (
    Context,
    Reference,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)


class Answered(Struct, frozen=True):
    """An answer; `[n]` in it is the reference of that number. The rows of the context are there
    with `only_need_context` or `explain`."""

    answer: str
    references: tuple[Reference, ...]
    model: str
    mode: str
    seconds: dict[str, float]
    cached: bool = False
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    notes: tuple[str, ...] = ()
    reason: str | None = None
    chunks: tuple[ScoredChunk, ...] = ()
    entities: tuple[ScoredEntity, ...] = ()
    relations: tuple[ScoredRelation, ...] = ()
    turn: int | None = None


@dataclass(frozen=True, kw_only=True)
class Retrieved(Context):
    """What was retrieved; the reference with number n is of the chunk of rank n."""

    references: tuple[Reference, ...]
    seconds: dict[str, float]


class Done(Struct, frozen=True):
    """The end of a stream."""

    references: tuple[Reference, ...]
    model: str
    seconds: dict[str, float]
    cached: bool
    notes: tuple[str, ...] = ()
    turn: int | None = None


class Ingested(Struct, frozen=True):
    """What became of documents, or the track of those that are ingested in the background."""

    results: tuple[IngestResult, ...] = ()
    track: Track | None = None
