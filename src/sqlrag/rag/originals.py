"""Documents as they were handed in: their bytes, their pages, and read anew without their files."""

import asyncio
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from msgspec import Meta

from sqlrag.domain.documents import IngestResult, Original, Place, Source
from sqlrag.domain.errors import BadInput, NotFound, UnreadableDocument
from sqlrag.domain.operations import Id, operation
from sqlrag.domain.retrieval import Reference
from sqlrag.domain.workspaces import Change
from sqlrag.parsing import ParserPool
from sqlrag.rag.documents import DocumentId, Documents
from sqlrag.rag.progress import Report, silent

_PDF = "application/pdf"
_LONGEST_QUOTE = 20_000  # characters
_BATCH_BYTES = 2**26
Character = Annotated[
    int, Meta(ge=0, le=2**31 - 1, description="A character of the document's text.")
]


@dataclass
class Originals(Documents):
    """What can be done with a document because its bytes are kept, which
    SQLRAG_KEEP_ORIGINALS=false ends for those that come after it."""

    parser: ParserPool

    async def get_original(self, document_id: Id) -> tuple[Original, bytes]:
        """A document as it was handed in, and its bytes. Raises NotFound, also where they were not
        kept."""
        workspace = await self.workspaces.get(self.workspace)
        found = await self.storage.documents.get_original(workspace.id, document_id)
        if found is None:
            raise self.no_document(document_id)
        if found.content is None:
            raise NotFound(
                f"The bytes of document {document_id} were not kept; ingest it again with "
                "SQLRAG_KEEP_ORIGINALS=true."
            )
        return found, found.content

    @operation(
        "GET documents/{document_id:int}/places", "Where a quote stands", (NotFound,), role="reader"
    )
    async def find_places(
        self, document_id: DocumentId, char_start: Character, char_end: Character
    ) -> list[Place]:
        """Where on the pages of a PDF the characters of a citation stand: a box for each line, as
        left, top, right and bottom in shares of the page's width and height.

        Of a document without pages, and of text that its pages do not hold, there are none.
        """
        if not 0 < char_end - char_start <= _LONGEST_QUOTE:
            raise BadInput(
                f"Characters {char_start:,} to {char_end:,} are no quote; it has 1 to "
                f"{_LONGEST_QUOTE:,} characters."
            )
        original, content = await self.get_original(document_id)
        page, quote = await self._read(document_id, char_start, char_end)
        if original.media_type != _PDF or page is None:
            return []
        return await self.parser.find_places(original.source_key, content, page, quote)

    async def draw_page(
        self,
        document_id: Id,
        page: int,
        char_start: int | None = None,
        char_end: int | None = None,
        width: int = 1_000,
    ) -> bytes:
        """A page (from 1) of a PDF as a PNG of so many pixels across, with the characters of a
        citation marked. Raises NotFound."""
        original, content = await self.get_original(document_id)
        if original.media_type != _PDF:
            raise NotFound(
                f"Document {document_id} is of the type {original.media_type}, and only pages of a "
                "PDF are drawn."
            )
        quote, first = "", page
        if char_start is not None and char_end is not None:
            found, quote = await self._read(document_id, char_start, char_end)
            first = found or page
        asked = original.source_key, content, page, first, quote
        return await self.parser.draw_page(*asked, width)

    async def place(self, references: Sequence[Reference]) -> tuple[Reference, ...]:
        """References with the boxes of their quotes, where they are of PDFs that are kept."""
        paged = {one.document_id for one in references if one.page is not None}
        found = await asyncio.gather(*(self._find_pdf(document_id) for document_id in paged))
        kept = dict(zip(paged, found, strict=True))
        return tuple(
            await asyncio.gather(
                *(self._place(one, kept.get(one.document_id)) for one in references)
            )
        )

    async def reparse(self, report: Report = silent) -> list[IngestResult]:
        """Read every document anew that an older reader read, or that was split in another way,
        from its bytes. What stays the same keeps its vectors and its graph."""
        workspace = await self.workspaces.open(self.workspace)
        results: list[IngestResult] = []
        after, recipe = 0, self.ingestion.recipe.name
        while rows := await self.storage.fetch(
            "list_originals", workspace.id, after, recipe, _BATCH_BYTES
        ):
            after = rows[-1]["document_id"]
            results += await self.ingestion.ingest(
                workspace, [_source(row) for row in rows], report
            )
        await self.upkeep.follow(workspace, Change.of(results), report)
        return results

    async def count_lost(self) -> int:
        """How many documents that `reparse` would read anew it cannot, their bytes being lost."""
        workspace = await self.workspaces.open(self.workspace)
        recipe = self.ingestion.recipe.name
        return int(await self.storage.fetch_value("count_lost", workspace.id, recipe))

    async def _find_pdf(self, document_id: int) -> bytes | None:
        try:
            original, content = await self.get_original(document_id)
        except NotFound:
            return None
        return content if original.media_type == _PDF else None

    async def _place(self, reference: Reference, content: bytes | None) -> Reference:
        if content is None or reference.page is None:
            return reference
        asked = reference.source_key, content, reference.page, reference.quote
        try:
            return replace(reference, places=tuple(await self.parser.find_places(*asked)))
        except UnreadableDocument:  # by the limits of parsing
            return reference

    async def _read(self, document_id: int, start: int, end: int) -> tuple[int | None, str]:
        """The page and the text of a span of a document."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, document_id, start, end
        chunks = await self.storage.fetch("chunks_of_span", *asked)
        pieces, at = [], start
        for chunk in chunks:  # which overlap
            begin = chunk["char_start"]
            pieces.append(chunk["content"][max(at - begin, 0) : end - begin])
            at = max(at, chunk["char_end"])
        page = chunks[0]["page"] if chunks else None
        if page is not None:
            page += bisect_right(chunks[0]["page_breaks"], start)
        return page, "".join(pieces)


def _source(row: Mapping[str, Any]) -> Source:
    """As it was handed in; what was said of it, its title too, stays."""
    key, said = row["source_key"], (row["title"], None, row["metadata"], tuple(row["tags"]))
    return Source(key, row["content"], key, row["media_type"], *said)
