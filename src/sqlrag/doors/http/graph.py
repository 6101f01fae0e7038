"""Doors to the knowledge graph for readers. Names are query parameters: they may hold anything."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Literal
from urllib.parse import quote

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream
from litestar.types import Scope

from sqlrag.domain.exploring import EntityDetails, Subgraph
from sqlrag.domain.exporting import Format, Kind
from sqlrag.doors.http.graph_schemas import (
    DailyCosts,
    DocumentCosts,
    Duplicates,
    FoundEntities,
    Neighbours,
    Orphans,
    Path,
    PopularEntities,
    WhereSaid,
)
from sqlrag.doors.http.openapi import returns
from sqlrag.doors.http.services import Injected
from sqlrag.doors.http.streams import close_stream, hand_over
from sqlrag.rag.exploring import MOST, MOST_DEPTH, MOST_HOPS, Exploring
from sqlrag.rag.exporting import Exporting

Name = Annotated[str, QueryParameter(description="An entity, by any of its names.")]
Other = Annotated[
    str | None, QueryParameter(description="Another entity; then, where both are related.")
]
Words = Annotated[str, QueryParameter(description="Letters of a name.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many, at most.")]
MaxHops = Annotated[int, QueryParameter(ge=1, le=MOST_HOPS, description="Steps, at most.")]
Depth = Annotated[int, QueryParameter(ge=1, le=MOST_DEPTH, description="Hops from the entity.")]
MaxNodes = Annotated[int, QueryParameter(ge=1, le=MOST, description="Entities, at most.")]
FileFormat = Annotated[
    Literal["graphml", "csv", "jsonl"], QueryParameter(name="format", description="Of the file.")
]
Rows = Annotated[
    Literal["entities", "relations"] | None,
    QueryParameter(name="kind", description="Only these; a CSV file needs it, GraphML has both."),
]
MEDIA_TYPES: dict[Format, str] = {
    "graphml": "application/graphml+xml",
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/x-ndjson",
}


@get(
    "/v1/graph/entity",
    operation_id="entity",
    summary="Describe an entity",
    tags=["graph"],
    responses=returns("entity", EntityDetails, 200, (400, 404, 503)),
)
async def entity(exploring: Injected[Exploring], workspace: str, name: Name) -> EntityDetails:
    """What documents say it is, or what a person made of it; 404 proposes the nearest names."""
    return await exploring.entity(workspace, name)


@get(
    "/v1/graph/search",
    operation_id="search_entities",
    summary="Search entities by name",
    tags=["graph"],
    responses=returns("search_entities", FoundEntities, 200, (400, 503)),
)
async def search_entities(
    exploring: Injected[Exploring], workspace: str, words: Words, limit: Limit = 20
) -> FoundEntities:
    """By the beginning of a name or of one of its words; when those are few, by likeness too."""
    return FoundEntities(await exploring.search_entities(workspace, words, limit))


@get(
    "/v1/graph/popular",
    operation_id="popular_entities",
    summary="List what most chunks mention",
    tags=["graph"],
    responses=returns("popular_entities", PopularEntities, 200, (400, 503)),
)
async def popular_entities(
    exploring: Injected[Exploring], workspace: str, limit: Limit = 20
) -> PopularEntities:
    """The entities that most chunks mention; a workspace that does not exist has none."""
    return PopularEntities(await exploring.popular_entities(workspace, limit))


@get(
    "/v1/graph/neighbours",
    operation_id="neighbours",
    summary="List what an entity is related to",
    tags=["graph"],
    responses=returns("neighbours", Neighbours, 200, (400, 404, 503)),
)
async def neighbours(
    exploring: Injected[Exploring], workspace: str, name: Name, limit: Limit = 20
) -> Neighbours:
    """Strongest first; the weight is the sum of what every chunk adds."""
    return Neighbours(await exploring.neighbours(workspace, name, limit))


@get(
    "/v1/graph/where-said",
    operation_id="where_said",
    summary="Quote documents on an entity or a relation",
    tags=["graph"],
    responses=returns("where_said", WhereSaid, 200, (400, 404, 503)),
)
async def where_said(
    exploring: Injected[Exploring],
    workspace: str,
    name: Name,
    other: Other = None,
    limit: Limit = 100,
) -> WhereSaid:
    """Document, page and quote: of an entity where documents are about it first, of a relation the
    strongest evidence first.
    """
    return WhereSaid(await exploring.where_said(workspace, name, other, limit))


@get(
    "/v1/graph/path",
    operation_id="find_path",
    summary="Find the way from one entity to another",
    tags=["graph"],
    responses=returns("find_path", Path, 200, (400, 404, 503)),
)
async def find_path(
    exploring: Injected[Exploring],
    workspace: str,
    source: Name,
    target: Name,
    max_hops: MaxHops = 4,
) -> Path:
    """The shortest way, the strongest among equals, with what documents say of each step."""
    return Path(await exploring.find_path(workspace, source, target, max_hops))


@get(
    "/v1/graph/subgraph",
    operation_id="subgraph",
    summary="Get the surroundings of an entity",
    tags=["graph"],
    responses=returns("subgraph", Subgraph, 200, (400, 404, 503)),
)
async def subgraph(
    exploring: Injected[Exploring],
    workspace: str,
    name: Name,
    depth: Depth = 1,
    max_nodes: MaxNodes = 50,
) -> Subgraph:
    """Nodes and edges to draw: the strongest entities around it, and all relations among them."""
    return await exploring.subgraph(workspace, name, depth, max_nodes)


@get(
    "/v1/graph/duplicates",
    operation_id="duplicates",
    summary="List likely duplicates",
    tags=["graph"],
    responses=returns("duplicates", Duplicates, 200, (400, 503)),
)
async def duplicates(
    exploring: Injected[Exploring], workspace: str, limit: Limit = 50
) -> Duplicates:
    """Pairs of entities that may be one: candidates for a merge, the most alike first."""
    return Duplicates(await exploring.duplicates(workspace, limit))


@get(
    "/v1/graph/orphans",
    operation_id="orphans",
    summary="List what hangs in the air",
    tags=["graph"],
    responses=returns("orphans", Orphans, 200, (400, 503)),
)
async def orphans(exploring: Injected[Exploring], workspace: str, limit: Limit = 100) -> Orphans:
    """Entities and relations that neither a document nor a person speaks of: always empty."""
    return Orphans(await exploring.orphans(workspace, limit))


@get(
    "/v1/graph/cost-by-day",
    operation_id="cost_by_day",
    summary="List what models cost by day",
    tags=["graph"],
    responses=returns("cost_by_day", DailyCosts, 200, (400, 503)),
)
async def cost_by_day(exploring: Injected[Exploring], workspace: str) -> DailyCosts:
    """Calls, failed calls, tokens and seconds by purpose and model, the latest day first."""
    return DailyCosts(await exploring.cost_by_day(workspace))


@get(
    "/v1/graph/cost-by-document",
    operation_id="cost_by_document",
    summary="List what models cost by document",
    tags=["graph"],
    responses=returns("cost_by_document", DocumentCosts, 200, (400, 503)),
)
async def cost_by_document(
    exploring: Injected[Exploring], workspace: str, limit: Limit = 50
) -> DocumentCosts:
    """The same for the costliest documents, by their source keys."""
    return DocumentCosts(await exploring.cost_by_document(workspace, limit))


@get(
    "/v1/graph/export",
    operation_id="export",
    summary="Download the graph",
    tags=["graph"],
    middleware=[close_stream],
    responses=returns("export", str, 200, (400, 404, 503), media_type="application/x-ndjson"),
)
async def export(
    exporting: Injected[Exporting],
    workspace: str,
    scope: Scope,
    file_format: FileFormat = "graphml",
    kind: Rows = None,
) -> Stream:
    """GraphML, CSV or JSON lines, streamed from one moment of the graph while others write.

    Aliases are a JSON list in every format. In CSV, a text that a spreadsheet would take for a
    formula begins with an apostrophe; JSON lines hold every name as it is. What fails before the
    first piece has an ordinary status; what fails later ends the response early.
    """
    pieces = exporting.export(workspace, file_format, kind)
    first = await anext(pieces)
    disposition = f"attachment; filename*=UTF-8''{quote(_file_name(workspace, file_format, kind))}"
    body = _send(first, pieces)
    hand_over(scope, body)  # or a lost connection would leave the snapshot open
    return Stream(
        body,
        media_type=MEDIA_TYPES[file_format],
        headers={"content-disposition": disposition},
    )


async def _send(first: str, pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    async with aclosing(pieces):
        yield first
        async for piece in pieces:
            yield piece


def _file_name(workspace: str, file_format: Format, kind: Kind | None) -> str:
    name = "".join("-" if letter in '/\\:*?"<>|' else letter for letter in workspace)
    return f"{name}-{kind}.{file_format}" if kind else f"{name}.{file_format}"


GRAPH_DOORS = [
    entity,
    search_entities,
    popular_entities,
    neighbours,
    where_said,
    find_path,
    subgraph,
    duplicates,
    orphans,
    cost_by_day,
    cost_by_document,
    export,
]
