"""Jobs can be seen to move: over a real socket, with a real worker."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from uvicorn import Config, Server

from sqlrag.app import Rag
from sqlrag.domain.errors import Busy
from sqlrag.domain.jobs import NewJob
from sqlrag.doors.http import events
from sqlrag.doors.http.application import create_app
from sqlrag.rag.feed import Feed
from sqlrag.settings import ServerSettings, Settings
from tests.api.serving import find_free_port, serve
from tests.counting import count_statements
from tests.support.jobs import do_jobs, wait_until, working

HASHING = "offline-hashing-v1"


@asynccontextmanager
async def serving(url: str, settings: Settings) -> AsyncIterator[tuple[Rag, int]]:
    """A server in this loop, so that one can look into it."""
    opened: list[Rag] = []

    @asynccontextmanager
    async def open_rag() -> AsyncIterator[Rag]:
        async with Rag.open(url, settings=settings) as rag:
            opened.append(rag)
            yield rag

    app = create_app(open_rag, "default", 2**20, ServerSettings(max_requests=2))
    port = find_free_port()
    server = Server(Config(app, port=port, log_level="warning", timeout_graceful_shutdown=2))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    try:
        yield opened[0], port
    finally:
        opened[0].feed.end()
        server.should_exit = True
        await task


@pytest.fixture
async def server(url: str, settings: Settings) -> AsyncIterator[str]:
    async with serving(url, settings) as (_, port):
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def listening(server: str, headers: Any = None, **asked: Any) -> AsyncIterator[Any]:
    """The events of a stream that has begun: name, data, id."""
    where = f"{server}/v1/workspaces/{asked.pop('workspace')}/events"
    async with (
        httpx.AsyncClient(timeout=30) as client,
        client.stream("GET", where, params=asked, headers=headers) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()

        async def read() -> AsyncIterator[tuple[str, Any, str]]:
            name, data, number = "", "", ""
            async for line in lines:
                kind, _, value = line.partition(": ")
                if kind == "event":
                    name = value
                elif kind == "data":
                    data = value
                elif kind == "id":
                    number = value
                elif not line and name:
                    yield name, json.loads(data), number
                    name, data, number = "", "", ""

        yield read()


async def add(server: str, workspace: str, *texts: str) -> str:
    async with httpx.AsyncClient(timeout=30) as client:
        response = await client.post(
            f"{server}/v1/workspaces/{workspace}/documents",
            json={"documents": [{"text": text, "id": text} for text in texts]},
            headers={"prefer": "respond-async"},
        )
    assert response.status_code == 202, response.text
    return response.json()["track_id"]


async def test_a_track_is_followed_from_waiting_to_done(server, url, settings):
    track = await add(server, "followed", "The lamp.", "The well.")
    async with listening(server, workspace="followed", track_id=track) as events:
        first, second = await anext(events), await anext(events)
        assert {first[1]["status"], second[1]["status"]} == {"waiting"}
        async with working(url, settings):
            rest = [event async for event in events]
    assert rest[-1][:2] == ("done", {})
    by_job: dict[int, list[str]] = {}
    for name, job, number in rest[:-1]:
        assert (name, job["kind"], job["track_id"]) == ("job", "ingest", track)
        assert number.isdigit()
        by_job.setdefault(job["job_id"], []).append(job["status"])
    assert len(by_job) == 2
    for told in by_job.values():
        assert told[-1] == "done"
        assert set(told[:-1]) <= {"running"}


async def test_each_state_is_told_once_and_only_of_the_workspace(server, url, settings):
    await add(server, "mine", "first")
    await do_jobs(url, settings)
    async with listening(server, workspace="mine") as events:
        await add(server, "theirs", "not to be told")
        track = await add(server, "mine", "told")
        async with working(url, settings):
            told = []
            async for _, job, _ in events:
                told.append((job["job_id"], job["changed_at"]))
                assert job["source_key"] in ("told", None)
                if job["track_id"] == track and job["status"] == "done":
                    break
    assert len(set(told)) == len(told)


async def test_a_stream_goes_on_after_its_last_event(server, url, settings):
    await add(server, "resumed", "before")
    track = await add(server, "resumed", "seen")
    async with listening(server, workspace="resumed", track_id=track) as events:
        _, _, number = await anext(events)
    await add(server, "resumed", "missed")
    after = {"last-event-id": number}
    async with listening(server, after, workspace="resumed") as events, asyncio.timeout(30):
        told = set()
        while "missed" not in told:
            told.add((await anext(events))[1]["source_key"])
    assert told <= {"before", "seen", "missed"}


async def test_what_cannot_be_followed_is_told_with_a_status(server):
    track = await add(server, "known", "a")
    wrong: list[tuple[int, dict[str, Any], dict[str, str]]] = [
        (404, {"workspace": "nobody's"}, {}),
        (404, {"workspace": "known", "track_id": track[:-4] + "0000"}, {}),
        (404, {"workspace": "known", "job_id": 999_999}, {}),
        (400, {"workspace": "known", "track_id": "x"}, {}),
        (400, {"workspace": "known"}, {"last-event-id": "9" * 19}),
        (400, {"workspace": "known"}, {"last-event-id": "yesterday"}),
    ]
    async with httpx.AsyncClient(timeout=30) as client:
        for status, asked, headers in wrong:
            where = f"{server}/v1/workspaces/{asked.pop('workspace')}/events"
            found = await client.get(where, params=asked, headers=headers)
            assert (found.status_code, found.json()["status"]) == (status, status), found.text


async def test_followers_take_no_place_of_those_who_work(server):
    await add(server, "crowded", "a")
    async with (
        listening(server, workspace="crowded"),
        listening(server, workspace="crowded"),
        listening(server, workspace="crowded"),
    ):
        assert await add(server, "crowded", "b")


async def until(condition, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_client_that_leaves_or_never_reads_is_forgotten(
    url, settings, connection, monkeypatch, leaves
):
    monkeypatch.setattr(events, "_TAKEN_WITHIN", 0.5)
    async with serving(url, settings) as (rag, port):
        await rag.enqueue(*[NewJob("prune") for _ in range(100)])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await until(lambda: rag.feed._watched)
            assert "200" in (await asyncio.to_thread(client.recv, 4096)).decode()
            if leaves:
                client.close()
            for _ in range(3):  # more than the buffers of all on the way hold
                await connection.execute(
                    """UPDATE sqlrag.jobs SET changed_at = clock_timestamp(),
                        error = repeat('x', 100000)"""
                )
                await connection.execute("NOTIFY sqlrag_jobs, '1'")
                await asyncio.sleep(0.3)
            await until(lambda: not rag.feed._watched)


@pytest.fixture
def slow_feed(rag: Rag) -> Iterator[Feed]:
    """One that hears nothing, as behind a pooler, and looks every fifth of a second."""
    rag.storage.database._pooler = "transaction"
    yield Feed(rag.storage, every=0.2)
    rag.storage.database._pooler = "none"


async def test_lost_notifications_cost_seconds_only(rag: Rag, slow_feed: Feed) -> None:
    workspace = await rag.workspaces.open("default")
    async with aclosing(slow_feed.follow(workspace)) as changes:
        assert await anext(changes) == []
        (job_id,) = await rag.enqueue(NewJob("prune"))
        async with asyncio.timeout(5):
            ((change,),) = [await anext(changes)]
        assert (change.job_id, change.status) == (job_id, "waiting")


async def test_what_is_committed_late_is_told_nevertheless(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    workspace = await rag.workspaces.open("default")
    async with aclosing(rag.feed.follow(workspace)) as changes:
        await anext(changes)
        async with connection.transaction():
            late = await connection.fetchval(
                "SELECT rag.enqueue_document('default', 'late', 'A text.')"
            )
            (early,) = await rag.enqueue(NewJob("prune"))
            assert [one.job_id for one in await anext(changes)] == [early]
        assert [one.job_id for one in await anext(changes)] == [late]


async def test_one_connection_hears_for_all(rag: Rag, connection: asyncpg.Connection) -> None:
    count = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND query ILIKE 'listen%'"""
    many = [await rag.workspaces.open(f"w{n}") for n in range(5)]
    followed = [rag.feed.follow(one) for one in many for _ in range(40)]
    for one in followed:
        assert await anext(one) == []
    await wait_until(rag, count.replace("count(*)", "count(*) > 0"))
    assert await connection.fetchval(count) == 1
    nexts = [asyncio.create_task(anext(one)) for one in followed]
    await rag.in_workspace("w3").enqueue(NewJob("prune"))
    await until(lambda: sum(one.done() for one in nexts) >= 40)
    waiting = [one for one in nexts if not one.done()]
    assert len(waiting) == 160
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for one in followed:
        await one.aclose()
    assert not rag.feed._watched


