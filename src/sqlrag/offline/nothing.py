"""The extractor of those who want no graph."""

from sqlrag.domain.graph import ChunkExtraction, DocumentText, ExtractionOptions


class NoExtractor:
    """Finds nothing in any chunk."""

    model = "none"
    reads_whole_documents = False

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        return [ChunkExtraction() for _ in document.chunks]
