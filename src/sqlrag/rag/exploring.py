"""Reading the knowledge graph by the names of its entities."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.exploring import (
    DailyCost,
    DocumentCost,
    Duplicate,
    EntityDetails,
    Explorations,
    FoundEntity,
    Neighbour,
    Orphan,
    PathStep,
    PopularEntity,
    Said,
    Subgraph,
    UnknownName,
)
from sqlrag.domain.storage import Storage

T = TypeVar("T")
MOST = 1000  # rows of an answer
MOST_HOPS = 10
MOST_DEPTH = 4
_NOTHING: tuple[object, ...] = (None, [], Subgraph([], []))


@dataclass(frozen=True, slots=True)
class Exploring:
    """One statement a reading, and one more that proposes names where an entity is unknown.

    Entities go by any of their names. What is asked about an entity raises NotFound for an unknown
    one and for an unknown workspace; what is listed of a workspace that does not exist is empty.
    """

    storage: Storage

    async def entity(self, workspace: str, name: str) -> EntityDetails:
        found = await self._about(workspace, (name,), self._reads.entity(workspace, name))
        if found is None:  # it went between the two statements
            raise _unknown(workspace, [UnknownName(name, [])])
        return found

    async def search_entities(
        self, workspace: str, words: str, limit: int = 20
    ) -> list[FoundEntity]:
        """By the beginning of a name or of one of its words; then by likeness."""
        _check("limit", limit, MOST)
        if not words.strip():
            raise BadInput("The words are empty; give some letters of a name.")
        return await _listed(self._reads.search_entities(workspace, words, limit))

    async def popular_entities(self, workspace: str, limit: int = 20) -> list[PopularEntity]:
        """Those that most chunks mention."""
        _check("limit", limit, MOST)
        return await _listed(self._reads.popular_entities(workspace, limit))

    async def neighbours(self, workspace: str, name: str, limit: int = 20) -> list[Neighbour]:
        """What an entity is related to, strongest first."""
        _check("limit", limit, MOST)
        reading = self._reads.neighbours(workspace, name, limit)
        return await self._about(workspace, (name,), reading)

    async def where_said(
        self, workspace: str, name: str, other: str | None = None, limit: int = 100
    ) -> list[Said]:
        """Where documents speak of an entity, or of its relation with the other."""
        _check("limit", limit, MOST)
        if other is None:
            reading = self._reads.where_said(workspace, name, limit)
            return await self._about(workspace, (name,), reading)
        reading = self._reads.where_said_relation(workspace, name, other, limit)
        return await self._about(workspace, (name, other), reading)

    async def find_path(
        self, workspace: str, source: str, target: str, max_hops: int = 4
    ) -> list[PathStep]:
        """The shortest way, the strongest among equals; empty when there is none so short."""
        _check("max_hops", max_hops, MOST_HOPS)
        reading = self._reads.find_path(workspace, source, target, max_hops)
        return await self._about(workspace, (source, target), reading)

    async def subgraph(
        self, workspace: str, name: str, depth: int = 1, max_nodes: int = 50
    ) -> Subgraph:
        """The entities around an entity, the strongest ones, and all relations among them."""
        _check("depth", depth, MOST_DEPTH)
        _check("max_nodes", max_nodes, MOST)
        reading = self._reads.subgraph(workspace, name, depth, max_nodes)
        return await self._about(workspace, (name,), reading)

    async def duplicates(self, workspace: str, limit: int = 50) -> list[Duplicate]:
        """Candidates for a merge, the most alike first."""
        _check("limit", limit, MOST)
        return await _listed(self._reads.duplicates(workspace, limit))

    async def orphans(self, workspace: str, limit: int = 100) -> list[Orphan]:
        """What hangs in the air; always empty."""
        _check("limit", limit, MOST)
        return await _listed(self._reads.orphans(workspace, limit))

    async def cost_by_day(self, workspace: str) -> list[DailyCost]:
        """What models were asked for and what it took, the latest day first."""
        return await _listed(self._reads.cost_by_day(workspace))

    async def cost_by_document(self, workspace: str, limit: int = 50) -> list[DocumentCost]:
        """The same by document, for the costliest documents."""
        _check("limit", limit, MOST)
        return await _listed(self._reads.cost_by_document(workspace, limit))

    @property
    def _reads(self) -> Explorations:
        return self.storage.explorations

    async def _about(self, workspace: str, names: tuple[str, ...], reading: Awaitable[T]) -> T:
        """What was read of entities; where that is nothing, a look whether they are known."""
        try:
            found = await reading
            unknown = await self._reads.propose_names(workspace, names) if found in _NOTHING else []
        except NotFound as error:
            raise NotFound(
                f'There is no workspace "{workspace}"; ingest a document into it to make it.'
            ) from error
        if unknown:
            raise _unknown(workspace, unknown)
        return found


async def _listed(listing: Awaitable[list[T]]) -> list[T]:
    """What is listed of a workspace; nothing where that does not exist."""
    try:
        return await listing
    except NotFound:
        return []


def _unknown(workspace: str, unknown: list[UnknownName]) -> NotFound | BadInput:
    """Names what no entity is called, and the nearest of what entities are called."""
    if any(not one.name.strip() for one in unknown):
        return BadInput("The name of an entity is empty; give one.")
    missing = " or ".join(f'"{one.name}"' for one in unknown)
    nearest = list(dict.fromkeys(name for one in unknown for name in one.nearest))
    if not nearest:
        return NotFound(
            f'There is no entity {missing} in workspace "{workspace}", nor a similar name; '
            "search for a part of the name."
        )
    proposed = " or ".join(f'"{name}"' for name in nearest)
    return NotFound(
        f'There is no entity {missing} in workspace "{workspace}"; perhaps {proposed} is meant.'
    )


def _check(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise BadInput(f"{name} is {value}; use 1 to {most}.")
