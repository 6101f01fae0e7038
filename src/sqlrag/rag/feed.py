"""Tells what becomes of jobs as it happens, to any number of listeners, over one connection."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlrag.domain.errors import Busy, NotFound, SqlragError
from sqlrag.domain.jobs import JobChange
from sqlrag.domain.workspaces import Workspace
from sqlrag.repositories.postgres import Postgres

_log = logging.getLogger(__name__)
_AT_ONCE = 1_000  # changes read by a statement
_KEPT = 10_000  # for a listener that does not take them; one change is shared by all listeners
_BETWEEN = 0.1  # seconds: what is told meanwhile is one look
# A change has the time at which its statement began, and is seen when its transaction has ended.
_LOOK_BACK = timedelta(seconds=5)
_LEFT_BEHIND = "Jobs change faster than the changes are taken; follow them again."
_ENDING = "This process ends; follow the jobs again, by another."
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class _Listener:
    """`states` are the latest of each job that it has not taken; `told` when those that it has been
    told of at its beginning had changed."""

    track_id: UUID | None
    job_id: int | None
    states: dict[int, JobChange] = field(default_factory=dict)
    told: dict[int, datetime] = field(default_factory=dict)
    rings: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_left_behind(self) -> bool:
        return len(self.states) > _KEPT

    def offer(self, changes: Iterable[JobChange]) -> None:
        for one in changes:
            is_its = self.track_id in (None, one.track_id) and self.job_id in (None, one.job_id)
            is_new = self.told.get(one.job_id, _ALWAYS) < one.changed_at
            if is_its and is_new and not self.is_left_behind:
                self.states.pop(one.job_id, None)
                self.states[one.job_id] = one
                self.rings.set()

    def take(self) -> list[JobChange]:
        taken, self.states = list(self.states.values()), {}
        self.rings.clear()
        return taken


@dataclass(slots=True, eq=False)
class _Watched:
    """A workspace with listeners: what has been told of the time that is looked at again."""

    listeners: set[_Listener] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    since: datetime | None = None
    seen: dict[int, datetime] = field(default_factory=dict)
    looked: float = 0.0


class Feed:
    """Of a process. It listens while somebody follows; `most` do at once.

    A notification may be lost: every `every` seconds it looks though nothing was told.
    """

    def __init__(self, storage: Postgres, every: float = 3.0, most: int = 1_024) -> None:
        self._storage = storage
        self._every = every
        self._most = most
        self._watched: dict[int, _Watched] = {}
        self._task: asyncio.Task[None] | None = None
        self._has_ended = False

    async def follow(
        self,
        workspace: Workspace,
        track_id: UUID | None = None,
        job_id: int | None = None,
        after: datetime | None = None,
        pause: float = 15.0,
    ) -> AsyncGenerator[list[JobChange], None]:
        """Changes of jobs as they come, the latest state of each; [] at the beginning, and after
        `pause` seconds without any.

        Those of a track, or of a job, begin with how it stands, and end when it is over. Others
        begin now, or with what changed since `after`, of which the last seconds may be told twice.
        Raises NotFound, DatabaseError, and Busy, also where changes are not taken for too long.
        """
        listener = _Listener(track_id, job_id)
        async with aclosing(self._follow(workspace, listener, after, pause)) as changes:
            is_bounded, open_jobs = bool(track_id or job_id), set[int]()
            async for some in changes:
                yield some
                for one in some:
                    (open_jobs.discard if one.is_over else open_jobs.add)(one.job_id)
                if is_bounded and some and not open_jobs:
                    return

    def end(self) -> None:
        """Nobody follows any longer."""
        self._has_ended = True
        for watched in self._watched.values():
            for listener in watched.listeners:
                listener.rings.set()

    async def close(self) -> None:
        self.end()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(
        self, workspace: Workspace, listener: _Listener, after: datetime | None, pause: float
    ) -> AsyncGenerator[list[JobChange], None]:
        if sum(len(one.listeners) for one in self._watched.values()) >= self._most:
            raise Busy(f"{self._most:,} listeners follow the jobs already; try again later.")
        watched = self._watched.setdefault(workspace.id, _Watched())
        watched.listeners.add(listener)
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._run())
            if watched.since is None:
                await self._look(workspace.id, watched)
            async for page in self._begin(workspace, listener, after):
                listener.told |= {one.job_id: one.changed_at for one in page}
                yield page
            while not (self._has_ended or listener.is_left_behind):
                try:
                    await asyncio.wait_for(listener.rings.wait(), pause)
                except TimeoutError:
                    yield []
                    continue
                yield listener.take()
            raise Busy(_ENDING if self._has_ended else _LEFT_BEHIND)
        finally:
            watched.listeners.discard(listener)
            if not watched.listeners:
                self._watched.pop(workspace.id, None)

    async def _begin(
        self, workspace: Workspace, listener: _Listener, after: datetime | None
    ) -> AsyncGenerator[list[JobChange], None]:
        if listener.track_id or listener.job_id:
            asked = workspace.id, listener.track_id, listener.job_id
            states = await self._storage.fetch_all(JobChange, "list_job_states", *asked)
            if not states:
                what = f"track {listener.track_id}" if listener.track_id else f"job {asked[2]}"
                raise NotFound(f'There is no {what} in workspace "{workspace.name}".')
            yield states
            return
        yield []
        if after:
            async for page in self._read(workspace.id, after - _LOOK_BACK):
                yield page

    async def _run(self) -> None:
        async with aclosing(self._storage.listen("sqlrag_jobs", self._every)) as heard:
            async for told in heard:
                now = time.monotonic()
                for workspace_id, watched in list(self._watched.items()):
                    if str(workspace_id) in told or watched.looked + self._every <= now:
                        await self._try_to_look(workspace_id, watched)
                if not self._watched:
                    self._task = None  # at once: who comes while this ends needs another
                    return
                await asyncio.sleep(_BETWEEN)

    async def _try_to_look(self, workspace_id: int, watched: _Watched) -> None:
        try:
            await self._look(workspace_id, watched)
        except SqlragError as error:
            _log.warning("What became of jobs could not be looked at: %s", error)
        except Exception:
            _log.exception("What became of jobs could not be looked at.")

    async def _look(self, workspace_id: int, watched: _Watched) -> None:
        """Tell all listeners what is new. What was there before the first look is not."""
        async with watched.lock:
            is_first, now = watched.since is None, await self._storage.fetch_value("read_clock")
            async for page in self._read(workspace_id, (watched.since or now) - _LOOK_BACK):
                new = [one for one in page if watched.seen.get(one.job_id) != one.changed_at]
                watched.seen |= {one.job_id: one.changed_at for one in new}
                for listener in () if is_first else watched.listeners:
                    listener.offer(new)
            # Not the latest change: of many that came at once all would be read again and again.
            watched.since, old = now, now - _LOOK_BACK
            watched.seen = {job_id: at for job_id, at in watched.seen.items() if at >= old}
            watched.looked = time.monotonic()

    async def _read(
        self, workspace_id: int, after: datetime
    ) -> AsyncGenerator[list[JobChange], None]:
        """What changed after a moment, in pages, in the order of change."""
        last = 0
        while True:
            asked = workspace_id, after, last, _AT_ONCE
            page = await self._storage.fetch_all(JobChange, "list_job_changes", *asked)
            if page:
                yield page
                after, last = page[-1].changed_at, page[-1].job_id
            if len(page) < _AT_ONCE:
                return
