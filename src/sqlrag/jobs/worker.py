"""A worker: takes jobs, does some at once, and says that it is alive."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlrag.app import Rag
from sqlrag.domain.errors import (
    ClaimLost,
    Conflict,
    DatabaseError,
    ModelError,
    NotNow,
    OutdatedSchema,
    SqlragError,
)
from sqlrag.domain.jobs import Claim, ClaimedJob
from sqlrag.domain.pacing import PATIENCE
from sqlrag.domain.version import version
from sqlrag.jobs.lease import Lease
from sqlrag.jobs.memory import resident_bytes
from sqlrag.jobs.progress import JobProgress
from sqlrag.jobs.schedules import fire_due
from sqlrag.jobs.tasks import TASKS, Task
from sqlrag.logs import note
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import WorkerSettings
from sqlrag.telemetry import time_stages
from sqlrag.tracing import traced

_log = logging.getLogger(__name__)
_MAY_PASS = (ModelError, DatabaseError, Conflict)  # what another attempt may not meet
_INTERNAL = "Something went wrong inside sqlrag; the log of the worker tells what."
_PATIENCE = 10.0  # seconds for a turn at a model, past which others take the place of a job
_MOMENT = 0.05
_SWEEP = 5.0  # seconds
_PRUNE = 600.0
_FOR_EVER = timedelta(days=365_000)


@dataclass
class Worker:
    """Takes jobs of `kinds`, all without, and does `settings.worker_concurrency` of them at once.

    `listen_every`: seconds after which it looks for jobs though nothing was told.
    """

    rag: Rag
    url: str
    settings: WorkerSettings
    kinds: Sequence[str] = ()
    tasks: Mapping[str, Task] = field(default_factory=lambda: TASKS)
    listen_every: float = 2.0
    worker_id: UUID = field(default_factory=uuid4)
    taken: int = field(default=0, init=False)
    _running: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _held: dict[int, Claim] = field(default_factory=dict, init=False)
    _ended_in: set[int] = field(default_factory=set, init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _suspects: bool = field(default=False, init=False)
    _swept: float = field(default=0.0, init=False)
    _pruned: float = field(default=0.0, init=False)

    async def run(self, stop: asyncio.Event) -> bool:
        """Work until `stop`, or until it is due to be replaced by a new process: returns that.

        What it has in work then is finished within the grace time, or given back. Raises
        OutdatedSchema when a deploy has migrated the database meanwhile.
        """
        self._lease = Lease(self._open_storage, self.worker_id, self.settings.job_lease)
        async with self._lease, self._registered(), self._listening():
            stopping = asyncio.create_task(stop.wait())
            stopping.add_done_callback(lambda _: self._wake.set())
            try:
                while not stop.is_set() and not self._is_spent():
                    await self._turn()
            finally:
                stopping.cancel()
                await self._wind_up()
        return not stop.is_set()

    def _open_storage(self) -> Postgres:
        return Postgres(self.url, 1, self.rag.storage.database.pooler)

    @asynccontextmanager
    async def _registered(self) -> AsyncIterator[None]:
        told = socket.gethostname(), os.getpid(), version(), list(self.kinds) or None
        storage = self.rag.storage
        await storage.execute("add_worker", self.worker_id, *told, self.settings.worker_concurrency)
        try:
            yield
        finally:
            with suppress(SqlragError):
                await storage.execute("remove_worker", self.worker_id)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        async def hear() -> None:
            listening = self.rag.storage.listen("sqlrag_work", self.listen_every)
            async with aclosing(listening):
                async for _ in listening:
                    self._wake.set()

        task = asyncio.create_task(hear())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _turn(self) -> None:
        """Take what there is, then wait for something to happen."""
        self._wake.clear()
        free, claimed = self.settings.worker_concurrency - len(self._running), list[ClaimedJob]()
        try:
            await self._look_after_all()
            claimed = await self._claim(free)
        except OutdatedSchema:
            raise
        except DatabaseError as error:
            _log.warning("No jobs can be taken: %s", error)
            await asyncio.sleep(self.listen_every)
        for job in claimed:
            self.taken += 1
            self._running[job.job_id] = asyncio.create_task(self._work(job))
        if len(claimed) < max(free, 1):
            await self._hear(2 * self.listen_every)
        until = time.monotonic() + _MOMENT
        while self._is_busy() and time.monotonic() < until:
            self._wake.clear()
            await self._hear(until - time.monotonic())

    async def _hear(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _is_busy(self) -> bool:
        """More than half of it: others will be done in a moment, and one claim is for all."""
        return 2 * len(self._running) > self.settings.worker_concurrency

    async def _claim(self, free: int) -> list[ClaimedJob]:
        """What has cost a worker its life is done alone, so that it takes nothing else with it."""
        if self._suspects:
            if self._running:  # also where it is the suspect
                return []
            if suspect := await self._take(1, suspects=True):
                return suspect
            self._suspects = False
        return await self._take(free) if free else []

    async def _take(self, amount: int, suspects: bool = False) -> list[ClaimedJob]:
        """And tell what has ended since the last time."""
        told, self._ended_in = self._ended_in, set()
        kinds, lease = list(self.kinds or self.tasks), timedelta(seconds=self.settings.job_lease)
        try:
            return await self.rag.storage.jobs.claim_jobs(
                self.worker_id, kinds, amount, lease, suspects, told
            )
        except DatabaseError:
            self._ended_in |= told
            raise

    @traced("job")
    async def _work(self, job: ClaimedJob) -> None:
        note(workspace=job.workspace, job=job.job_id, kind=job.kind)
        PATIENCE.set(_PATIENCE)
        progress = JobProgress()
        held = job.held(progress)
        task = asyncio.current_task()
        assert task
        limit = job.time_limit.total_seconds()
        self._lease.hold(held, limit, task.cancel)
        self._held[job.job_id] = held
        try:
            async with asyncio.timeout(limit):
                await self.tasks[job.kind](
                    self.rag.in_workspace(job.workspace), job, held, progress
                )
        except ClaimLost as error:
            _log.warning("Job %d: %s", job.job_id, error)
        except asyncio.CancelledError:
            _log.warning("Job %d was stopped.", job.job_id)  # lost, or given back
        except TimeoutError:
            sentence = f"It took longer than its time limit of {limit:g} seconds."
            await self._fail(held, sentence, "time-limit", True)
        except NotNow as error:
            await self._postpone(held, error)
        except SqlragError as error:
            wait = error.wait if isinstance(error, ModelError) else 0.0
            await self._fail(held, str(error), error.kind, isinstance(error, _MAY_PASS), wait)
        except Exception:
            _log.exception("Job %d, %s, failed unexpectedly.", job.job_id, job.kind)
            await self._fail(held, _INTERNAL, "internal-error", True)
        finally:
            time_stages(job.kind, {name: one["seconds"] for name, one in progress.items()})
            self._lease.release(held)
            del self._running[job.job_id], self._held[job.job_id]
            self._ended_in.add(job.workspace_id)
            self._wake.set()

    async def _fail(
        self, held: Claim, error: str, kind: str, may_retry: bool, wait: float = 0.0
    ) -> None:
        """Where Postgres is away, the end of the lease tells."""
        try:
            became = await self.rag.storage.jobs.fail_job(held, error, kind, may_retry, wait)
            _log.warning("Job %d is %s now: %s", held.job_id, became or "another worker's", error)
        except SqlragError as failure:
            _log.warning(
                "Job %d failed (%s), which could not be told: %s", held.job_id, error, failure
            )

    async def _postpone(self, held: Claim, error: NotNow) -> None:
        """Until its calls can be made: no attempt of it."""
        with suppress(SqlragError):  # the end of the lease tells
            await self.rag.storage.jobs.postpone_job(held, str(error), error.kind, error.wait)

    async def _look_after_all(self) -> None:
        """What any worker does for all of them, now and then."""
        now, storage = time.monotonic(), self.rag.storage
        if self._swept + _SWEEP < now:
            self._swept = now
            await storage.check_schema()
            await storage.fetch("sweep_jobs")
            kinds = list(self.kinds or self.tasks)
            self._suspects = self._suspects or await storage.fetch_value("has_suspects", kinds)
            await fire_due(storage)
        if self._pruned + _PRUNE < now:
            self._pruned = now
            keep = (_days(self.settings.keep_jobs_days), _days(self.settings.keep_answers_days))
            await storage.execute("prune_all_jobs", *keep)
            await storage.execute("prune_audit", _days(self.settings.keep_audit_days))
            await storage.execute("prune_replies")
            kept_for = _days(self.settings.keep_conversations_days)
            await storage.execute("prune_conversations", kept_for)

    def _is_spent(self) -> bool:
        """Whether a fresh process should take over."""
        most_jobs, most_bytes = self.settings.worker_max_jobs, self.settings.worker_max_memory_bytes
        return bool(
            (most_jobs and self.taken >= most_jobs)
            or (most_bytes and resident_bytes() > most_bytes)
        )

    async def _wind_up(self) -> None:
        """Finish what is in work, or give it back."""
        if tasks := list(self._running.values()):
            _, late = await asyncio.wait(tasks, timeout=self.settings.worker_grace)
            held = list(self._held.values())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            if held:
                with suppress(SqlragError):
                    await self.rag.storage.jobs.hand_back_jobs(held)
        if self._ended_in:
            with suppress(SqlragError):
                await self.rag.storage.jobs.tell_of_jobs(self._ended_in)


def _days(days: float) -> timedelta:
    return timedelta(days=days) if days else _FOR_EVER
