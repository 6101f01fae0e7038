"""Documents and chunks, from what a user hands in to what is stored."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta


@dataclass(frozen=True, slots=True)
class Source:
    """What a user gave us: bytes of a file, or text that needs no parsing.

    `source_key` is its stable name in the workspace (path, URL, the caller's id).
    `file_name` and `media_type` choose the parser; text alone is read as plain text.
    Without a title (None) the parser finds one; an empty one is kept. `read` are the principals
    that may read it, () for everybody who may read the workspace; None leaves it as it is, and a
    new document to everybody.
    """

    source_key: str
    data: bytes
    file_name: str
    media_type: str | None = None
    title: str | None = None
    language: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    read: tuple[str, ...] | None = None

    @classmethod
    def of_text(
        cls,
        text: str,
        source_key: str | None = None,
        *,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
        media_type: str | None = None,
        language: str | None = None,
        read: Iterable[str] | None = None,
    ) -> "Source":
        """A text that needs no file. Without a source key, equal texts are one document."""
        data = text.encode("utf-8", "replace")
        key = source_key or "text-" + hashlib.sha256(data).hexdigest()[:16]
        read_as = media_type or "text/plain", title or "", language or None
        readers = None if read is None else tuple(read)
        return cls(key, data, key, *read_as, metadata or {}, tuple(tags), readers)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the parsed text; `char_start` is where its line begins."""

    level: int
    title: str
    char_start: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table, without its head, in the parsed text; `heads` says what its columns are."""

    heads: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """The text of a document and where its pages and headings begin.

    `page_starts[i]` is the character offset at which page i + 1 begins (empty: no pages);
    `headings` and `tables` are in text order. The text holds no NUL character and uses `\\n` for
    line ends.
    `remarks` say what was guessed or left out, without a capital and a full stop.
    """

    text: str
    media_type: str
    title: str | None = None
    page_starts: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """A chunk before it is stored: `text[char_start:char_end] == content`.

    `headings` is the path of headings above it, outermost first, and the heads of columns where it
    begins amid the rows of a table; `page` the page (from 1) on
    which it starts, None where there are no pages; `page_breaks` are the characters of the text
    inside the chunk at which further pages begin.
    """

    content: str
    token_count: int
    char_start: int
    char_end: int
    page: int | None = None
    page_breaks: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A source after parsing, language detection and splitting; made in a worker process."""

    parsed: ParsedDocument
    language: str
    chunks: tuple[ChunkDraft, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document as stored. `status` is 'ready', or 'failed' with the reason in `error`; `read` are
    the principals that may read it, none for everybody who may read the workspace."""

    document_id: int
    source_key: str
    title: str
    media_type: str
    language: str
    metadata: dict[str, Any]
    tags: list[str]
    status: str
    error: str | None
    char_count: int
    chunk_count: int
    token_count: int
    created_at: datetime
    updated_at: datetime
    read: list[str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as stored."""

    chunk_id: int
    document_id: int
    ordinal: int
    content: str
    token_count: int
    char_start: int
    char_end: int
    page: int | None
    page_end: int | None
    headings: list[str]


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of one source: 'added', 'unchanged', 'updated', 'failed' or 'skipped'.

    A failure has its sentence in `error` and its SqlragError.kind in `error_kind`, and so has what
    was skipped: files in a folder that no parser reads. `remarks` say what was guessed of a
    document or left out.
    """

    source_key: str
    outcome: str
    document_id: int | None = None
    chunk_count: int = 0
    embedded_count: int = 0
    error: str | None = None
    error_kind: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was handed in; `content` is None where its bytes were not kept."""

    source_key: str
    media_type: str
    content: bytes | None


# As Litestar can describe it: it has no words for a tuple of four.
Box = Annotated[tuple[float, ...], Meta(min_length=4, max_length=4)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands on a page (from 1): a box for each line, as left, top, right and bottom
    in shares of the page's width and height, from its upper left corner."""

    page: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class DeletedDocument:
    """A document that was there and is gone."""

    document_id: int
    source_key: str


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a writer compares a new source with."""

    document_id: int
    title: str
    language: str
    content_sha256: bytes
    recipe: str
    metadata: dict[str, Any]
    tags: list[str]
    status: str
    error: str | None
    revision: int
    is_kept: bool
    chunk_hashes: list[bytes]
    extracted_hashes: list[bytes]
    read: list[str]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is to be stored; `partly` says what of its graph is missing, and why."""

    source_key: str
    title: str
    media_type: str
    language: str
    content_sha256: bytes
    recipe: str
    metadata: Mapping[str, Any]
    tags: Sequence[str]
    char_count: int
    partly: str | None = None
    read: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk as it is to be stored.

    `indexed` is what is searched: title, headings and content. `embedding` is None where the
    document already has a chunk of the same hash.
    """

    draft: ChunkDraft
    content_sha256: bytes
    indexed: str
    embedding: Any | None = None


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document that was written, and how many of its chunks are new."""

    document_id: int
    added_count: int
