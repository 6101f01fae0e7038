"""From a prepared document to what is to be stored of it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlrag.domain.documents import (
    ChunkDraft,
    DocumentState,
    NewChunk,
    NewDocument,
    PreparedDocument,
    Source,
)
from sqlrag.domain.graph import ChunkExtraction, ChunkText, DocumentText, NewGraph
from sqlrag.domain.models import Embedder
from sqlrag.domain.names import join_lines

_LONGEST_REPORT = 5


class Draft:
    """A document between parsing and writing: its chunks, and what it adds to the graph.

    `state` is what is stored of it, None where it is new. `new` are the places of chunks that have
    no vector yet, `unread` those of chunks that nothing was extracted of; `gaps` say what could not
    be extracted.
    """

    def __init__(self, prepared: PreparedDocument, state: DocumentState | None) -> None:
        self.prepared, self.state = prepared, state
        self.chunks = [_draft_chunk(chunk, prepared) for chunk in prepared.chunks]
        self.new = _find_missing(self.chunks, state.chunk_hashes if state else ())
        self.unread = _find_missing(self.chunks, state.extracted_hashes if state else ())
        self.graph = NewGraph()
        self.gaps: str | None = None

    def read(self, places: Sequence[int]) -> DocumentText:
        """What an extractor reads: the chunks at these places."""
        chunks = (self.prepared.chunks[place] for place in places)
        return DocumentText(
            self.prepared.parsed.title or "",
            self.prepared.language,
            tuple(ChunkText(chunk.content, chunk.headings) for chunk in chunks),
        )

    def take(self, places: Sequence[int], found: Sequence[ChunkExtraction], extractor: str) -> None:
        """What an extractor found in the chunks at these places."""
        self.graph = NewGraph(tuple(zip(places, found, strict=True)), extractor)
        self.gaps = _describe_gaps(self.graph)

    def make_document(self, source: Source, digest: bytes, recipe: str) -> NewDocument:
        """What the document is to be, beside its chunks and graph."""
        parsed = self.prepared.parsed
        named = source.source_key, parsed.title or "", parsed.media_type, self.prepared.language
        made = digest, recipe, source.metadata, source.tags
        return NewDocument(*named, *made, len(parsed.text), self.gaps, source.read)

    async def embed(self, embedder: Embedder, with_graph: bool) -> None:
        """Give vectors to new chunks and to the names of the graph, all in one call.

        Raises ModelError.
        """
        entities = _entity_texts(self.graph) if with_graph else {}
        relations = _relation_texts(self.graph) if with_graph else {}
        texts = [self.chunks[place].indexed for place in self.new]
        vectors = iter(await embedder.embed([*texts, *entities.values(), *relations.values()]))
        for place in self.new:
            self.chunks[place] = replace(self.chunks[place], embedding=next(vectors))
        self.graph = replace(
            self.graph,
            entity_embeddings={name: next(vectors) for name in entities},
            relation_embeddings={pair: next(vectors) for pair in relations},
        )


def _draft_chunk(chunk: ChunkDraft, prepared: PreparedDocument) -> NewChunk:
    title = prepared.parsed.title or ""
    parts = (prepared.language, title, *chunk.headings, chunk.content)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return NewChunk(chunk, digest, join_lines(title, " > ".join(chunk.headings), chunk.content))


def _find_missing(chunks: Sequence[NewChunk], stored: Sequence[bytes]) -> list[int]:
    """The places of chunks whose hash is not stored; of n equal chunks, n must be."""
    left = Counter(stored)
    missing = []
    for place, chunk in enumerate(chunks):
        if left[chunk.content_sha256] < 1:
            missing.append(place)
        left[chunk.content_sha256] -= 1
    return missing


def _describe_gaps(graph: NewGraph) -> str | None:
    """What could not be extracted and why, None where nothing failed."""
    failed = [(place, extraction.error) for place, extraction in graph.found if extraction.error]
    if not failed:
        return None
    listed = "; ".join(f"chunk {place}: {error}" for place, error in failed[:_LONGEST_REPORT])
    more = f"; and {len(failed) - _LONGEST_REPORT} more" if len(failed) > _LONGEST_REPORT else ""
    return (
        f"Entities and relations of {len(failed)} chunks could not be extracted ({listed}{more}); "
        "ingest the document again to try these once more."
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
