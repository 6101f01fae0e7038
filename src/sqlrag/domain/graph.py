"""The knowledge graph, from what an extractor finds to what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from sqlrag.domain.names import NOT_BLANK

_TEXT = rf"^[^\x00]*{NOT_BLANK}[^\x00]*$"  # nothing that Postgres cannot store
_Name = Annotated[str, Meta(max_length=60, pattern=_TEXT)]
_Language = Annotated[_Name, Meta(description="the name of a language, of at most 60 characters")]
_Example = Annotated[str, Meta(max_length=10_000, pattern=_TEXT)]
_Cap = Annotated[int, Meta(ge=1, le=1000, description="a whole number from 1 to 1,000")]


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How entities and relations are to be extracted in a workspace.

    `entity_types` and `language` guide a model; `examples` are shown to it as they stand;
    `gleaning_rounds` is how often it is asked for what it missed. The caps are per chunk. What a
    field may be is in its type, with the words for it.
    """

    entity_types: Annotated[
        tuple[_Name, ...],
        Meta(
            min_length=1,
            max_length=50,
            description="a list of 1 to 50 names of at most 60 characters",
        ),
    ] = ("person", "organization", "location", "event", "product", "work", "concept")
    language: _Language | None = None
    examples: Annotated[
        tuple[_Example, ...],
        Meta(max_length=20, description="a list of at most 20 texts of at most 10,000 characters"),
    ] = ()
    gleaning_rounds: Annotated[int, Meta(ge=0, le=5, description="a whole number from 0 to 5")] = 1
    max_entities: _Cap = 60
    max_relations: _Cap = 60


@dataclass(frozen=True, slots=True)
class ChunkText:
    """A chunk as an extractor reads it; `headings` is the path of headings above it."""

    content: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document as an extractor reads it. `language` is a text search configuration."""

    title: str
    language: str
    chunks: tuple[ChunkText, ...]


@dataclass(frozen=True, slots=True)
class ExtractedEntity:
    """An entity found in a chunk, by the name that is written there.

    `is_subject`: the chunk is about it (its document's title, a heading above it, or the lead
    entity of its text).
    """

    name: str
    type: str
    description: str = ""
    is_subject: bool = False


@dataclass(frozen=True, slots=True)
class ExtractedRelation:
    """A relation found in a chunk, between two names of the same extraction."""

    source: str
    target: str
    keywords: str = ""
    description: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Reject:
    """A record of a model that cannot be used, as it was written, and why."""

    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChunkExtraction:
    """What was found in one chunk. `error` says why the chunk could not be extracted at all."""

    entities: tuple[ExtractedEntity, ...] = ()
    relations: tuple[ExtractedRelation, ...] = ()
    rejects: tuple[Reject, ...] = field(default=())
    error: str | None = None


@dataclass(frozen=True, slots=True)
class NewGraph:
    """What the new chunks of one document add to the graph: extractions by the place of the chunk.

    `extractor` is done with those that have no error. `entity_embeddings` has a vector per name of
    an entity and `relation_embeddings` one per pair of names; those of what is already embedded
    are left out on writing.
    """

    found: tuple[tuple[int, ChunkExtraction], ...] = ()
    extractor: str = ""
    entity_embeddings: Mapping[str, Any] = field(default_factory=dict)
    relation_embeddings: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Every name that must lead to an entity."""
        named: set[str] = set()
        for _, extraction in self.found:
            named.update(entity.name for entity in extraction.entities)
            for relation in extraction.relations:
                named |= {relation.source, relation.target}
        return sorted(named)
