"""The shapes of requests and responses about the graph that are not things of the domain."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from sqlrag.domain.editing import Edit
from sqlrag.domain.exploring import (
    DailyCost,
    DocumentCost,
    Duplicate,
    FoundEntity,
    Neighbour,
    Orphan,
    PathStep,
    PopularEntity,
    Said,
)


class FoundEntities(Struct, frozen=True):
    """Those whose names begin so come first, then those that are like it."""

    items: list[FoundEntity]


class PopularEntities(Struct, frozen=True):
    items: list[PopularEntity]


class Neighbours(Struct, frozen=True):
    """Direction `out`: the entity that was asked about is the source of the relation."""

    items: list[Neighbour]


class WhereSaid(Struct, frozen=True):
    items: list[Said]


class Path(Struct, frozen=True):
    """Empty when there is no way of so few steps."""

    steps: list[PathStep]


class Duplicates(Struct, frozen=True):
    items: list[Duplicate]


class Orphans(Struct, frozen=True):
    items: list[Orphan]


class DailyCosts(Struct, frozen=True):
    items: list[DailyCost]


class DocumentCosts(Struct, frozen=True):
    items: list[DocumentCost]


class NewEntity(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    type: str = "concept"
    description: str = ""


class EntityChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is null or left out stays as it is."""

    name: Annotated[str, Meta(description="The entity, by any of its names.")]
    new_name: str | None = None
    new_type: str | None = None
    new_description: str | None = None


class EntityRename(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(description="The entity, by any of its names.")]
    new_name: str


class EntityMerge(Struct, frozen=True, forbid_unknown_fields=True):
    names: Annotated[tuple[str, ...], Meta(description="The entities that are one.")]
    into: Annotated[str, Meta(description="The one that stays, or a new name for it.")]


class EntitySplit(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(description="The entity that is two.")]
    new_name: Annotated[str, Meta(description="The name of the other one.")]
    documents: Annotated[
        tuple[str, ...], Meta(description="The source keys of the documents that mean the other.")
    ]


class NewRelation(Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    target: str
    keywords: str = ""
    description: str = ""
    weight: float = 1.0


class RelationChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is null or left out stays as it is."""

    source: str
    target: str
    new_keywords: str | None = None
    new_description: str | None = None
    new_weight: float | None = None


Records = list[dict[str, Any]]


class CustomKg(Struct, frozen=True, forbid_unknown_fields=True):
    """Chunks, and the entities and relationships that are found in them, by `source_id`."""

    chunks: Annotated[
        Records,
        Meta(description="content, source_id; perhaps file_path, chunk_order_index."),
    ] = []
    entities: Annotated[
        Records,
        Meta(description="entity_name, source_id; perhaps entity_type, description."),
    ] = []
    relationships: Annotated[
        Records,
        Meta(description="src_id, tgt_id, source_id; perhaps description, keywords, weight."),
    ] = []


class CustomChunks(Struct, frozen=True, forbid_unknown_fields=True):
    full_text: str
    text_chunks: tuple[str, ...]
    doc_id: Annotated[str | None, Meta(description="The source key.")] = None


class EditPage(Struct, frozen=True):
    """`next` is the `before` of the next page; null at the end."""

    items: list[Edit]
    next: int | None
