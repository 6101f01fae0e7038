"""Workers for tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlrag.app import Rag
from sqlrag.jobs.worker import Worker
from sqlrag.settings import Settings

LEFT = "SELECT count(*) FROM sqlrag.jobs WHERE status IN ('waiting', 'running')"


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


async def wait_until(rag: Rag, condition: str, *given: Any, seconds: float = 60) -> None:
    """Until a statement returns true."""
    async with asyncio.timeout(seconds):
        while True:
            async with rag.storage.database.connection() as connection:
                if await connection.fetchval(condition, *given):
                    return
            await asyncio.sleep(0.05)


async def do_jobs(url: str, settings: Settings, **more: Any) -> None:
    """Have a worker do all that wait, also what follows from it."""
    async with working(url, settings, **more) as worker:
        await wait_until(worker.rag, f"SELECT ({LEFT}) = 0")
