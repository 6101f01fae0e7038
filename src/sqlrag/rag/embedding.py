"""The vectors of a document: of its new chunks and of what they say, in one call."""

from collections.abc import Sequence
from dataclasses import replace

from sqlrag.domain.graph import NewGraph
from sqlrag.domain.models import Embedder
from sqlrag.domain.storage import NewChunk
from sqlrag.rag.drafting import entity_texts, relation_texts


async def embed_document(
    embedder: Embedder,
    chunks: Sequence[NewChunk],
    new: Sequence[int],
    graph: NewGraph,
    with_graph: bool = True,
) -> tuple[list[NewChunk], NewGraph]:
    """The chunks with vectors at the `new` places, and the graph with those of its names.

    Raises ModelError.
    """
    entities = entity_texts(graph) if with_graph else {}
    relations = relation_texts(graph) if with_graph else {}
    texts = [chunks[place].indexed for place in new]
    vectors = iter(await embedder.embed([*texts, *entities.values(), *relations.values()]))
    embedded = list(chunks)
    for place in new:
        embedded[place] = replace(chunks[place], embedding=next(vectors))
    return embedded, replace(
        graph,
        entity_embeddings={name: next(vectors) for name in entities},
        relation_embeddings={pair: next(vectors) for pair in relations},
    )
