"""The sentences in which documents are refused: what happened, why, what to do.

Parsers leave out whom a sentence is about; `named` puts the name in front, once, at the door.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlrag.domain.errors import (
    DocumentTooLarge,
    EmptyDocument,
    UnreadableDocument,
    UnsupportedMediaType,
)

# The setting that each limit is raised by.
SETTINGS = {
    "bytes": "SQLRAG_MAX_FILE_BYTES",
    "characters of text": "SQLRAG_MAX_TEXT_CHARS",
    "pages": "SQLRAG_MAX_PAGES",
}


@contextmanager
def named(file_name: str) -> Iterator[None]:
    try:
        yield
    except UnreadableDocument as error:
        raise type(error)(f"{file_name} {error}") from error.__cause__


def unreadable(why: str, remedy: str) -> UnreadableDocument:
    return UnreadableDocument(f"cannot be read: {why}; {remedy}.")


def too_deep(what: str, limit: str = "a parser can follow") -> UnreadableDocument:
    return unreadable(f"its {what} is nested deeper than {limit}", "flatten it and ingest that")


def empty() -> EmptyDocument:
    return EmptyDocument(
        "is empty: it holds no text to search; check that it was saved and uploaded in full."
    )


def not_installed(kind: str, instead: str) -> UnsupportedMediaType:
    return UnsupportedMediaType(
        f"cannot be read: what reads {kind} is not installed; pip install "
        f"'sqlrag-postgres[readers]', or {instead}."
    )


def unsupported(kind: str) -> UnsupportedMediaType:
    return UnsupportedMediaType(
        f"cannot be read: no parser reads {kind}; save it as PDF, DOCX, XLSX, PPTX, HTML, "
        "Markdown, CSV, JSON or plain text and ingest that."
    )


def too_large(file_name: str, size: int, unit: str, limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"{file_name} {_too_large(size, unit, limit)}")


def check_size(size: int, unit: str, limit: int) -> None:
    """Raise DocumentTooLarge, without a name, for more than the limit."""
    if size > limit:
        raise DocumentTooLarge(_too_large(size, unit, limit))


def check_length(parts: Iterable[str], separator: str, limit: int) -> list[str]:
    """The parts, refused as soon as they are together longer than `limit` characters."""
    kept, length = [], 0
    for part in parts:
        kept.append(part)
        length += len(part) + len(separator)
        check_size(length, "characters of text", limit)
    return kept


def _too_large(size: int, unit: str, limit: int) -> str:
    return (
        f"is too large: it has {size:,} {unit} and the limit is {limit:,}; split it or raise "
        f"{SETTINGS[unit]}."
    )
