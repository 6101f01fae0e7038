"""Workers as processes of their own, on days that go wrong. In short form; all of it when heavy."""

import asyncio
import os
import random
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.jobs import NewJob
from tests.jobs.test_worker import written
from tests.support.jobs import IDLE, Workers, wait_until
from tests.support.owning import as_owner, look

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
LEASE = 2.0  # seconds
FAST = {"job_lease": LEASE, "worker_grace": 5.0, "embedding_model": "offline-hashing-v1"}


def texts(amount: int) -> list[Source]:
    """Of people and towns that several of them speak of, so that writers meet in the graph."""
    towns = ["Grey Vale", "Harrow Mill", "Wendover", "Saltmarsh"]
    people = ["Ada Quist", "Bram Holloway", "Cora Lindqvist", "Dario Fenn", "Edda Marsh"]
    return [
        Source.of_text(
            f"# Report {place}\n\nThe harbour of {towns[place % 4]} was rebuilt in {1900 + place} "
            f"by {people[place % 5]}. {people[(place + 2) % 5]} of {towns[(place + 1) % 4]} paid "
            f"{place * 7} crowns for it.\n",
            f"reports/{place}",
            media_type="text/markdown",
            metadata={"place": place},
        )
        for place in range(amount)
    ]


@pytest.fixture
async def undisturbed(rag: Rag, connection: asyncpg.Connection) -> Any:
    """Compares what jobs wrote into a workspace with what an ingestion that nothing stops does."""

    async def compare(workspace: str, sources: list[Source]) -> None:
        await rag.in_workspace("direct").ingest(*sources)
        assert await written(connection, workspace) == await written(connection, "direct")
        assert await connection.fetch("SELECT * FROM rag.orphans") == []
        doubled = """SELECT source_key FROM sqlrag.documents
            JOIN sqlrag.workspaces USING (workspace_id) WHERE name = $1 AND revision > 1"""
        assert await connection.fetch(doubled, workspace) == [], "written twice"

    return compare


async def run_with_kills(
    url: str, rag: Rag, folder: Path, amount: int, documents: tuple[int, int], seed: int
) -> int:
    """Ingest by three workers, of which a random one is killed whenever a few more documents are
    written, so that fast machines have kills too; how many were."""
    chance = random.Random(seed)
    await rag.in_workspace("jobs").enqueue_documents(*texts(amount))
    # On a slow machine one job may be met by kill after kill, and that its attempts end is another
    # test's matter.
    async with as_owner(rag.storage.database) as connection:
        await connection.execute("UPDATE sqlrag.jobs SET max_attempts = 100")
    kills = 0
    next_kill = chance.randint(*documents)
    with Workers(url, FAST, folder) as workers:
        async with asyncio.timeout(600):
            while (done := await count_done(rag)) is not None:
                if done >= next_kill:
                    chance.choice(workers.processes).send_signal(signal.SIGKILL)
                    kills += 1
                    next_kill = done + chance.randint(*documents)
                await asyncio.sleep(chance.uniform(0.02, 0.08))
                workers.revive()
    return kills


async def count_done(rag: Rag) -> int | None:
    """How many documents are written; None when nothing is left to do."""
    async with as_owner(rag.storage.database) as connection:
        # What waits for its next attempt need not: the test would.
        await connection.execute(
            "UPDATE sqlrag.jobs SET run_after = now() "
            "WHERE status = 'waiting' AND run_after > now() + interval '1 s'"
        )
        if await connection.fetchval(IDLE):
            return None
        done = "SELECT count(*) FROM sqlrag.jobs WHERE status = 'done' AND kind = 'ingest'"
        return int(await connection.fetchval(done))


@pytest.mark.heavy
async def test_killed_workers_lose_nothing_and_do_nothing_twice(
    url: str, rag: Rag, tmp_path: Path, undisturbed: Any
) -> None:
    kills = await run_with_kills(url, rag, tmp_path, 40, (4, 12), seed=1)
    assert kills > 0
    jobs = await rag.in_workspace("jobs").list_jobs(limit=1000, kind="ingest")
    assert [(job.error, job.attempts) for job in jobs if job.status != "done"] == []
    await undisturbed("jobs", texts(40))


@pytest.mark.heavy
@pytest.mark.skipif(SHORT, reason="the test before this one is its short form")
@pytest.mark.parametrize("seed", range(20))
async def test_five_hundred_documents_and_random_kills(
    url: str, rag: Rag, tmp_path: Path, undisturbed: Any, seed: int
) -> None:
    assert await run_with_kills(url, rag, tmp_path, 500, (20, 100), seed) > 0
    await undisturbed("jobs", texts(500))


async def test_a_killed_workers_job_is_taken_again_soon(url: str, rag: Rag, tmp_path: Path) -> None:
    (job_id,) = await rag.enqueue(NewJob("sleep", arguments={"seconds": 600}))
    with Workers(url, FAST, tmp_path, amount=1) as workers:
        await wait_until(rag, "SELECT status = 'running' FROM sqlrag.jobs")
        workers.processes[0].send_signal(signal.SIGKILL)
        workers.processes[0].wait()
        workers.revive()
        await wait_until(rag, "SELECT attempts = 2 FROM sqlrag.jobs")
        waited = "SELECT extract(epoch FROM started_at - created_at) FROM sqlrag.jobs"
        assert await look(rag.storage.database, waited) < 60
        await rag.cancel_job(job_id)


