"""The sentences in which documents are refused: what happened, why, what to do."""

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument, UnsupportedMediaType


def unreadable(file_name: str, why: str, remedy: str) -> UnreadableDocument:
    return UnreadableDocument(f"{file_name} cannot be read: {why}; {remedy}.")


def empty(file_name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{file_name} is empty: it holds no text to search; check that it was saved and uploaded "
        "in full."
    )


def unsupported(file_name: str, kind: str) -> UnsupportedMediaType:
    return UnsupportedMediaType(
        f"{file_name} cannot be read: no parser reads {kind}; save it as PDF, DOCX, HTML, "
        "Markdown, CSV, JSON or plain text and ingest that."
    )


def too_large(file_name: str, size: int, unit: str, limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(
        f"{file_name} is too large: it has {size:,} {unit} and the limit is {limit:,}; split it "
        "or raise the limit."
    )


def check_length(file_name: str, chars: int, limit: int) -> None:
    """Raise DocumentTooLarge for a text of more than `limit` characters."""
    if chars > limit:
        raise too_large(file_name, chars, "characters of text", limit)
