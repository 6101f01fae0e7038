"""What is told of an erasure: nothing of what was erased."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """Rows of a table that went or were emptied; the hash is of their keys, in order."""

    table: str
    rows: int
    ids_sha256: str


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that would be erased."""

    document_id: int
    source_key: str
    title: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was erased, or would be; `sha256` is over all of it and the time.

    `documents` are told before they are erased, never after. `notes` say what is left, where no
    statement of ours reaches.
    """

    workspace: str
    at: datetime
    is_dry_run: bool
    erased: list[Erased]
    sha256: str
    notes: list[str]
    documents: list[FoundDocument]