async def test_a_handler_that_blocks_its_loop_keeps_its_lease(
    url: str, rag: Rag, tmp_path: Path
) -> None:
    (job_id,) = await rag.enqueue(NewJob("block", arguments={"seconds": 3 * LEASE}))
    with Workers(url, FAST, tmp_path, amount=2):
        await wait_until(rag, "SELECT status = 'done' FROM sqlrag.jobs")
    assert (await rag.get_job(job_id)).attempts == 1


async def test_a_worker_that_stands_still_beyond_all_limits_ends_itself(
    url: str, rag: Rag, tmp_path: Path
) -> None:
    """Nothing else can stop a loop that does not turn. Its other jobs are given back."""
    jobs = [
        NewJob("sleep", arguments={"seconds": 600}),
        NewJob("block", arguments={"seconds": 3600}, time_limit=timedelta(seconds=1)),
    ]
    innocent, blocking = await rag.enqueue(*jobs)
    with Workers(url, FAST, tmp_path, amount=1) as workers:
        await wait_until(rag, "SELECT count(*) = 2 FROM sqlrag.jobs WHERE status = 'running'")
        await asyncio.to_thread(workers.processes[0].wait, 60)
        assert workers.processes[0].returncode == 70
        blocked, other = await rag.get_job(blocking), await rag.get_job(innocent)
        assert (blocked.error_kind, blocked.attempts) == ("time-limit", 1)
        assert (other.status, other.attempts) == ("waiting", 0)
        await rag.cancel_job(blocking)
        await rag.cancel_job(innocent)


async def test_a_process_that_was_stopped_and_goes_on_writes_nothing(
    url: str, rag: Rag, tmp_path: Path
) -> None:
    """As a laptop that slept, or a machine that was moved: its lease has ended meanwhile."""
    (job_id,) = await rag.enqueue(NewJob("sleep", arguments={"seconds": 2.5}))
    with Workers(url, FAST, tmp_path, amount=1, forked=False) as workers:
        await wait_until(rag, "SELECT status = 'running' FROM sqlrag.jobs")
        stopped = workers.processes[0]
        stopped.send_signal(signal.SIGSTOP)
        workers._start()
        await wait_until(rag, "SELECT attempts = 2 FROM sqlrag.jobs")
        stopped.send_signal(signal.SIGCONT)
        await wait_until(rag, "SELECT status = 'done' FROM sqlrag.jobs")
        job = await rag.get_job(job_id)
        assert job.result == {"pid": workers.processes[1].pid}


@pytest.mark.heavy
async def test_poison_in_a_batch_fails_alone(
    url: str, rag: Rag, tmp_path: Path, undisturbed: Any
) -> None:
    """One raises, one hangs, one kills its process each time; all else is done."""
    jobs = rag.in_workspace("jobs")
    amount = 30
    sources = texts(amount)
    await jobs.enqueue_documents(*sources[: amount // 2])
    limit = timedelta(seconds=1)
    poison = await jobs.enqueue(
        NewJob("stumble"),
        NewJob("sleep", arguments={"seconds": 600}, time_limit=limit),
        NewJob("die"),
    )
    await jobs.enqueue_documents(*sources[amount // 2 :])
    with Workers(url, FAST, tmp_path) as workers:
        async with asyncio.timeout(300):
            while await count_done(rag) is not None:
                workers.revive()
                await asyncio.sleep(0.1)
    await undisturbed("jobs", sources)
    found = [await jobs.get_job(job_id) for job_id in poison]
    assert [job.status for job in found] == ["failed"] * 3
    assert [job.error_kind for job in found] == ["internal-error", "time-limit", "worker-lost"]
    assert {job.attempts for job in found} == {5}
    statuses = {job.status for job in await jobs.list_jobs(limit=1000, kind="ingest")}
    assert statuses == {"done"}


@pytest.mark.heavy
async def test_stopping_under_load_gives_back_what_is_not_finished(
    url: str, rag: Rag, tmp_path: Path, connection: asyncpg.Connection, undisturbed: Any
) -> None:
    await rag.in_workspace("jobs").enqueue_documents(*texts(40))
    for _ in range(3):
        with Workers(url, FAST, tmp_path, amount=2):
            await wait_until(rag, "SELECT count(*) > 0 FROM sqlrag.jobs WHERE status = 'running'")
        running = "SELECT count(*) FROM sqlrag.jobs WHERE status = 'running'"
        assert await connection.fetchval(running) == 0
        assert await connection.fetchval("SELECT max(attempts) FROM sqlrag.jobs") <= 1
        assert await connection.fetchval("SELECT count(*) FROM sqlrag.workers") == 0
    with Workers(url, FAST, tmp_path, amount=2):
        await wait_until(rag, IDLE)
    await undisturbed("jobs", texts(40))


async def test_what_was_not_told_is_found_all_the_same(
    url: str, rag: Rag, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """NOTIFY lost: the row comes without one."""
    workspace = await rag.workspaces.add("default")
    with Workers(url, FAST, tmp_path, amount=1):
        await wait_until(rag, "SELECT count(*) = 1 FROM sqlrag.workers")
        await connection.execute(
            "INSERT INTO sqlrag.jobs (workspace_id, kind) VALUES ($1, 'sleep')", workspace.id
        )
        await wait_until(rag, "SELECT status = 'done' FROM sqlrag.jobs", seconds=20)
    assert [job.attempts for job in await rag.list_jobs()] == [1]
