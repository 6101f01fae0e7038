"""Jobs while Postgres or the models fail."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag, prepare_database
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import DatabaseError
from sqlrag.jobs.worker import Worker
from sqlrag.settings import Settings
from tests.embedded.users import postmaster
from tests.jobs.test_bad_days import FAST, texts
from tests.jobs.test_worker import written
from tests.stub_openai import Mode, StubOpenAI
from tests.support.jobs import IDLE, Workers, wait_until, working
from tests.support.owning import look, name_owner

TEXT = "The harbour of Grey Vale was rebuilt in 1921 by Ada Quist."
HURRY = "UPDATE sqlrag.jobs SET run_after = now() WHERE status = 'waiting'"
SECOND_ATTEMPT = f"WITH hurried AS ({HURRY}) SELECT max(attempts) >= 2 FROM sqlrag.jobs"


@pytest.mark.heavy
async def test_postgres_dies_while_three_workers_write(tmp_path: Path) -> None:
    """Killed as by the system, twice, with its own recovery after it."""
    home = tmp_path / "home"
    settings = Settings(home=home, embedding_model=FAST["embedding_model"], _env_file=None)
    url = await prepare_database(settings)
    sources = texts(40)
    async with Rag.open(url, settings=settings) as rag:
        await rag.in_workspace("jobs").enqueue_documents(*sources)
        with Workers(url, {**FAST, "home": str(home)}, tmp_path) as workers:
            for share in (8, 24):
                done = f"SELECT count(*) >= {share} FROM sqlrag.jobs WHERE status = 'done'"
                await wait_until(rag, done)
                os.kill(postmaster(home), signal.SIGKILL)
                await asyncio.sleep(1)
                workers.revive()
            async with asyncio.timeout(120):
                while not await is_idle(rag):
                    workers.revive()
                    await asyncio.sleep(0.2)
        await rag.in_workspace("direct").ingest(*sources)
    connection = await asyncpg.connect(name_owner(url))
    try:
        assert await written(connection, "jobs") == await written(connection, "direct")
        assert await connection.fetch("SELECT * FROM rag.orphans") == []
        assert await connection.fetchval(
            "SELECT count(*) FROM sqlrag.jobs WHERE status = 'done' AND kind = 'ingest'"
        ) == len(sources)
    finally:
        await connection.close()


async def is_idle(rag: Rag) -> bool:
    try:
        return bool(await look(rag.storage.database, IDLE))
    except DatabaseError:
        return False


@pytest.mark.parametrize("mode", ["429", "drop", "not_json"])
async def test_a_model_that_fails_for_a_time_costs_time_only(
    url: str, settings: Settings, mode: Mode
) -> None:
    with StubOpenAI() as stub:
        settings = of_models(settings, stub)
        opened = Rag.open(url, settings=settings)
        async with opened as rag, working(url, settings, listen_every=0.2) as worker:
            stub.behave("/embeddings", mode)
            track = await rag.enqueue_documents(*texts(6))
            await wait_until(worker.rag, SECOND_ATTEMPT)
            stub.behave("/embeddings", "ok")
            await hurry(worker)
            jobs = (await rag.get_track(track.track_id)).jobs
            assert {job.status for job in jobs} == {"done"}


async def test_an_endpoint_that_asks_to_wait_is_left_alone_for_so_long(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    with StubOpenAI() as stub:
        settings = of_models(settings, stub)
        async with Rag.open(url, settings=settings) as rag, working(url, settings) as worker:
            stub.behave("/embeddings", "429", retry_after="90")
            await rag.enqueue_documents(*texts(1))
            await wait_until(worker.rag, "SELECT bool_and(error IS NOT NULL) FROM sqlrag.jobs")
    waits = await connection.fetchval("SELECT run_after - changed_at FROM sqlrag.jobs")
    assert 89 < waits.total_seconds() < 91


def of_models(settings: Settings, stub: StubOpenAI) -> Settings:
    changes = {"openai_base_url": stub.base_url, "model_retries": 0, "embedding_model": "stub"}
    return settings.model_copy(update={**changes, "extraction": "off"})


async def hurry(worker: Worker) -> None:
    """Until all is done; what waits for its next attempt need not."""
    async with asyncio.timeout(60):
        while not await is_idle(worker.rag):
            await look(worker.rag.storage.database, HURRY)
            await asyncio.sleep(0.3)


async def test_what_a_model_was_paid_for_is_not_asked_again(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    """The extraction is in the ledger when the write fails; the next attempt finds it there."""
    reply = '{"entities": [{"name": "Ada Quist", "type": "person", "description": "A builder."}]}'
    with StubOpenAI(reply=lambda _: reply) as stub:
        settings = of_models(settings, stub).model_copy(update={"extraction": "auto"})
        await connection.execute(
            """CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON sqlrag.chunks
            FOR EACH STATEMENT EXECUTE FUNCTION public.refuse()"""
        )
        opened = Rag.open(url, settings=settings)
        async with opened as rag, working(url, settings, listen_every=0.2) as worker:
            track = await rag.enqueue_documents(Source.of_text(TEXT, "harbour"))
            await wait_until(worker.rag, SECOND_ATTEMPT)
            assert await connection.fetchval("SELECT count(*) FROM sqlrag.documents") == 0
            told = "SELECT bool_and(error LIKE '%no space left on device%') FROM sqlrag.jobs"
            await wait_until(worker.rag, told)
            asked = count_chats(stub)
            await connection.execute("DROP TRIGGER full_disk ON sqlrag.chunks")
            await hurry(worker)
            assert count_chats(stub) == asked
            await connection.execute("INSERT INTO sqlrag.prices VALUES ('gpt-4o-mini', 1e6, 0)")
            await rag.ingest(Source.of_text("Something else.", "other"))
            track = await rag.get_track(track.track_id)
            assert track.counts == {"done": 1}
            assert (track.stages["extract"].done, track.stages["extract"].total) == (1, 1)
            assert sum(cost.calls for cost in track.costs) == asked < count_chats(stub)
            for cost in track.costs:
                assert cost.dollars == cost.prompt_tokens > 0
        assert await connection.fetch("SELECT * FROM rag.orphans") == []


def count_chats(stub: StubOpenAI) -> int:
    return sum(request.path == "/chat/completions" for request in stub.requests())


@pytest.mark.parametrize(
    ("deploy", "told"),
    [
        ("UPDATE sqlrag.alembic_version SET version_num = '9999'", "schema revision 9999"),
        ("COMMENT ON TABLE sqlrag.alembic_version IS 'of tomorrow'", "another version of sqlrag"),
    ],
)
async def test_a_worker_of_an_older_schema_ends_and_leaves_the_jobs_to_others(
    rag: Rag, url: str, settings: Settings, connection: asyncpg.Connection, deploy: str, told: str
) -> None:
    """A deploy that migrates while workers run."""
    async with Rag.open(url, settings=settings) as own:
        worker = Worker(own, url, settings.worker, listen_every=0.2)
        task = asyncio.create_task(worker.run(asyncio.Event()))
        await wait_until(rag, "SELECT count(*) = 1 FROM sqlrag.workers")
        await connection.execute(deploy)
        await rag.enqueue_documents(*texts(3))
        with pytest.raises(DatabaseError, match=told):
            await asyncio.wait_for(task, 30)
    await connection.execute("UPDATE sqlrag.alembic_version SET version_num = '0012'")
    done: Any = {job.status for job in await rag.list_jobs(kind="ingest")}
    assert done <= {"waiting", "done"}
