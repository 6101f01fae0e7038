"""An extractor that needs no model: names by how they are written, relations by counting."""

import asyncio

from sqlrag.domain.graph import ChunkExtraction, DocumentText, ExtractionOptions
from sqlrag.offline.extractor.names import find_names
from sqlrag.offline.extractor.relations import relate_chunks

_SMALL = 2_048  # characters; up to here a thread costs half of the work, which is 2 ms


class OfflineExtractor:
    """Deterministic: the same document and options give the same extraction everywhere."""

    reads_whole_documents = True
    model = "offline-statistical-v2"

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        if sum(len(chunk.content) for chunk in document.chunks) <= _SMALL:
            return extract_document(document, options)
        return await asyncio.to_thread(extract_document, document, options)


def extract_document(document: DocumentText, options: ExtractionOptions) -> list[ChunkExtraction]:
    """One extraction per chunk, in order. Pure, picklable, never raises on any text.

    Reads no more of the options than the caps.
    """
    return relate_chunks(document, find_names(document), options)


class NoExtractor:
    """Finds nothing in any chunk, for those who want no graph."""

    model = "none"
    reads_whole_documents = False

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        return [ChunkExtraction() for _ in document.chunks]
