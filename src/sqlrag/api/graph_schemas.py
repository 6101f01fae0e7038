"""The shapes of what is read of the graph, where they are not things of the domain."""

from msgspec import Struct

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
