"""The queue beside others and beside doing the same directly, each in one run.

uv run pytest -m heavy tests/benchmarks/test_jobs.py -n0 -s
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.jobs import NewJob
from sqlrag.settings import Settings
from tests.benchmarks.other_queues import AT_ONCE, LEFT
from tests.conftest import make_database
from tests.jobs.test_bad_days import texts
from tests.support.jobs import IDLE, wait_until, working

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
JOBS = 1_000 if SHORT else 5_000
WORKERS = (1,) if SHORT else (1, 2, 4)
FAST = json.dumps({"worker_concurrency": AT_ONCE, "embedding_model": "offline-hashing-v1"})
COMMANDS = {
    "sqlrag": lambda url: ["tests.support.worker_process", url, FAST],
    "pgqueuer": lambda url: ["tests.benchmarks.other_queues", "pgqueuer", url, "work"],
    "procrastinate": lambda url: ["tests.benchmarks.other_queues", "procrastinate", url, "work"],
}
pytestmark = pytest.mark.heavy


@contextmanager
def processes(name: str, url: str, amount: int) -> Iterator[None]:
    command = [sys.executable, "-m", *COMMANDS[name](url)]
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(amount)
    ]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


async def add(name: str, url: str, settings: Settings) -> None:
    if name == "sqlrag":
        async with Rag.open(url, settings=settings) as rag:
            await rag.enqueue(*(NewJob("sleep") for _ in range(JOBS)))
    else:
        words = ["tests.benchmarks.other_queues", name, url, "add", str(JOBS)]
        subprocess.run([sys.executable, "-m", *words], check=True)


async def measure(name: str, url: str, settings: Settings, workers: int) -> float:
    """Jobs a second, from the tenth of them to the last: to start a process is not counted."""
    await add(name, url, settings)
    connection = await asyncpg.connect(url)
    begun, before = 0.0, JOBS
    with processes(name, url, workers):
        async with asyncio.timeout(300):
            while left := await connection.fetchval(LEFT[name]):
                if not begun and left < 0.9 * JOBS:
                    begun, before = time.perf_counter(), left
                await asyncio.sleep(0.02)
    taken = time.perf_counter() - begun
    await connection.close()
    return before / taken


@pytest.mark.parametrize("workers", WORKERS)
async def test_jobs_that_do_nothing_beside_other_queues(
    server_url: str, template: str, settings: Settings, workers: int
) -> None:
    names = ("sqlrag", "pgqueuer", "procrastinate")
    found = {}
    for name in names:
        url = await asyncio.to_thread(make_database, server_url, template)
        found[name] = await measure(name, url, settings, workers)
    print(f"\n{workers} workers: " + ", ".join(f"{n} {found[n]:,.0f}/s" for n in names))
    assert found["sqlrag"] > found["procrastinate"]


async def test_a_job_begins_as_soon_as_it_is_there(url: str, settings: Settings) -> None:
    """Beside the round trip that enqueues it."""
    waits, trips = [], []
    async with Rag.open(url, settings=settings) as rag, working(url, settings) as worker:
        await wait_until(worker.rag, "SELECT count(*) = 1 FROM sqlrag.workers")
        await rag.enqueue_documents(*texts(1))
        await wait_until(worker.rag, IDLE)
        for turn in range(20 if SHORT else 100):
            begun = time.perf_counter()
            await rag.enqueue(NewJob("prune"))
            trips.append(time.perf_counter() - begun)
            await wait_until(worker.rag, IDLE)
            await asyncio.sleep(0.01 * (turn % 7))
        seconds = "SELECT extract(epoch FROM started_at - created_at)::float8 FROM sqlrag.jobs"
        async with rag.storage.database.connection() as connection:
            rows = await connection.fetch(f"{seconds} WHERE kind = 'prune'")
            waits = [row[0] for row in rows]
    trip, wait = statistics.median(trips), statistics.median(waits)
    print(f"\nenqueued in {trip * 1000:.1f} ms, begun after {wait * 1000:.1f} ms (medians)")
    assert wait < 0.5  # a poll is two seconds


async def test_ingestion_through_jobs_costs_little(url: str, settings: Settings) -> None:
    sources = texts(100 if SHORT else 500)
    shares = []
    async with Rag.open(url, settings=settings) as rag:
        many = settings.model_copy(update={"worker_concurrency": 16})
        done = """SELECT NOT EXISTS (SELECT FROM sqlrag.jobs
            WHERE kind = 'ingest' AND status IN ('waiting', 'running'))"""
        async with working(url, many) as worker:
            await rag.in_workspace("warm").ingest(*sources[:10])
            await rag.in_workspace("warm too").enqueue_documents(*sources[:10])
            await wait_until(rag, done)
            for turn in range(3 if SHORT else 5):
                begun = time.perf_counter()
                await rag.in_workspace(f"direct {turn}").ingest(*sources)
                direct = time.perf_counter() - begun
                begun = time.perf_counter()
                await rag.in_workspace(f"jobs {turn}").enqueue_documents(*sources)
                await wait_until(worker.rag, done, seconds=300)
                shares.append(direct / (time.perf_counter() - begun))
                await wait_until(worker.rag, IDLE)
    share = statistics.median(shares)
    print(f"\nthrough jobs {share:.2f} of direct")
    assert share > 0.5


async def test_one_document_beside_a_backlog_of_thousands(url: str, settings: Settings) -> None:
    """How many of the other workspace's jobs begin between its coming and its beginning."""
    amount = 1_000 if SHORT else 10_000
    async with Rag.open(url, settings=settings) as rag:
        big, small = rag.in_workspace("big"), rag.in_workspace("small")
        await big.enqueue(*(NewJob("prune") for _ in range(amount)))
        async with working(url, settings) as worker:
            await wait_until(worker.rag, "SELECT count(*) > 50 FROM sqlrag.jobs WHERE attempts > 0")
            (job_id,) = await small.enqueue(NewJob("prune"))
            begun = "SELECT count(*) = 1 FROM sqlrag.jobs WHERE job_id = $1 AND attempts > 0"
            await wait_until(worker.rag, begun, job_id)
            async with rag.storage.database.connection() as connection:
                others = await connection.fetchval(
                    """SELECT count(*) FROM sqlrag.jobs AS j, sqlrag.jobs AS one
                    WHERE one.job_id = $1 AND j.started_at > one.created_at
                        AND j.started_at < one.started_at""",
                    job_id,
                )

    print(f"\n{others} others began while it waited")
    assert others <= 3 + settings.worker_concurrency


