"""The knowledge graph, from what an extractor finds to what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How entities and relations are to be extracted in a workspace.

    `entity_types` and `language` guide a model; `examples` are shown to it as they stand;
    `gleaning_rounds` is how often it is asked for what it missed. The caps are per chunk.
    """

    entity_types: tuple[str, ...] = (
        "person",
        "organization",
        "location",
        "event",
        "product",
        "work",
        "concept",
    )
    language: str | None = None
    examples: tuple[str, ...] = ()
    gleaning_rounds: int = 1
    max_entities: int = 60
    max_relations: int = 60


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
class NewMention:
    """A mention as it is to be stored; `ordinal` is the place of its chunk in the document."""

    ordinal: int
    name: str
    type: str
    description: str
    is_subject: bool


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """Evidence as it is to be stored; its names are those of mentions or of known entities."""

    ordinal: int
    source: str
    target: str
    keywords: str
    description: str
    weight: float


@dataclass(frozen=True, slots=True)
class NewReject:
    """A record that could not be used, with the place of its chunk."""

    ordinal: int
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewGraph:
    """What the new chunks of one document add to the graph.

    `extracted` are the places of the chunks that `extractor` is done with. `entity_embeddings` has
    a vector per name of an entity and `relation_embeddings` one per pair of names; those of what
    is already embedded are left out on writing.
    """

    mentions: tuple[NewMention, ...] = ()
    evidence: tuple[NewEvidence, ...] = ()
    rejects: tuple[NewReject, ...] = ()
    extractor: str = ""
    extracted: tuple[int, ...] = ()
    entity_embeddings: Mapping[str, Any] = field(default_factory=dict)
    relation_embeddings: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Every name that must lead to an entity."""
        ends = (name for found in self.evidence for name in (found.source, found.target))
        return sorted({*(mention.name for mention in self.mentions), *ends})
