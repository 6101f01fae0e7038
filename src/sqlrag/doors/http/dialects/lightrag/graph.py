"""The graph as clients of LightRAG draw it."""

from typing import Annotated, Any

from litestar.params import QueryParameter
from msgspec import Struct

from sqlrag.domain.shelf import DrawnEntity, DrawnRelation
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.lightrag.speaking import DEEPEST, MOST_NODES, lightrag
from sqlrag.rag.shelf import draw_graph, is_entity, list_names

_EVERYTHING = "*"
_MOST_NAMES = 100_000
_Label: Any = Annotated[
    str, QueryParameter(description="An entity by any of its names, or `*` for what is most told.")
]
_Depth: Any = Annotated[
    int, QueryParameter(ge=1, le=1_000, description=f"Hops, of which {DEEPEST} are made at most.")
]
_Nodes: Any = Annotated[
    int,
    QueryParameter(ge=1, le=1_000_000, description=f"Entities; {MOST_NODES:,} are drawn at most."),
]
_Name: Any = Annotated[str, QueryParameter(description="Any of the names of an entity.")]
_Words: Any = Annotated[str, QueryParameter(name="q", description="Letters of a name.")]
_Popular: Any = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many, at most.")]
_Found: Any = Annotated[int, QueryParameter(ge=1, le=100, description="How many, at most.")]


class _Node(Struct, frozen=True):
    id: str
    labels: list[str]
    properties: dict[str, Any]


class _Edge(Struct, frozen=True):
    id: str
    type: str
    source: str
    target: str
    properties: dict[str, Any]


class DrawnGraph(Struct, frozen=True):
    """A node goes by the name of its entity."""

    nodes: list[_Node]
    edges: list[_Edge]
    is_truncated: bool


class Exists(Struct, frozen=True):
    exists: bool


@lightrag("GET /graphs", "Draw the graph for a client of LightRAG", role="reader")
async def draw_knowledge_graph(
    rag: RagOfWorkspace, label: _Label, max_depth: _Depth = 3, max_nodes: _Nodes = MOST_NODES
) -> DrawnGraph:
    """What is around an entity, the nearest and strongest first, with all relations between; empty
    for a name that there is not, and for a workspace that does not exist."""
    name = None if label == _EVERYTHING else label
    drawn = await draw_graph(rag, name, min(max_depth, DEEPEST), min(max_nodes, MOST_NODES))
    nodes, edges = map(_make_node, drawn.entities), map(_make_edge, drawn.relations)
    return DrawnGraph([*nodes], [*edges], drawn.is_truncated)


@lightrag("GET /graph/label/list", "List entities for a client of LightRAG", role="reader")
async def list_labels(rag: RagOfWorkspace) -> tuple[str, ...]:
    """By their names, in their order."""
    return tuple(await list_names(rag, _MOST_NAMES))


@lightrag(
    "GET /graph/label/popular", "List the entities most told of, for a client of LightRAG",
    role="reader",
)  # fmt: skip
async def list_popular_labels(rag: RagOfWorkspace, limit: _Popular = 300) -> tuple[str, ...]:
    """By how many chunks mention them."""
    return tuple(one.name for one in await rag.graph.popular_entities(limit))


@lightrag("GET /graph/label/search", "Find entities for a client of LightRAG", role="reader")
async def search_labels(rag: RagOfWorkspace, words: _Words, limit: _Found = 50) -> tuple[str, ...]:
    """By the beginning of a name or of one of its words, and by likeness."""
    return tuple(one.name for one in await rag.graph.search_entities(words, limit))


@lightrag(
    "GET /graph/entity/exists", "Tell a client of LightRAG whether there is an entity",
    role="reader",
)  # fmt: skip
async def entity_exists(rag: RagOfWorkspace, name: _Name) -> Exists:
    """By any of its names."""
    return Exists(await is_entity(rag, name))


def _make_node(one: DrawnEntity) -> _Node:
    told = {"entity_id": one.name, "entity_type": one.type, "description": one.description}
    return _Node(one.name, [one.name], {**told, "chunk_count": one.chunk_count})


def _make_edge(one: DrawnRelation) -> _Edge:
    told = {"weight": one.weight, "keywords": one.keywords, "description": one.description}
    return _Edge(str(one.relation_id), "DIRECTED", one.source, one.target, told)


DOORS = (
    *draw_knowledge_graph, *list_labels, *list_popular_labels, *search_labels, *entity_exists,
)  # fmt: skip
