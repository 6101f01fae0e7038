"""Keeps the jobs of a worker its own, from a thread with a connection of its own.

A task that holds the event loop for a minute keeps its lease. One that outlives its time limit is
cancelled by the loop; when the loop itself stands still, the thread ends the process, since nothing
else can: the jobs that took too long have failed an attempt, the others are given back.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlrag.domain.errors import SqlragError
from sqlrag.domain.jobs import Claim
from sqlrag.repositories.postgres import Postgres

_log = logging.getLogger(__name__)
STUCK = 70  # the exit code of a worker whose loop stood still
_TOO_LONG = "It took longer than its time limit, and the worker could not stop it."


@dataclass(slots=True)
class _Held:
    """`deadline` by the monotonic clock; `lose` stops the work, from any thread."""

    claim: Claim
    deadline: float
    lose: Callable[[], object]


class Lease:
    """Of all jobs of a worker. `seconds` after its last word a worker is taken for dead."""

    def __init__(
        self, open_storage: Callable[[], Postgres], worker_id: UUID, seconds: float
    ) -> None:
        self._open_storage = open_storage
        self._worker_id = worker_id
        self._seconds = seconds
        self._held: dict[Claim, _Held] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._started: asyncio.Future[None] | None = None
        self._beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    async def __aenter__(self) -> "Lease":
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        await asyncio.to_thread(self._thread.join)

    def hold(self, claim: Claim, seconds: float, lose: Callable[[], object]) -> None:
        """Keep a job, `seconds` at most."""
        with self._lock:
            self._held[claim] = _Held(claim, time.monotonic() + seconds, lose)

    def release(self, claim: Claim) -> None:
        with self._lock:
            self._held.pop(claim, None)

    def _run(self) -> None:
        asyncio.run(self._keep())

    async def _keep(self) -> None:
        storage = self._open_storage()
        while not await self._pause():
            try:
                if storage.database.is_open:
                    await self._extend(storage)
                else:
                    await storage.open()
            except SqlragError as error:
                _log.warning("The leases of this worker could not be extended: %s", error)
            except Exception:
                _log.exception("The leases of this worker could not be extended.")
        if storage.database.is_open:
            await storage.close()

    async def _pause(self) -> bool:
        """A quarter of a lease; whether it is the end. The loop of the worker is asked meanwhile
        whether it is alive."""
        self._loop.call_soon_threadsafe(self._note_beat)
        return await asyncio.to_thread(self._stopping.wait, self._seconds / 4)

    def _note_beat(self) -> None:
        self._beat = time.monotonic()

    async def _extend(self, storage: Postgres) -> None:
        with self._lock:
            held = list(self._held.values())
        lost = await storage.jobs.extend_jobs(
            self._worker_id, [one.claim for one in held], timedelta(seconds=self._seconds)
        )
        for one in held:
            if one.claim.job_id in lost:
                self._loop.call_soon_threadsafe(one.lose)
        now = time.monotonic()
        late = [one.claim for one in held if one.deadline + self._seconds < now]
        if late and self._beat + self._seconds < now:
            _log.error("This worker stands still in a job that takes too long; it ends.")
            for claim in late:
                await storage.jobs.fail_job(claim, _TOO_LONG, "time-limit", may_retry=True)
            others = [one.claim for one in held if one.claim not in late]
            await storage.jobs.hand_back_jobs(others)
            os._exit(STUCK)
