"""One worker in this process, over a real Postgres."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BacklogFull, BadInput, NotFound
from sqlrag.domain.jobs import NewJob
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.stub_openai import StubOpenAI
from tests.support.jobs import IDLE, do_jobs, wait_until, working

TEXT = "The harbour of Grey Vale was rebuilt in 1921 by Ada Quist."


async def test_a_document_is_ingested_and_its_job_says_what_became_of_it(
    rag: Rag, url: str, settings: Settings
) -> None:
    track = await rag.enqueue_documents(Source.of_text(TEXT, "harbour"))
    assert track.counts == {"waiting": 1}
    await do_jobs(url, settings)
    track = await rag.get_track(track.track_id)
    (job,) = track.jobs
    assert (job.status, job.attempts, job.error) == ("done", 1, None)
    assert (track.stages["embed"].done, track.stages["embed"].total) == (1, 1)
    assert track.costs == []
    (document,) = await rag.list_documents()
    result = {"outcome": "added", "document_id": document.document_id, "chunk_count": 1}
    assert job.result == result
    assert {"parse", "extract", "embed", "write"} == job.progress.keys()
    assert all(stage["done"] == stage["total"] for stage in job.progress.values())
    again = await rag.enqueue_documents(Source.of_text(TEXT, "harbour"))
    await do_jobs(url, settings)
    (job,) = (await rag.get_track(again.track_id)).jobs
    assert job.result == {"outcome": "unchanged", "document_id": document.document_id}


async def test_what_jobs_write_is_what_the_same_ingestion_writes(
    rag: Rag, url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    texts = [f"Article {place}. {TEXT} It has {place} piers." for place in range(12)]
    sources = [Source.of_text(text, f"a{place}") for place, text in enumerate(texts)]
    await rag.in_workspace("direct").ingest(*sources)
    await rag.in_workspace("jobs").enqueue_documents(*sources)
    await do_jobs(url, settings)
    assert await written(connection, "jobs") == await written(connection, "direct")


async def written(connection: asyncpg.Connection, workspace: str) -> list[Any]:
    """All that is stored, without ids and times."""
    return [
        [tuple(row) for row in await connection.fetch(statement, workspace)]
        for statement in (
            """SELECT source_key, title, status, content_sha256, recipe, metadata, char_count
            FROM sqlrag.documents JOIN sqlrag.workspaces USING (workspace_id)
            WHERE name = $1 ORDER BY 1""",
            """SELECT d.source_key, c.ordinal, c.content, c.token_count, e.embedding::text
            FROM sqlrag.chunks AS c JOIN sqlrag.documents AS d USING (workspace_id, document_id)
            JOIN sqlrag.workspaces AS w USING (workspace_id)
            JOIN sqlrag.chunk_embeddings AS e USING (workspace_id, chunk_id)
            WHERE w.name = $1 ORDER BY 1, 2""",
            """SELECT a.name_key, e.type, e.description, (SELECT count(*) FROM sqlrag.mentions AS m
                WHERE m.workspace_id = e.workspace_id AND m.entity_id = e.entity_id)
            FROM sqlrag.entities AS e
            JOIN sqlrag.entity_aliases AS a USING (workspace_id, entity_id)
            JOIN sqlrag.workspaces AS w USING (workspace_id) WHERE w.name = $1 ORDER BY 1, 2, 3""",
            """SELECT count(*), sum(r.weight) FROM sqlrag.relations AS r
            JOIN sqlrag.workspaces AS w USING (workspace_id) WHERE w.name = $1""",
        )
    ]


async def test_versions_of_a_document_end_in_the_order_they_came_in(
    rag: Rag, url: str, settings: Settings
) -> None:
    async with working(url, settings) as worker:
        for version in range(12):
            await rag.enqueue_documents(Source.of_text(f"Version {version}. {TEXT}", "harbour"))
        await wait_until(worker.rag, IDLE)
    (document,) = await rag.list_documents()
    (chunk,) = await rag.list_chunks(document.document_id)
    assert chunk.content.startswith("Version 11.")


async def test_a_deletion_in_the_background_takes_everything(
    rag: Rag, url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    await rag.insert(TEXT, "harbour")
    await connection.execute("SELECT rag.enqueue_deletion('default', 'harbour')")
    await connection.execute("SELECT rag.enqueue_deletion('default', 'what is not there')")
    await do_jobs(url, settings)
    assert await rag.list_documents() == []
    assert [job.status for job in await rag.list_jobs(kind="delete")] == ["done", "done"]
    assert await connection.fetch("SELECT * FROM rag.orphans") == []


async def test_a_question_is_a_job_whose_result_is_the_answer(
    rag: Rag, url: str, settings: Settings
) -> None:
    await rag.insert(TEXT, "harbour")
    asked = await rag.enqueue_question("When was the harbour rebuilt?", QueryParam(mode="naive"))
    await do_jobs(url, settings)
    job = await rag.get_job(asked.job_id)
    assert job.status == "done"
    assert job.result
    assert "1921" in job.result["answer"]
    assert job.result["mode"] == "naive"
    assert job.result["references"][0]["source_key"] == "harbour"


async def test_a_question_asked_in_psql_says_what_is_wrong_with_it(
    rag: Rag, url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    await rag.insert(TEXT, "harbour")
    ask = "SELECT rag.enqueue_question('default', 'When?', $1)"
    wrong = await connection.fetchval(ask, {"mode": "clairvoyant"})
    many = await connection.fetchval(ask, {"top_k": -1})
    await do_jobs(url, settings)
    for job_id, told in ((wrong, "clairvoyant"), (many, "top_k")):
        job = await rag.get_job(job_id)
        assert (job.status, job.attempts, job.error_kind) == ("failed", 1, "bad-input")
        assert told in (job.error or "")


async def test_what_cannot_be_read_fails_at_once_and_can_be_tried_again(
    rag: Rag, url: str, settings: Settings
) -> None:
    broken = Source("scan.pdf", b"%PDF-1.7 broken", "scan.pdf")
    track = await rag.enqueue_documents(broken, Source.of_text(TEXT, "harbour"))
    await do_jobs(url, settings)
    bad, good = (await rag.get_track(track.track_id)).jobs
    assert (bad.status, bad.attempts, good.status) == ("failed", 1, "done")
    assert "broken or incomplete PDF" in (bad.error or "")
    assert (await rag.retry_job(bad.job_id)).status == "waiting"
    await do_jobs(url, settings)
    assert (await rag.get_job(bad.job_id)).status == "failed"
    (document,) = await rag.list_documents(status="failed")
    assert document.source_key == "scan.pdf"


async def test_an_endpoint_that_was_down_costs_an_attempt_and_no_document(
    url: str, settings: Settings
) -> None:
    with StubOpenAI() as stub:
        stub.behave("/embeddings", "503", times=2)
        changes = {"openai_base_url": stub.base_url, "model_retries": 0, "extraction": "off"}
        settings = settings.model_copy(update={**changes, "embedding_model": "stub"})
        async with Rag.open(url, settings=settings) as rag:
            track = await rag.enqueue_documents(Source.of_text(TEXT, "harbour"))
            async with working(url, settings) as worker:
                await wait_until(worker.rag, "SELECT max(attempts) > 0 FROM sqlrag.jobs")
                hurry = "UPDATE sqlrag.jobs SET run_after = now() WHERE status = 'waiting'"
                await wait_until(
                    worker.rag,
                    f"WITH hurried AS ({hurry} RETURNING 1) {IDLE} AND NOT EXISTS (TABLE hurried)",
                )
            (job,) = (await rag.get_track(track.track_id)).jobs
            assert job.status == "done"
            assert job.attempts >= 2


async def test_what_takes_too_long_is_stopped_and_says_so(
    rag: Rag, url: str, settings: Settings
) -> None:
    async def hang(*_: Any) -> None:
        await asyncio.Event().wait()

    job = NewJob("hang", time_limit=timedelta(seconds=0.3))
    (job_id,) = await rag.enqueue(job)
    async with working(url, settings, tasks={"hang": hang}) as worker:
        await wait_until(worker.rag, "SELECT error IS NOT NULL FROM sqlrag.jobs")
    found = await rag.get_job(job_id)
    assert (found.status, found.error_kind) == ("waiting", "time-limit")
    assert found.error == "It took longer than its time limit of 0.3 seconds."


async def test_a_kind_that_this_version_does_not_know_is_left_to_others(
    rag: Rag, url: str, settings: Settings
) -> None:
    (job_id,) = await rag.enqueue(NewJob("of the future"))
    await rag.enqueue_documents(Source.of_text(TEXT, "harbour"))
    async with working(url, settings) as worker:
        await wait_until(worker.rag, "SELECT count(*) > 0 FROM sqlrag.jobs WHERE status = 'done'")
    assert (await rag.get_job(job_id)).status == "waiting"


async def test_a_job_that_is_cancelled_while_it_runs_writes_nothing(
    rag: Rag, url: str, settings: Settings
) -> None:
    stopped = asyncio.Event()

    async def wait(*_: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    (job_id,) = await rag.enqueue(NewJob("wait"))
    soon = settings.model_copy(update={"job_lease": 1.0})
    async with working(url, soon, tasks={"wait": wait}) as worker:
        await wait_until(
            worker.rag, "SELECT count(*) = 1 FROM sqlrag.jobs WHERE status = 'running'"
        )
        assert (await rag.cancel_job(job_id)).status == "cancelled"
        await asyncio.wait_for(stopped.wait(), 20)
    assert (await rag.get_job(job_id)).status == "cancelled"


async def test_a_worker_that_is_told_to_stop_finishes_or_gives_back(
    rag: Rag, url: str, settings: Settings
) -> None:
    async def soon(rag: Rag, job: Any, held: Any, report: Any) -> None:
        await asyncio.sleep(0.5)
        await rag.storage.jobs.finish_job(held, {})

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    finished, given_back = await rag.enqueue(NewJob("soon"), NewJob("never"))
    hasty = settings.model_copy(update={"worker_grace": 2.0})
    async with working(url, hasty, tasks={"soon": soon, "never": never}) as worker:
        await wait_until(
            worker.rag, "SELECT count(*) = 2 FROM sqlrag.jobs WHERE status = 'running'"
        )
    assert (await rag.get_job(finished)).status == "done"
    left = await rag.get_job(given_back)
    assert (left.status, left.attempts) == ("waiting", 0)
    workers = await rag.storage.fetch_value("ping")
    assert workers == 1


async def test_a_worker_ends_after_as_many_jobs_as_it_may_take(
    rag: Rag, url: str, settings: Settings
) -> None:
    from sqlrag.jobs.worker import Worker

    await rag.enqueue_documents(*(Source.of_text(f"{TEXT} {n}", f"d{n}") for n in range(7)))
    few = settings.model_copy(update={"worker_max_jobs": 3, "worker_concurrency": 2})
    async with Rag.open(url, settings=few) as own:
        worker = Worker(own, url, few.worker)
        assert await asyncio.wait_for(worker.run(asyncio.Event()), 60)
    done = len(await rag.list_jobs(status="done"))
    assert 3 <= done <= 4


async def test_jobs_that_end_in_a_moment_are_followed_by_one_claim(
    rag: Rag, url: str, settings: Settings
) -> None:
    async def soon(rag: Rag, job: Any, held: Any, report: Any) -> None:
        await asyncio.sleep(0.005 * (job.job_id % 8))
        await rag.storage.jobs.finish_job(held, {})

    many = settings.model_copy(update={"worker_concurrency": 8, "pool_size": 16})
    await rag.enqueue(*(NewJob("soon") for _ in range(64)))
    async with working(url, many, tasks={"soon": soon}) as worker:
        pool = worker.rag.storage.database._pool
        assert pool
        await asyncio.gather(*(worker.rag.storage.fetch("get_schema") for _ in range(16)))
        with count_statements(pool) as sent:
            await wait_until(rag, IDLE)
    done = sum("finish_job" in one for one in sent)
    assert done > 32
    assert sum("claim_jobs" in one for one in sent) <= done / 2


async def test_more_than_may_wait_are_refused(rag: Rag) -> None:
    rag.max_backlog = 3
    await rag.enqueue_documents(*(Source.of_text(f"{TEXT} {n}", f"d{n}") for n in range(3)))
    with pytest.raises(BacklogFull, match="3 jobs wait in workspace"):
        await rag.enqueue_documents(Source.of_text(TEXT, "one more"))
    with pytest.raises(BacklogFull):
        await rag.enqueue_question("When?")


async def test_a_track_of_files_is_refused_whole_when_one_cannot_be_read(
    rag: Rag, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    with pytest.raises(BadInput, match="does not exist"):
        await rag.enqueue_documents(tmp_path / "a.txt", tmp_path / "b.txt")
    assert await rag.list_jobs() == []


async def test_jobs_of_another_workspace_are_not_there(rag: Rag) -> None:
    track = await rag.enqueue_documents(Source.of_text(TEXT, "harbour"))
    other = rag.in_workspace("other")
    await other.enqueue_documents(Source.of_text(TEXT, "harbour"))
    with pytest.raises(NotFound, match="no track"):
        await other.get_track(track.track_id)
    with pytest.raises(NotFound, match=f"no job {track.jobs[0].job_id}"):
        await other.cancel_job(track.jobs[0].job_id)
    assert len(await rag.list_jobs()) == 1
