"""Keeps who asked and who changed what, without making anybody wait for it or fail of it."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from sqlrag.database.pool import as_row
from sqlrag.domain.access import Access
from sqlrag.domain.auditing import AuditLevel, NewAuditEntry
from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import SqlragError
from sqlrag.domain.retrieval import Context, list_documents
from sqlrag.domain.states import Expected
from sqlrag.logs import read_ids
from sqlrag.repositories.postgres import Postgres

T = TypeVar("T")
_MOMENT = 1.0  # seconds for which questions wait for others
_MOST = 10_000  # that wait, while Postgres is away
_LONGEST_SUBJECT = 200  # characters
_MOST_DOCUMENTS = 1_000
_NAMED = 10
_is_watched: ContextVar[bool] = ContextVar("is_watched", default=False)
_log = logging.getLogger(__name__)


@dataclass
class Audit:
    """One of a process. Changes are kept when they return; questions and ingestions, of which there
    are many, a second later and together: a process that is killed takes its last second with it.
    Nothing of it fails what it tells of.
    """

    storage: Postgres
    level: AuditLevel = "changes"
    _waiting: list[NewAuditEntry] = field(default_factory=list, init=False)
    _later: asyncio.Task[None] | None = field(default=None, init=False)

    def keeps(self, is_change: bool) -> bool:
        return self.level == "all" or (is_change and self.level == "changes")

    async def keep(self, entry: NewAuditEntry) -> None:
        """Now, with what waits."""
        self._waiting.append(entry)
        await self.flush()

    def keep_later(self, entry: NewAuditEntry) -> None:
        self._waiting.append(entry)
        if self._later is None:
            self._later = asyncio.create_task(self._write_later())

    async def close(self) -> None:
        if self._later:
            self._later.cancel()
        await self.flush()

    async def _write_later(self) -> None:
        await asyncio.sleep(_MOMENT)
        self._later = None
        await self.flush()

    async def flush(self) -> None:
        """What could not be kept is tried again with the next."""
        told, self._waiting = self._waiting, []
        try:
            if told:
                await self.storage.execute("add_audit_entries", [as_row(one) for one in told])
        except SqlragError as error:
            self._waiting = [*told, *self._waiting][-_MOST:]
            _log.warning("%d entries of the audit are not kept yet: %s", len(told), error)


@dataclass(frozen=True, slots=True)
class Witness:
    """Tells the audit what is done in a workspace by whoever has this access."""

    audit: Audit
    workspace: str
    access: Access

    async def watch(self, operation: str, given: Mapping[str, Any], doing: Awaitable[T]) -> T:
        """A change, until it is done or failed; what it consists of is not told once more."""
        outer = _is_watched.set(True)
        try:
            done = await doing
        except SqlragError as error:
            _is_watched.reset(outer)
            await self.tell(operation, _name(given), outcome=error.kind)
            raise
        _is_watched.reset(outer)
        ingested = [one for one in _rows(done) if isinstance(one, IngestResult)]
        if ingested:
            self.tell_ingestion(operation, ingested)
        else:
            everywhere = bool(given.get("every_workspace"))
            await self.tell(operation, _name_of(given, done), _documents_of(done), everywhere)
        return done

    async def tell(
        self,
        operation: str,
        subject: str | None = None,
        document_ids: Iterable[int] = (),
        everywhere: bool = False,
        outcome: str = "done",
    ) -> None:
        """Of a change that is no operation, or part of one that is watched already."""
        if self.audit.keeps(is_change=True) and not _is_watched.get():
            entry = self._make(operation, subject, document_ids, outcome)
            await self.audit.keep(replace(entry, workspace=None) if everywhere else entry)

    def tell_ingestion(self, operation: str, results: Sequence[IngestResult]) -> None:
        """Under the first source keys."""
        if self.audit.keeps(is_change=True) and not _is_watched.get():
            subject = ", ".join(one.source_key for one in results[:_NAMED])
            self.audit.keep_later(self._make(operation, subject, _documents_of(list(results))))

    def tell_question(
        self, operation: str, question: str, found: Context | None, outcome: str = "done"
    ) -> None:
        """With the documents that were shown to who asked."""
        if self.audit.keeps(is_change=False):
            shown = list_documents(found) if found else ()
            entry = self._make(operation, None, shown, outcome)
            self.audit.keep_later(replace(entry, question=question))

    def _make(
        self, operation: str, subject: str | None, documents: Iterable[int], outcome: str = "done"
    ) -> NewAuditEntry:
        ids = read_ids()
        return NewAuditEntry(
            self.workspace,
            datetime.now(UTC),
            self.access.prefix,
            self.access.principals or (),
            operation,
            subject and subject[:_LONGEST_SUBJECT],
            document_ids=list(dict.fromkeys(documents))[:_MOST_DOCUMENTS],
            request_id=ids.get("request") or (f"job {ids['job']}" if "job" in ids else None),
            outcome=outcome,
        )


@dataclass
class Witnessed:
    """Whose changes and questions are told, and on what condition something is changed."""

    workspace: str
    access: Access
    audit: Audit
    expected: Expected = field(default=Expected(), kw_only=True)

    def if_unchanged(self, *states: str) -> Self:
        """The same, for a change of a document or of settings that is made only where these are in
        one of the states, as `sqlrag.domain.states.read_state` tells them; otherwise Changed is
        raised. Other changes do not look."""
        return replace(self, expected=Expected(states))

    @property
    def witness(self) -> Witness:
        return Witness(self.audit, self.workspace, self.access)


def _name(given: Mapping[str, Any]) -> str | None:
    """What is changed is what is given first."""
    first = next(iter(given.values()), None)
    if isinstance(first, str | int):
        return str(first)
    return ", ".join(map(str, first)) if isinstance(first, Sequence) else None


def _name_of(given: Mapping[str, Any], done: Any) -> str | None:
    """As the result has it, where it is told there: of a key, a receipt, and what was deleted."""
    if getattr(done, "is_dry_run", False):
        return "dry run"
    keys = [key for one in _rows(done) if (key := getattr(one, "source_key", None))]
    known = getattr(done, "prefix", None) or getattr(done, "sha256", None)
    return known or ", ".join(keys) or _name(given)


def _documents_of(done: Any) -> list[int]:
    ids = [getattr(one, "document_id", None) for one in _rows(done)]
    return [one for one in ids if one is not None]


def _rows(done: Any) -> Sequence[Any]:
    return done if isinstance(done, list) else [done]