async def test_thousands_of_jobs_at_one_moment_are_told_once_each(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    workspace = await rag.workspaces.open("default")
    async with aclosing(rag.feed.follow(workspace)) as changes:
        await anext(changes)
        with count_statements(rag.storage.database._pool) as statements:
            await connection.execute(
                """SELECT count(*) FROM sqlrag.enqueue(1, ARRAY(
                    SELECT ('prune', NULL, NULL, NULL, NULL, NULL, NULL, NULL)::sqlrag.new_job
                    FROM generate_series(1, 2500)))"""
            )
            told: list[int] = []
            async with asyncio.timeout(30):
                while len(told) < 2500:
                    told += [one.job_id for one in await anext(changes)]
            assert sorted(told) == list(range(1, 2501))
        assert sum("(changed_at, job_id) >" in one for one in statements) <= 6
    plan = await rag.storage.explain("list_job_changes", 1, datetime(2020, 1, 1, tzinfo=UTC), 0, 10)
    assert "jobs_by_change" in str(plan)
    assert "Bitmap" not in str(plan), "it reads a page and no more"


async def test_there_are_only_so_many_followers(rag: Rag) -> None:
    workspace = await rag.workspaces.open("default")
    feed = Feed(rag.storage, most=1)
    async with aclosing(feed.follow(workspace)) as first:
        await anext(first)
        with pytest.raises(Busy):
            await anext(feed.follow(workspace))
    async with aclosing(feed.follow(workspace)) as another:
        assert await anext(another) == []
    await feed.close()


async def test_a_follower_that_takes_nothing_is_left_behind(rag: Rag, monkeypatch) -> None:
    monkeypatch.setattr("sqlrag.rag.feed._KEPT", 3)
    workspace = await rag.workspaces.open("default")
    async with aclosing(rag.feed.follow(workspace)) as changes:
        await anext(changes)
        await rag.enqueue(*[NewJob("prune") for _ in range(10)])
        (listener,) = rag.feed._watched[workspace.id].listeners
        await until(lambda: listener.is_left_behind)
        with pytest.raises(Busy, match="faster"):
            await anext(changes)


def test_a_server_ends_though_somebody_follows(url, tmp_path) -> None:
    given = {"DATABASE_URL": url, "SQLRAG_EMBEDDING_MODEL": HASHING}
    with socket.socket() as client:
        with serve("granian", tmp_path, **given) as server:
            httpx.post(f"{server}/v1/documents", json={"text": "x"}, timeout=30)
            client.connect(("127.0.0.1", urlsplit(server).port))
            client.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200" in client.recv(4096)
            told = time.monotonic()
        assert time.monotonic() - told < 10
        assert b"event: error" in client.recv(4096)