async def test_a_million_finished_jobs_cost_nothing(
    server_url: str, template: str, settings: Settings
) -> None:
    """Job by job in turns, with them and without, so that what else the machine does hits both."""
    finished = 20_000 if SHORT else 1_000_000
    times: dict[str, list[float]] = {"beside": [], "without": []}
    urls = {name: await asyncio.to_thread(make_database, server_url, template) for name in times}
    worker_id, lease = uuid4(), timedelta(seconds=30)

    async def take_one(rag: Rag) -> float:
        """Processor-bound: a job that does nothing."""
        begun = time.perf_counter()
        await rag.enqueue(NewJob("prune"))
        (job,) = await rag.storage.jobs.claim_jobs(worker_id, None, 1, lease)
        await rag.storage.jobs.finish_job(job.held({}), {})
        return time.perf_counter() - begun

    async with (
        Rag.open(urls["beside"], settings=settings) as beside,
        Rag.open(urls["without"], settings=settings) as without,
    ):
        rags = {"beside": beside, "without": without}
        for rag in rags.values():
            await rag.workspaces.add("default")
        async with beside.storage.database.connection() as connection:
            await connection.execute(
                """INSERT INTO sqlrag.jobs (workspace_id, kind, status, finished_at, result)
                SELECT workspace_id, 'ingest', 'done', now(), '{"outcome": "added"}'
                FROM sqlrag.workspaces, generate_series(1, $1)""",
                finished,
            )
            await connection.execute("VACUUM ANALYZE sqlrag.jobs")
        for turn in range(260):
            for name, rag in rags.items():
                taken = await take_one(rag)
                if turn >= 60:
                    times[name].append(taken)
    ratio = statistics.median(times["beside"]) / statistics.median(times["without"])
    print(f"\nbeside {finished:,} finished jobs {ratio:.2f} of the time beside none")
    assert ratio < 2
