"""The knowledge graph of a workspace, by the names of its entities.

Each operation has the name of the SQL function that does it. HTTP and the command line derive
their doors from what is declared here.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from msgspec import Meta, convert

from sqlrag.domain import graph_views as views
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.names import Words
from sqlrag.domain.operations import Limit, operation
from sqlrag.rag.graph_edits import GraphEdits, Name
from sqlrag.rag.progress import Report, silent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Graph(GraphEdits):
    """Entities go by any of their names; for an unknown one NotFound proposes the nearest.

    What is listed of a workspace that does not exist is empty.
    """

    @operation(
        "GET graph/entity",
        "Describe an entity",
        (NotFound,),
        command="show",
        tool="entity",
        role="reader",
    )
    async def entity(self, name: Name) -> views.Entity:
        """What documents say it is, or what a person made of it. Where no entity has the name, the
        nearest names are proposed.
        """
        found = await self._about(views.Entity, "entity", (name,))
        if not found:  # it went between the two statements
            raise _unknown(self.workspace, [views.UnknownName(name, [])])
        return found[0]

    @operation(
        "GET graph/search",
        "Search entities by name",
        command="search",
        empty='No entity of workspace "{workspace}" has a name like that.',
        role="reader",
    )
    async def search_entities(
        self,
        words: Annotated[Words, Meta(description="Letters of a name.")],
        limit: Limit = 20,
    ) -> list[views.FoundEntity]:
        """By the beginning of a name or of one of its words; when those are few, by likeness."""
        if not words.strip():
            raise BadInput("The words are empty; give some letters of a name.")
        return await self._list(views.FoundEntity, "search_entities", words, limit)

    @operation(
        "GET graph/popular",
        "List what most chunks mention",
        command="popular",
        empty='No entities in workspace "{workspace}". Documents bring them: sqlrag ingest PATH',
        role="reader",
    )
    async def popular_entities(self, limit: Limit = 20) -> list[views.PopularEntity]:
        """The entities that most chunks mention; a workspace that does not exist has none."""
        return await self._list(views.PopularEntity, "popular_entities", limit)

    @operation(
        "GET graph/neighbours",
        "List what an entity is related to",
        (NotFound,),
        command="neighbours",
        tool="neighbours",
        empty='"{name}" has no relations. Relate it by hand: sqlrag graph relate',
        role="reader",
    )
    async def neighbours(self, name: Name, limit: Limit = 20) -> list[views.Neighbour]:
        """Strongest first; the weight is the sum of what every chunk adds.

        Direction `out`: the entity that was asked about is the source of the relation.
        """
        return await self._about(views.Neighbour, "neighbours", (name,), limit)

    @operation(
        "GET graph/similar",
        "List what means nearly the same",
        (NotFound,),
        command="similar",
        empty='Nothing is near to "{name}": it has no vector, or is alone.',
        role="reader",
    )
    async def similar_entities(self, name: Name, limit: Limit = 20) -> list[views.FoundEntity]:
        """Entities by the nearness of their vectors to the one of an entity, nearest first."""
        return await self._about(views.FoundEntity, "similar_entities", (name,), limit)

    @operation(
        "GET graph/where-said",
        "Quote documents on an entity or a relation",
        (NotFound,),
        command="said",
        role="reader",
    )
    async def where_said(
        self,
        name: Name,
        other: Annotated[
            Name | None, Meta(description="Another entity; then, where both are related.")
        ] = None,
        limit: Limit = 100,
    ) -> list[views.Said]:
        """Document, page and quote: of an entity where documents are about it first, of a relation
        the strongest evidence first.
        """
        if other is None:
            return await self._about(views.Said, "where_said", (name,), limit)
        return await self._about(views.Said, "where_said_relation", (name, other), limit)

    @operation(
        "GET graph/path",
        "Find the way from one entity to another",
        (NotFound,),
        listed="steps",
        command="path",
        tool="path",
        role="reader",
    )
    async def find_path(
        self,
        source: Name,
        target: Name,
        max_hops: Annotated[int, Meta(ge=1, le=10, description="Steps, at most.")] = 4,
    ) -> list[views.PathStep]:
        """The shortest way, the strongest among equals, with what documents say of each step.

        Empty when there is no way of so few steps.
        """
        return await self._about(views.PathStep, "find_path", (source, target), max_hops)

    @operation(
        "GET graph/subgraph", "Get the surroundings of an entity", (NotFound,), role="reader"
    )
    async def subgraph(
        self,
        name: Name,
        depth: Annotated[int, Meta(ge=1, le=4, description="Hops from the entity.")] = 1,
        max_nodes: Annotated[int, Meta(ge=1, le=1000, description="Entities, at most.")] = 50,
    ) -> views.Subgraph:
        """Nodes and edges to draw: the strongest entities around it, and all their relations."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, name, depth, max_nodes
        found = await self.storage.graph.fetch_value("subgraph", *asked)
        if not found["nodes"]:
            await self._refuse_unknown((name,))
        return convert(found, views.Subgraph)

    @operation(
        "GET graph/duplicates",
        "List likely duplicates",
        command="duplicates",
        empty='No likely duplicates in workspace "{workspace}".',
        role="reader",
    )
    async def duplicates(self, limit: Limit = 50) -> list[views.Duplicate]:
        """Pairs of entities that may be one: candidates for a merge, the most alike first."""
        return await self._list(views.Duplicate, "duplicates", limit)

    @operation(
        "GET graph/orphans",
        "List what hangs in the air",
        command="orphans",
        empty="No orphans: documents or people speak of every entity and relation.",
        role="reader",
    )
    async def orphans(self, limit: Limit = 100) -> list[views.Orphan]:
        """Entities and relations that neither a document nor a person speaks of: always empty."""
        return await self._list(views.Orphan, "orphans", limit)

    @operation(
        "GET graph/cost-by-day", "List what models cost by day", command="costs", role="reader"
    )
    async def cost_by_day(self) -> list[views.DailyCost]:
        """Calls, failed calls, tokens and seconds by purpose and model, the latest day first."""
        return await self._list(views.DailyCost, "cost_by_day")

    @operation("GET graph/cost-by-document", "List what models cost by document", role="reader")
    async def cost_by_document(self, limit: Limit = 50) -> list[views.DocumentCost]:
        """The same for the costliest documents, by their source keys."""
        return await self._list(views.DocumentCost, "cost_by_document", limit)

    def export(
        self, file_format: views.Format, kind: views.Kind | None = None, report: Report = silent
    ) -> AsyncGenerator[str, None]:
        """A file in pieces, of one moment of the graph; csv needs a kind, jsonl may have one.

        Take the pieces to their end, or close the iterator: until then it holds a connection.
        """
        from sqlrag.rag.graph_export import export

        return export(self.storage, self.workspace, file_format, kind, report)

    async def _list(self, kind: type[T], function: str, *arguments: Any) -> list[T]:
        """What is listed of the workspace; nothing where that does not exist."""
        known = await self.workspaces.look_up(self.workspace)
        return await self._read(kind, function, *arguments) if known else []

    async def _about(
        self, kind: type[T], function: str, names: Sequence[str], *more: Any
    ) -> list[T]:
        """What is said of entities; where that is nothing, a look whether they are known."""
        found = await self._read(kind, function, *names, *more)
        if not found:
            await self._refuse_unknown(names)
        return found

    async def _refuse_unknown(self, names: Sequence[str]) -> None:
        if unknown := await self._read(views.UnknownName, "propose_names", list(names)):
            raise _unknown(self.workspace, unknown)


def _unknown(workspace: str, unknown: list[views.UnknownName]) -> NotFound | BadInput:
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
