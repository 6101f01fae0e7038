"""The functions of the queue, one by one; what workers make of them is in test_worker.py."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from sqlrag.domain.errors import ClaimLost
from sqlrag.domain.jobs import ClaimedJob, NewJob
from sqlrag.repositories.postgres import Postgres
from tests.conftest import run_in_thread
from tests.support.owning import as_owner, name_owner

LEASE = timedelta(seconds=30)


@pytest.fixture
async def workspace(storage: Postgres) -> int:
    return await add_workspace(storage, "a")


async def add_workspace(storage: Postgres, name: str) -> int:
    await storage.execute("add_workspace", name)
    (row,) = await storage.fetch("get_workspace", name)
    return row["id"]


async def claim(storage: Postgres, amount: int = 1, **more: Any) -> list[ClaimedJob]:
    given = {"kinds": None, "lease": LEASE, **more}
    return await storage.jobs.claim_jobs(uuid4(), amount=amount, **given)


async def status(connection: asyncpg.Connection, job_id: int) -> str:
    return await connection.fetchval("SELECT status FROM sqlrag.jobs WHERE job_id = $1", job_id)


async def test_a_job_is_there_when_the_transaction_of_its_caller_is(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    async with connection.transaction():
        await connection.execute("SELECT rag.enqueue_document('a', 'k', 'Some text.')")
        assert await claim(storage) == []
    (job,) = await claim(storage)
    assert (job.kind, job.input, job.arguments["source_key"]) == ("ingest", b"Some text.", "k")
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT rag.enqueue_question('a', 'Who?')")
    await transaction.rollback()
    assert await claim(storage) == []


async def test_two_who_claim_at_once_never_get_the_same_job(
    storage: Postgres, workspace: int
) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest") for _ in range(40)])
    rounds = await asyncio.gather(*(claim(storage, 7) for _ in range(8)))
    taken = [job.job_id for jobs in rounds for job in jobs]
    taken += [job.job_id for job in await claim(storage, 40)]
    assert len(taken) == len(set(taken)) == 40


async def test_nobody_waits_behind_the_backlog_of_another_workspace(
    storage: Postgres, workspace: int
) -> None:
    other = await add_workspace(storage, "b")
    await storage.jobs.enqueue(workspace, [NewJob("ingest") for _ in range(50)])
    (late,) = await storage.jobs.enqueue(other, [NewJob("ingest")])
    first = await claim(storage, 4)
    assert {job.workspace for job in first} == {"a", "b"}
    await storage.jobs.enqueue(other, [NewJob("ingest") for _ in range(9)])
    second = await claim(storage, 4)
    assert [job.workspace for job in second].count("b") == 3  # who has least in work is next
    assert late in [job.job_id for job in first]


async def test_within_a_workspace_the_oldest_of_the_highest_priority_is_next(
    storage: Postgres, workspace: int
) -> None:
    jobs = [NewJob("ingest"), NewJob("query", priority=10), NewJob("ingest"), NewJob("query")]
    first, urgent, second, third = await storage.jobs.enqueue(workspace, jobs)
    order = [job.job_id for _ in range(4) for job in await claim(storage)]
    assert order == [urgent, first, second, third]


async def test_what_is_to_wait_is_not_claimed_before(storage: Postgres, workspace: int) -> None:
    later = NewJob("ingest", delay=timedelta(seconds=0.6))
    (job_id,) = await storage.jobs.enqueue(workspace, [later])
    assert await claim(storage) == []
    async with asyncio.timeout(10):
        while not (found := await claim(storage)):
            await asyncio.sleep(0.05)
    assert found[0].job_id == job_id


async def test_only_the_kinds_that_are_wanted_are_claimed(
    storage: Postgres, workspace: int
) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest"), NewJob("query")])
    assert [job.kind for job in await claim(storage, 5, kinds=["query", "prune"])] == ["query"]


async def test_a_newer_version_replaces_the_one_that_waits(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    old = await connection.fetchval("SELECT rag.enqueue_document('a', 'k', 'Old.')")
    new = await connection.fetchval("SELECT rag.enqueue_document('a', 'k', 'New.')")
    assert await status(connection, old) == "replaced"
    (job,) = await claim(storage, 5)
    assert (job.job_id, job.input) == (new, b"New.")


async def test_the_same_work_is_one_job(connection: asyncpg.Connection, workspace: int) -> None:
    ask = "SELECT rag.enqueue_document('a', 'k', 'The same.')"
    assert await connection.fetchval(ask) == await connection.fetchval(ask)


async def test_of_one_document_one_job_runs_and_the_next_waits_for_it(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    await connection.execute("SELECT rag.enqueue_document('a', 'k', 'First.')")
    (running,) = await claim(storage)
    deletion = await connection.fetchval("SELECT rag.enqueue_deletion('a', 'k')")
    assert await claim(storage) == []
    await storage.jobs.finish_job(running.held({}), {})
    assert [job.job_id for job in await claim(storage)] == [deletion]


async def test_upkeep_waits_for_those_whose_writes_it_is_for(
    url: str, connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    """Else it would run before their documents can be seen, and none would come after."""
    job_id = await connection.fetchval("SELECT sqlrag.enqueue_upkeep($1)", workspace)
    await connection.execute("UPDATE sqlrag.jobs SET run_after = now()")
    async with connection.transaction():
        again = "SELECT sqlrag.enqueue_upkeep($1)"
        assert await connection.fetchval(again, workspace) == job_id
        # Another writer shares it, and does not wait.
        other = run_in_thread(url, f"SELECT sqlrag.enqueue_upkeep({workspace})")
        await asyncio.wait_for(other, 20)
        assert await claim(storage) == []
    assert [job.job_id for job in await claim(storage)] == [job_id]


async def test_workers_are_woken_by_what_is_due_and_only_once_it_is_there(
    connection: asyncpg.Connection, workspace: int
) -> None:
    woken = []
    await connection.add_listener("sqlrag_work", lambda *told: woken.append(told[3]))
    for _ in range(2):
        await connection.fetchval("SELECT sqlrag.enqueue_upkeep($1)", workspace)
    assert woken == []
    for _ in range(2):
        await connection.fetchval("SELECT rag.enqueue_document('a', 'k', 'text')")
    assert len(woken) == 1


async def test_who_looks_on_is_told_of_each_step_of_a_job(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    told = []
    for channel in ("sqlrag_jobs", "sqlrag_work"):
        await connection.add_listener(channel, lambda *said: told.append(said[2:]))

    async def hear() -> list[tuple[str, str]]:
        await connection.execute("SELECT")
        said = sorted(told)
        told.clear()
        return said

    news, work = ("sqlrag_jobs", str(workspace)), ("sqlrag_work", "")
    (job_id,) = await storage.jobs.enqueue(workspace, [NewJob("ingest")])
    assert await hear() == [news, work]
    await connection.fetch("SELECT * FROM sqlrag.cancel_jobs($1, $2)", workspace, [job_id])
    assert await hear() == [news]
    await connection.fetch("SELECT * FROM sqlrag.retry_jobs($1, $2)", workspace, [job_id])
    assert await hear() == [news, work]
    (job,) = await claim(storage)
    assert await hear() == [news]
    await storage.jobs.finish_job(job.held({}), {})
    assert await claim(storage, ended_in=[workspace]) == []
    assert await hear() == [news], "its worker tells that it has ended with its next claim"


async def test_who_has_lost_the_claim_ends_nothing(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest")])
    (old,) = await claim(storage, lease=timedelta(seconds=-1))
    await storage.fetch("sweep_jobs")
    await connection.execute("UPDATE sqlrag.jobs SET run_after = now()")
    assert await claim(storage) == []  # only by who has nothing else in work
    (new,) = await claim(storage, suspects=True)
    assert (new.job_id, new.attempts) == (old.job_id, 2)
    with pytest.raises(ClaimLost, match=f"Job {old.job_id} is no longer this worker's"):
        await storage.jobs.finish_job(old.held({}), {"by": "old"})
    assert await storage.jobs.fail_job(old.held({}), "It failed.", "error", True) is None
    assert await storage.jobs.extend_jobs(uuid4(), [old.held({})], LEASE) == {old.job_id}
    await storage.jobs.finish_job(new.held({}), {"by": "new"})
    assert await connection.fetchval("SELECT result ->> 'by' FROM sqlrag.jobs") == "new"


async def test_an_attempt_that_failed_is_made_again_later_each_time_and_then_no_more(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    (job_id,) = await storage.jobs.enqueue(workspace, [NewJob("ingest")])
    waits = []
    for attempt in range(1, 6):
        (job,) = await claim(storage)
        became = await storage.jobs.fail_job(job.held({}), "The endpoint is down.", "x", True)
        assert became == ("waiting" if attempt < 5 else "failed")
        if became == "waiting":
            waits.append(await connection.fetchval("SELECT run_after - now() FROM sqlrag.jobs"))
            await connection.execute("UPDATE sqlrag.jobs SET run_after = now()")
    for attempt, wait in enumerate(waits, 1):
        assert 0.4 * 2 * 2**attempt <= wait.total_seconds() <= 2 * 2**attempt
    assert await connection.fetchval("SELECT error FROM rag.failures") == "The endpoint is down."
    assert await connection.fetch("SELECT * FROM rag.retry_jobs('a')") == [(job_id,)]
    (again,) = await claim(storage)
    assert again.attempts == 1


async def test_a_wait_that_was_asked_for_is_kept(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest")])
    (job,) = await claim(storage)
    await storage.jobs.fail_job(job.held({}), "Too many requests.", "x", True, wait=90.0)
    wait = await connection.fetchval("SELECT run_after - now() FROM sqlrag.jobs")
    assert 85 < wait.total_seconds() <= 90


async def test_a_failed_attempt_gives_way_to_a_newer_version(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    old = await connection.fetchval("SELECT rag.enqueue_document('a', 'k', 'Old.')")
    (job,) = await claim(storage)
    new = await connection.fetchval("SELECT rag.enqueue_document('a', 'k', 'New.')")
    became = await storage.jobs.fail_job(job.held({}), "The endpoint is down.", "x", True)
    assert became == await status(connection, old) == "replaced"
    assert [job.job_id for job in await claim(storage)] == [new]
    await connection.execute("SELECT rag.enqueue_document('a', 'k', 'Newest.')")
    await storage.jobs.hand_back_jobs([(await claimed(storage, new)).held({})])
    assert await status(connection, new) == "replaced"


async def claimed(storage: Postgres, job_id: int) -> ClaimedJob:
    """As the worker that has it knows it."""
    async with as_owner(storage.database) as connection:
        row = await connection.fetchrow("SELECT * FROM sqlrag.jobs WHERE job_id = $1", job_id)
    names = ClaimedJob.__dataclass_fields__
    return ClaimedJob(**{"workspace": "a", **{k: v for k, v in row.items() if k in names}})


async def test_what_is_given_back_was_never_attempted(storage: Postgres, workspace: int) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest")])
    (job,) = await claim(storage)
    await storage.jobs.hand_back_jobs([job.held({})])
    (again,) = await claim(storage)
    assert again.attempts == job.attempts == 1


async def test_a_cancelled_job_is_not_claimed_and_one_that_runs_is_lost_by_its_worker(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    running_id, waiting_id = await storage.jobs.enqueue(workspace, [NewJob("ingest")] * 2)
    (running,) = await claim(storage)
    found = await connection.fetch(
        "SELECT * FROM rag.cancel_jobs('a', $1)", [running_id, waiting_id]
    )
    assert {row[0] for row in found} == {running_id, waiting_id}
    assert await claim(storage) == []
    assert await storage.jobs.extend_jobs(uuid4(), [running.held({})], LEASE) == {running_id}
    with pytest.raises(ClaimLost):
        await storage.jobs.finish_job(running.held({}), {})
    assert await connection.fetch("SELECT * FROM rag.cancel_jobs('a', $1)", [waiting_id]) == []


async def test_a_lease_is_not_extended_beyond_the_time_limit(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest", time_limit=timedelta(seconds=3))])
    (job,) = await claim(storage)
    assert await storage.jobs.extend_jobs(uuid4(), [job.held({})], timedelta(hours=1)) == set()
    await connection.execute("UPDATE sqlrag.jobs SET started_at = now() - interval '1 minute'")
    await storage.jobs.extend_jobs(uuid4(), [job.held({})], timedelta(seconds=5))
    assert await connection.fetchval("SELECT sqlrag.sweep_jobs()") == 1
    assert await connection.fetchval("SELECT error_kind FROM sqlrag.jobs") == "time-limit"


async def test_progress_is_seen_while_it_runs(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    await storage.jobs.enqueue(workspace, [NewJob("ingest")])
    (job,) = await claim(storage)
    progress = {"parse": {"done": 1, "total": 2, "seconds": 0.5}}
    await storage.jobs.extend_jobs(uuid4(), [job.held(progress)], LEASE)
    assert await connection.fetchval("SELECT progress -> 'parse' ->> 'total' FROM rag.jobs") == "2"


async def test_what_has_been_over_for_long_is_pruned_and_answers_sooner(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    jobs = [NewJob("ingest"), NewJob("query"), NewJob("ingest"), NewJob("query"), NewJob("query")]
    ids = await storage.jobs.enqueue(workspace, jobs)
    for job in await claim(storage, 4):
        await storage.jobs.finish_job(job.held({}), {})
    ages = ["8 days", "2 days", "2 days", "1 hour", "90 days"]
    for job_id, age in zip(ids, ages, strict=True):
        change = "UPDATE sqlrag.jobs SET changed_at = now() - $2::text::interval WHERE job_id = $1"
        await connection.execute(change, job_id, age)
    pruned = "SELECT rag.prune_jobs('a', interval '7 days', interval '1 day')"
    assert await connection.fetchval(pruned) == 2
    left = await connection.fetch("SELECT kind, status FROM sqlrag.jobs ORDER BY job_id")
    assert [tuple(row) for row in left] == [
        ("ingest", "done"),
        ("query", "done"),
        ("query", "waiting"),
    ]


async def blocks_of_a_claim(connection: asyncpg.Connection) -> int:
    """That one of a single job reads; the first one also reads catalogs."""
    for _ in range(2):
        transaction = connection.transaction()
        await transaction.start()
        plan = await connection.fetchval(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
            "SELECT * FROM sqlrag.claim_jobs(gen_random_uuid(), NULL, 1, interval '9 s', false)"
        )
        await transaction.rollback()
    top = json.loads(plan)[0]["Plan"]
    return top["Shared Hit Blocks"] + top["Shared Read Blocks"]


async def test_a_finished_million_is_not_looked_at(
    connection: asyncpg.Connection, storage: Postgres, workspace: int
) -> None:
    """Blocks that a claim reads beside 20,000 finished jobs, and beside none."""
    await storage.jobs.enqueue(workspace, [NewJob("ingest") for _ in range(3)])
    before = await blocks_of_a_claim(connection)
    await connection.execute(
        """INSERT INTO sqlrag.jobs (workspace_id, kind, status, finished_at)
        SELECT $1, 'ingest', 'done', now() FROM generate_series(1, 20000)""",
        workspace,
    )
    await connection.execute("VACUUM ANALYZE sqlrag.jobs")
    assert await blocks_of_a_claim(connection) < before + 40


@pytest.mark.parametrize("finished", [0, 2_000])
async def test_neither_what_waits_nor_what_ran_lately_is_read_over_and_over(
    connection: asyncpg.Connection, storage: Postgres, workspace: int, url: str, finished: int
) -> None:
    """Of a table in which nothing waited when its statistics were made, while what ran cannot be
    forgotten: an older transaction may want to see it."""
    await connection.execute(
        """INSERT INTO sqlrag.jobs (workspace_id, kind, status, finished_at)
        SELECT $1, 'ingest', 'done', now() FROM generate_series(1, $2)""",
        workspace,
        finished,
    )
    await connection.execute("ANALYZE sqlrag.jobs")
    await storage.jobs.enqueue(workspace, [NewJob("ingest", str(n)) for n in range(1_500)])
    old = await asyncpg.connect(name_owner(url))
    async with old.transaction(isolation="repeatable_read"):
        await old.execute("SELECT count(*) FROM sqlrag.jobs")
        before = await blocks_of_a_claim(connection)
        for _ in range(30):
            for job in await claim(storage, 16):
                await storage.jobs.finish_job(job.held({}), {})
        assert await blocks_of_a_claim(connection) < before + 300
    await old.close()
