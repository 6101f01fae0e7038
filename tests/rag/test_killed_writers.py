"""Two writers of overlapping names, killed and cut off at random, leave an exact graph."""

import asyncio
import os
import random

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.graphs import ORPHANS, graph
from tests.rag.killed_writers import BROKEN, FINAL, GONE, KEYS, SMALL, Writer, write
from tests.support.owning import name_owner

TERMINATE = """SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'sqlrag'
    ORDER BY hashtext(pid || $1) LIMIT 1
) AS one"""


async def harass(writers: list[Writer], connection: asyncpg.Connection, deaths: int) -> None:
    """Kill a process or a backend, in the middle of whatever it does."""
    chance = random.Random(7)
    for death in range(deaths):
        writer = chance.choice(writers)
        enough = writer.steps.value + chance.randrange(1, 8)
        while writer.steps.value < enough:
            assert writer.process.is_alive(), "only a kill ends a writer"
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.random() * 0.03)  # not always between two documents
        if chance.random() < 0.6:
            await asyncio.to_thread(writer.kill)
        else:
            await connection.fetchval(TERMINATE, str(death))


async def watch(url: str, stop: asyncio.Event) -> int:
    """Look, as a reader does, whether any document is half there; returns how often it looked."""
    looks = 0
    reader = await asyncpg.connect(name_owner(url), server_settings={"application_name": "reader"})
    try:
        while not stop.is_set() or not looks:
            assert await reader.fetch(BROKEN) == []
            assert await reader.fetch("SELECT * FROM rag.orphans") == []
            assert await reader.fetchval(ORPHANS) == 0
            looks += 1
            await asyncio.sleep(0.01)  # leave the processor to the writers
    finally:
        await reader.close()
    return looks


async def try_writers(
    deaths: int, url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    settings = settings.model_copy(update=SMALL)
    async with Rag.open(url, settings=settings) as rag:
        await write(rag, KEYS[0], 0)
    writers = [Writer(url, settings, name) for name in ("first", "second")]
    stop = asyncio.Event()
    watching = asyncio.create_task(watch(url, stop))
    await harass(writers, connection, deaths)
    for writer in writers:
        writer.end()
    codes = [await asyncio.to_thread(writer.finish) for writer in writers]
    stop.set()
    looks = await watching
    steps = [writer.steps.value for writer in writers]
    print(f"\n{deaths} deaths, {steps} steps, {looks} looks")
    assert codes == [0, 0]
    assert min(looks, *steps) > 5
    together = await graph(connection)
    await connection.execute("SELECT pg_stat_force_next_flush()")
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await connection.fetchval(deadlocks) == 0
    await connection.execute("DELETE FROM sqlrag.documents")
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.entities") == 0
    async with Rag.open(url, settings=settings) as rag:
        for key in KEYS:
            if key not in GONE:
                assert await write(rag, key, FINAL)
    assert together["mentions"]
    assert await graph(connection) == together


async def test_killed_writers_leave_the_graph_of_a_fresh_build(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    await try_writers(12, url, settings, connection)


@pytest.mark.heavy
async def test_killed_writers_leave_the_graph_of_a_fresh_build_after_many_deaths(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    # CI runs this in a short form, beside the twelve of the default run.
    deaths = 20 if os.environ.get("SQLRAG_BENCHMARK") == "short" else 300
    await try_writers(deaths, url, settings, connection)
