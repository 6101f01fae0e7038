"""From a prepared document to what is to be stored of it."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlrag.domain.documents import ChunkDraft, PreparedDocument
from sqlrag.domain.graph import (
    ChunkExtraction,
    ChunkText,
    DocumentText,
    NewEvidence,
    NewGraph,
    NewMention,
    NewReject,
)
from sqlrag.domain.storage import NewChunk

_LONGEST_REPORT = 5


def draft_chunks(prepared: PreparedDocument) -> list[NewChunk]:
    """The chunks of a document, not embedded yet."""
    return [_draft_chunk(chunk, prepared) for chunk in prepared.chunks]


def _draft_chunk(chunk: ChunkDraft, prepared: PreparedDocument) -> NewChunk:
    title = prepared.parsed.title or ""
    above = " > ".join(chunk.headings)
    parts = (prepared.language, title, *chunk.headings, chunk.content)
    return NewChunk(
        content=chunk.content,
        content_sha256=hashlib.sha256("\x1f".join(parts).encode()).digest(),
        indexed="\n".join(part for part in (title, above, chunk.content) if part),
        token_count=chunk.token_count,
        char_start=chunk.char_start,
        char_end=chunk.char_end,
        page=chunk.page,
        page_breaks=chunk.page_breaks,
        headings=chunk.headings,
        embedding=None,
    )


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


def draft_graph(
    places: Sequence[int], extractions: Sequence[ChunkExtraction], extractor: str
) -> NewGraph:
    """What was found in the chunks at these places, not embedded yet."""
    found = list(zip(places, extractions, strict=True))
    return NewGraph(
        mentions=tuple(
            NewMention(place, entity.name, entity.type, entity.description, entity.is_subject)
            for place, extraction in found
            for entity in extraction.entities
        ),
        evidence=tuple(
            NewEvidence(
                place,
                relation.source,
                relation.target,
                relation.keywords,
                relation.description,
                relation.weight,
            )
            for place, extraction in found
            for relation in extraction.relations
        ),
        rejects=tuple(
            NewReject(place, reject.record, reject.reason)
            for place, extraction in found
            for reject in extraction.rejects
        ),
        extractor=extractor,
        extracted=tuple(place for place, extraction in found if extraction.error is None),
    )


def describe_gaps(places: Sequence[int], extractions: Sequence[ChunkExtraction]) -> str | None:
    """What could not be extracted and why, None where nothing failed."""
    failed = [
        (place, extraction.error)
        for place, extraction in zip(places, extractions, strict=True)
        if extraction.error
    ]
    if not failed:
        return None
    listed = "; ".join(f"chunk {place}: {error}" for place, error in failed[:_LONGEST_REPORT])
    more = f"; and {len(failed) - _LONGEST_REPORT} more" if len(failed) > _LONGEST_REPORT else ""
    return (
        f"Entities and relations of {len(failed)} chunks could not be extracted ({listed}{more}); "
        "ingest the document again to try these once more."
    )


def entity_texts(graph: NewGraph) -> dict[str, str]:
    """What is embedded of each entity, by name: the name and its first description."""
    texts: dict[str, str] = dict.fromkeys(graph.names(), "")
    for mention in graph.mentions:
        texts[mention.name] = texts[mention.name] or mention.description
    return {name: f"{name}\n{text}" if text else name for name, text in texts.items()}


def relation_texts(graph: NewGraph) -> dict[tuple[str, str], str]:
    """What is embedded of each relation: its names, keywords and first description."""
    texts: dict[tuple[str, str], str] = {}
    for found in graph.evidence:
        ends = f"{found.source} — {found.target}"
        parts = (ends, found.keywords, found.description)
        texts.setdefault((found.source, found.target), "\n".join(part for part in parts if part))
    return texts
