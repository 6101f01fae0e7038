"""A worker as a process of its own, with tasks that behave badly beside the real ones:
`python -m tests.support.worker_process URL SETTINGS`, the settings as JSON."""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from typing import Any

from sqlrag.app import Rag
from sqlrag.domain.jobs import Claim, ClaimedJob
from sqlrag.jobs.tasks import TASKS, Task
from sqlrag.jobs.worker import Worker
from sqlrag.rag.progress import Report
from sqlrag.settings import Settings


async def sleep(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """Politely, for some `seconds`; then its pid is the result."""
    await asyncio.sleep(job.arguments.get("seconds", 0))
    await rag.storage.jobs.finish_job(held, {"pid": os.getpid()})


async def block(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """The event loop stands still meanwhile."""
    time.sleep(job.arguments["seconds"])
    await rag.storage.jobs.finish_job(held, {"pid": os.getpid()})


async def stumble(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    raise RuntimeError("a fault of the program")


async def die(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


BAD: dict[str, Task] = {task.__name__: task for task in (sleep, block, stumble, die)}


async def work(url: str, changes: dict[str, Any]) -> None:
    settings = Settings(_env_file=None, **changes)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Rag.open(url, settings=settings) as rag:
        worker = Worker(rag, url, settings.worker, tasks={**TASKS, **BAD}, listen_every=0.5)
        await worker.run(stop)


def main(url: str, settings: str) -> None:
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(work(url, json.loads(settings)))


if __name__ == "__main__":
    main(*sys.argv[1:])
