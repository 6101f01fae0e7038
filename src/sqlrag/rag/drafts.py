"""From a prepared document to what is to be stored of it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlrag.domain.documents import ChunkDraft, NewChunk, PreparedDocument
from sqlrag.domain.graph import ChunkExtraction, ChunkText, DocumentText, NewGraph
from sqlrag.domain.models import Embedder

_LONGEST_REPORT = 5


def draft_chunks(prepared: PreparedDocument) -> list[NewChunk]:
    """The chunks of a document, not embedded yet."""
    return [_draft_chunk(chunk, prepared) for chunk in prepared.chunks]


def _draft_chunk(chunk: ChunkDraft, prepared: PreparedDocument) -> NewChunk:
    title = prepared.parsed.title or ""
    parts = (prepared.language, title, *chunk.headings, chunk.content)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return NewChunk(chunk, digest, join_lines(title, " > ".join(chunk.headings), chunk.content))


def find_missing(chunks: Sequence[NewChunk], stored: Sequence[bytes]) -> list[int]:
    """The places of chunks whose hash is not stored; of n equal chunks, n must be."""
    left = Counter(stored)
    missing = []
    for place, chunk in enumerate(chunks):
        if left[chunk.content_sha256] < 1:
            missing.append(place)
        left[chunk.content_sha256] -= 1
    return missing


def read_document(prepared: PreparedDocument, places: Sequence[int]) -> DocumentText:
    """What an extractor reads: the chunks at these places."""
    chunks = (prepared.chunks[place] for place in places)
    return DocumentText(
        prepared.parsed.title or "",
        prepared.language,
        tuple(ChunkText(chunk.content, chunk.headings) for chunk in chunks),
    )


def describe_gaps(places: Sequence[int], extractions: Sequence[ChunkExtraction]) -> str | None:
    """What could not be extracted and why, None where nothing failed."""
    tried = zip(places, extractions, strict=True)
    failed = [(place, extraction.error) for place, extraction in tried if extraction.error]
    if not failed:
        return None
    listed = "; ".join(f"chunk {place}: {error}" for place, error in failed[:_LONGEST_REPORT])
    more = f"; and {len(failed) - _LONGEST_REPORT} more" if len(failed) > _LONGEST_REPORT else ""
    return (
        f"Entities and relations of {len(failed)} chunks could not be extracted ({listed}{more}); "
        "ingest the document again to try these once more."
    )


async def embed_document(
    embedder: Embedder,
    chunks: Sequence[NewChunk],
    new: Sequence[int],
    graph: NewGraph,
    with_graph: bool = True,
) -> tuple[list[NewChunk], NewGraph]:
    """The chunks with vectors at the `new` places, and the graph with those of its names, all in
    one call.

    Raises ModelError.
    """
    entities = _entity_texts(graph) if with_graph else {}
    relations = _relation_texts(graph) if with_graph else {}
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


def _entity_texts(graph: NewGraph) -> dict[str, str]:
    """What is embedded of each entity, by name: the name and its first description."""
    texts: dict[str, str] = dict.fromkeys(graph.names(), "")
    for _, extraction in graph.found:
        for entity in extraction.entities:
            texts[entity.name] = texts[entity.name] or entity.description
    return {name: join_lines(name, text) for name, text in texts.items()}


def _relation_texts(graph: NewGraph) -> dict[tuple[str, str], str]:
    """What is embedded of each relation: its names, keywords and first description."""
    texts: dict[tuple[str, str], str] = {}
    for _, extraction in graph.found:
        for one in extraction.relations:
            ends = f"{one.source} — {one.target}"
            text = join_lines(ends, one.keywords, one.description)
            texts.setdefault((one.source, one.target), text)
    return texts


def join_lines(*parts: str) -> str:
    """What there is of the parts, a line each: the text that is embedded of something."""
    return "\n".join(part for part in parts if part)
