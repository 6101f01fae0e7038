"""Files as clients of OpenAI have them: uploaded, in vector stores, in batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class KnownFile:
    """An upload, or a document that another door brought, which alone has a `document_id`."""

    file_id: str
    name: str
    purpose: str
    bytes: int
    created_at: datetime
    document_id: int | None


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file in a vector store: a document, or one that a job makes of an upload.

    `status` is 'in_progress', 'completed', 'failed' or 'cancelled'; `error_kind` is known for as
    long as its job is.
    """

    file_id: str
    document_id: int | None
    source_key: str
    status: str
    error: str | None
    error_kind: str | None
    attributes: dict[str, Any]
    bytes: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VectorStore:
    """A workspace as a vector store; `told` is what clients called it and said of it."""

    name: str
    told: Mapping[str, Any]
    created_at: datetime
    in_progress: int
    completed: int
    failed: int
    cancelled: int
    total: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FoundUpload:
    """Where an upload is, and how large."""

    file_id: str
    workspace_id: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FileBatch:
    """The files of a track, by what became of their jobs."""

    track_id: UUID
    created_at: datetime
    in_progress: int
    completed: int
    failed: int
    cancelled: int
    total: int


def name_file(document_id: int, source_key: str) -> tuple[str, str]:
    """What clients of OpenAI call a document: its id there, and its name. sqlrag.upload_of."""
    head, slash, name = source_key.partition("/")
    if slash and is_upload(head):
        return head, name
    return f"file-{document_id}", source_key


def is_upload(file_id: str) -> bool:
    """Whether it is the id of an upload, and not that of a document."""
    return len(file_id) == 37 and file_id.startswith("file-") and _is_hex(file_id[5:])


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)
