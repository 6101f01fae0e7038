"""What is kept of who asked and who changed what."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

T = TypeVar("T")
AuditLevel = Literal["off", "changes", "all"]


@dataclass(frozen=True, slots=True)
class NewAuditEntry:
    """What was done, as the row type new_audit_entry has it. Without `who` it was the role of the
    connection; `workspace` is None where it was about every one."""

    workspace: str | None
    at: datetime
    who: str | None
    principals: Sequence[str]
    operation: str
    subject: str | None = None
    question: str | None = None
    document_ids: Sequence[int] = ()
    request_id: str | None = None
    outcome: str = "done"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What somebody asked or changed.

    `who` is a key by its prefix, a token by its issuer, # and its subject, or the role of the
    database of who needed neither; `document_ids` are
    those that a question was shown, or a change was of; `outcome` is `done`, `stopped` by who
    asked, or the kind of the error.
    """

    audit_id: int
    at: datetime
    workspace: str | None
    who: str
    principals: list[str]
    operation: str
    subject: str | None
    question: str | None
    document_ids: list[int]
    request_id: str | None
    outcome: str


class Watching(Protocol):
    """Sees a change that is being done, and keeps that it was."""

    async def watch(self, operation: str, given: Mapping[str, Any], doing: Awaitable[T]) -> T: ...
