"""Workers for tests."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlrag.app import Rag
from sqlrag.jobs.worker import Worker
from sqlrag.settings import Settings
from tests.support.forking import forked_worker
from tests.support.owning import look

ALL_DONE = "SELECT NOT EXISTS (SELECT FROM sqlrag.jobs WHERE status IN ('waiting', 'running'))"
# Upkeep comes two seconds after what it is for: it is waited for only where it is the matter.
IDLE = f"{ALL_DONE[:-1]} AND (status, kind) <> ('waiting', 'upkeep'))"


@asynccontextmanager
async def working(url: str, settings: Settings, **more: Any) -> AsyncIterator[Worker]:
    """A worker in this loop, until the end of the block."""
    stop = asyncio.Event()
    async with Rag.open(url, settings=settings) as rag:
        worker = Worker(rag, url, settings.worker, **more)
        task = asyncio.create_task(worker.run(stop))
        try:
            yield worker
        finally:
            stop.set()
            await task


@dataclass
class Workers:
    """Processes; one that ends by itself is started again, as a service manager does.

    `clock_off`: seconds by which their clocks are wrong. Those that are `forked` from one that has
    loaded all can be killed and told to end, but not stopped.
    """

    url: str
    settings: dict[str, Any]
    folder: Path
    amount: int = 3
    clock_off: float = 0
    forked: bool = True
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def __enter__(self) -> "Workers":
        for _ in range(self.amount):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise

    def _start(self) -> None:
        words = [sys.executable, "-m", "tests.support.worker_process", self.url]
        if self.clock_off:
            words[2:2] = ["tests.support.shifted_clock", str(self.clock_off)]
        elif self.forked:
            words[:3] = [str(forked_worker())]
        with (self.folder / "workers.log").open("ab") as log:
            started = subprocess.Popen([*words, json.dumps(self.settings)], stderr=log)
        self.processes.append(started)

    def revive(self) -> int:
        """Starts as many as have ended."""
        ended = [process for process in self.processes if process.poll() is not None]
        for process in ended:
            self.processes.remove(process)
            self._start()
        return len(ended)


async def wait_until(rag: Rag, condition: str, *given: Any, seconds: float = 60) -> None:
    """Until a statement returns true."""
    async with asyncio.timeout(seconds):
        while not await look(rag.storage.database, condition, *given):
            await asyncio.sleep(0.05)


async def do_jobs(url: str, settings: Settings, **more: Any) -> None:
    """Have a worker do all that wait, also what follows from it."""
    async with working(url, settings, **more) as worker:
        await wait_until(worker.rag, IDLE)
