"""What must follow a write, whichever door it came through: indexes, statistics, summaries."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

from sqlrag.domain.errors import SqlragError
from sqlrag.domain.summaries import SummaryReport
from sqlrag.domain.workspaces import Change, Workspace
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.summaries import Summarization
from sqlrag.repositories.postgres import Postgres

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """What became of it. What was written is stored all the same; `error` says what failed."""

    workspace: str
    summaries: SummaryReport = field(default_factory=SummaryReport)
    error: str | None = None


def log_failures(report: UpkeepReport) -> None:
    if report.error:
        _log.warning("Workspace %s was not indexed: %s", report.workspace, report.error)
    if report.summaries.failed:
        _log.warning(
            "Workspace %s: %d descriptions could not be summarised: %s",
            report.workspace,
            report.summaries.failed,
            report.summaries.error,
        )


@dataclass(slots=True)
class Upkeep:
    """Looks after workspaces in which something was written.

    A call returns when that is done or, with `in_background`, at once: then it is done soon, for
    one workspace never twice at a time, and what is written meanwhile is looked after afterwards.
    Nothing of it fails a write: `tell` hears of every outcome.
    """

    storage: Postgres
    summarization: Summarization
    _: KW_ONLY
    in_background: bool = False
    tell: Callable[[UpkeepReport], None] = log_failures
    patience: float = 5.0
    _running: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _waiting: dict[int, Change] = field(default_factory=dict, init=False)
    _caught_up: set[int] = field(default_factory=set, init=False)

    async def follow(
        self, workspace: Workspace, change: Change | None, report: Report = silent
    ) -> None:
        """After a write; None is a write that changed nothing."""
        if change is None:
            return
        if not self.in_background:
            await self._try_to(workspace, change, report)
        elif workspace.id in self._running:
            waiting = self._waiting.get(workspace.id)
            self._waiting[workspace.id] = change if waiting is None else waiting | change
        else:
            task = asyncio.create_task(self._run(workspace, change))
            self._running[workspace.id] = task

    async def close(self) -> None:
        """Wait `patience` seconds, then cancel: what was not finished is still due."""
        self._waiting.clear()
        if tasks := list(self._running.values()):
            _, late = await asyncio.wait(tasks, timeout=self.patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, workspace: Workspace, change: Change) -> None:
        """In the background all is looked at the first time, and whenever something failed."""
        try:
            waiting: Change | None = change
            while waiting is not None:
                if workspace.id not in self._caught_up:
                    waiting = Change()
                self._caught_up.discard(workspace.id)
                if await self._try_to(workspace, waiting):
                    self._caught_up.add(workspace.id)
                waiting = self._waiting.pop(workspace.id, None)
        except Exception:
            _log.exception("Workspace %s was not indexed or summarised.", workspace.name)
        finally:
            self._waiting.pop(workspace.id, None)
            del self._running[workspace.id]

    async def look_after(
        self, workspace: Workspace, change: Change, report: Report = silent
    ) -> SummaryReport:
        """Do it now. Raises what went wrong with the indexes."""
        if change.grew:
            await self.storage.index_embeddings(workspace.id)
        return await self.summarization.summarize(workspace, report, change)

    async def _try_to(self, workspace: Workspace, change: Change, report: Report = silent) -> bool:
        """Whether all of it was done."""
        try:
            made = await self.look_after(workspace, change, report)
        except SqlragError as error:
            self.tell(UpkeepReport(workspace.name, error=str(error)))
            return False
        self.tell(UpkeepReport(workspace.name, made))
        return not made.failed
