"""What all may call of a model in a minute."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import LimitReached, ModelError
from sqlrag.domain.pacing import PATIENCE, Pace
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.jobs.test_bad_days import texts
from tests.jobs.test_outages import hurry, of_models
from tests.stub_openai import EMBEDDINGS, StubOpenAI
from tests.support.jobs import wait_until, working

CALLER = """
import asyncio, sys
from sqlrag.app import Rag
from sqlrag.settings import Settings

async def main(url, base_url, amount, limit):
    settings = Settings(_env_file=None, openai_base_url=base_url, embedding_model="stub",
        embedding_batch=1, embedding_requests_per_minute=limit)
    async with Rag.open(url, settings=settings) as rag:
        print("open", flush=True)
        sys.stdin.readline()
        await rag.embedder.embed([f"text {n}" for n in range(amount)])

asyncio.run(main(*sys.argv[1:3], *map(int, sys.argv[3:])))
"""


@pytest.fixture
def stub() -> Iterator[StubOpenAI]:
    with StubOpenAI() as stub:
        yield stub


@asynccontextmanager
async def calling(
    url: str, settings: Settings, stub: StubOpenAI, **more: Any
) -> AsyncIterator[Rag]:
    settings = of_models(settings, stub).model_copy(update=more)
    async with Rag.open(url, settings=settings) as rag:
        yield rag


@pytest.mark.parametrize("limit", [1, 7, 60, 3000])
async def test_no_minute_has_more_calls_than_it_may(storage: Postgres, limit: int) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    starts = []
    for _ in range(3 * min(limit, 100)):
        amount = max(1, limit // 100)
        wait = await storage.model_limits.take_tokens(
            "host", "model", Pace(tokens=limit), amount, 1e6
        )
        starts.append((loop.time() - begun + wait, amount))
    assert starts == sorted(starts)
    slack = 0.05  # of the clocks of two
    for start, _ in starts:
        called = sum(amount for at, amount in starts if start <= at < start + 60 - slack)
        assert called <= limit
    (last, _) = starts[-1]
    assert sum(amount for _, amount in starts) >= 0.85 * limit * last / 60


async def test_a_call_that_needs_more_than_is_ever_there_is_paid_for_by_the_next(
    storage: Postgres,
) -> None:
    async def take(needed: int) -> float:
        return await storage.model_limits.take_tokens(
            "host", "model", Pace(tokens=1000), needed, 1e6
        )

    assert await take(901) == 0
    assert await take(100) == pytest.approx(60, abs=1)


async def test_who_would_not_wait_takes_nothing(storage: Postgres) -> None:
    async def take(patience: float) -> float:
        return await storage.model_limits.take_tokens("host", "model", Pace(6), 0, patience)

    assert await take(0) == 0
    waits = [await take(1) for _ in range(3)]
    assert waits == pytest.approx([10] * 3, abs=0.5)
    assert [await take(100) for _ in range(2)] == pytest.approx([10, 20], abs=0.5)


async def test_another_limit_is_that_of_the_next_call(storage: Postgres) -> None:
    async def take(limit: int) -> float:
        return await storage.model_limits.take_tokens("host", "model", Pace(limit), 0, 1e6)

    assert [await take(1) for _ in range(2)] == pytest.approx([0, 60], abs=0.5)
    assert await take(600) == pytest.approx(60, abs=1)  # after what was promised already
    gained = await take(600) - await take(600)
    assert gained == pytest.approx(-60 / 541, abs=0.05)


async def test_processes_stay_below_a_limit_together(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    amount, limit = 40, 600
    words = [sys.executable, "-c", CALLER, url, stub.base_url, str(amount), str(limit)]
    processes = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout
            assert await asyncio.to_thread(process.stdout.readline) == b"open\n"
        for process in processes:
            assert process.stdin
            process.stdin.write(b"\n")
            process.stdin.flush()
        for process in processes:
            assert await asyncio.to_thread(process.wait, 60) == 0
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    times = sorted(request.at for request in stub.requests(EMBEDDINGS))
    assert len(times) == 2 * amount
    at_once, flow = limit / 10, limit * 0.9 / 60
    assert times[-1] - times[0] >= (len(times) - at_once) / flow - 0.5
    assert max(later - earlier for earlier, later in pairwise(times)) < 1, "all go on"
    (row,) = await connection.fetch("SELECT * FROM rag.providers")
    assert (row["endpoint"], row["model"], row["per_minute"]) == (f"{stub.host}/v1", "stub", limit)
    assert row["ready"] < at_once


async def test_without_limits_nothing_is_asked(
    url: str, settings: Settings, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with calling(url, settings, stub) as rag:
        pool = rag.storage.database._pool
        assert pool
        with count_statements(pool) as sent:
            await rag.embedder.embed(["one", "two"])
    assert sent == []
    assert await connection.fetch("SELECT FROM sqlrag.model_limits") == []


async def test_what_was_thought_is_corrected_by_what_was_used(
    url: str, settings: Settings, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with calling(url, settings, stub, embedding_tokens_per_minute=10_000) as rag:
        await rag.embedder.embed(["so many words " * 200])  # of which the stub counts one
    assert await connection.fetchval("SELECT ready FROM rag.providers") >= 990


async def test_a_limit_that_an_endpoint_tells_of_holds_for_everybody(
    url: str, settings: Settings, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    limit = {"embedding_requests_per_minute": 600}
    async with (
        calling(url, settings, stub, **limit) as one,
        calling(url, settings, stub, **limit) as other,
    ):
        stub.behave(EMBEDDINGS, "429", retry_after="40")
        with pytest.raises(ModelError, match="limit"):
            await one.embedder.embed(["one"])
        stub.behave(EMBEDDINGS, "ok")
        closed = await connection.fetchval("SELECT closed_for FROM rag.providers")
        assert 38 < closed.total_seconds() <= 40
        PATIENCE.set(1)
        with pytest.raises(LimitReached, match="may be called again in 4") as refused:
            await other.embedder.embed(["other"])
        assert 38 < refused.value.wait < 41
    assert len(stub.requests(EMBEDDINGS)) == 1


async def test_a_retry_waits_until_all_may_call_again(
    url: str, settings: Settings, stub: StubOpenAI
) -> None:
    more = {"embedding_requests_per_minute": 6000, "model_retries": 1}
    async with calling(url, settings, stub, **more) as rag:
        stub.behave(EMBEDDINGS, "429", times=1, retry_after="0.3")
        await rag.embedder.embed(["one"])
    first, second = (request.at for request in stub.requests(EMBEDDINGS))
    assert 0.3 <= second - first < 2


async def test_a_job_whose_turn_is_far_away_gives_its_place_to_others(
    url: str, settings: Settings, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    paced = of_models(settings, stub).model_copy(update={"embedding_requests_per_minute": 60})
    async with Rag.open(url, settings=paced) as rag, working(url, paced) as worker:
        await rag.embedder.embed(["something"])
        await rag.storage.model_limits.close_model(f"{stub.host}/v1", "stub", 60)
        track = await rag.enqueue_documents(*texts(2))
        await wait_until(worker.rag, "SELECT bool_and(error IS NOT NULL) FROM sqlrag.jobs")
        jobs = (await rag.get_track(track.track_id)).jobs
        assert {(job.status, job.attempts, job.error_kind) for job in jobs} == {
            ("waiting", 0, "limit-reached")
        }
        waits = await connection.fetchval(
            "SELECT min(extract(epoch FROM run_after - changed_at)) FROM sqlrag.jobs"
        )
        assert 55 < waits < 125
        assert await rag.list_documents() == [], "nothing is said to have failed"
        await connection.execute("TRUNCATE sqlrag.model_limits")
        await hurry(worker)
        jobs = (await rag.get_track(track.track_id)).jobs
        assert {(job.status, job.attempts) for job in jobs} == {("done", 1)}
