"""A standby answers what only looks, with all that whoever asks has seen; else the primary does."""

import asyncio
import os
import signal
from collections.abc import Iterator

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.migrating import migrate
from sqlrag.database.replica import POSITIONS, Positions, Unanswered
from sqlrag.domain.errors import DatabaseError
from sqlrag.domain.retrieval import QueryParam
from tests.rag.asking import open_rag
from tests.rag.test_standbys import TEXT, follow
from tests.stub_openai import StubOpenAI
from tests.support.standby import primary_and_standby

Servers = tuple[str, str]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with primary_and_standby(tmp_path_factory.mktemp("servers")) as (primary, standby):
        migrate(primary)
        yield primary, standby


async def tell(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def list_processes(url: str) -> list[int]:
    """Of a server: those that answer, and the one that makes more of them."""
    connection = await asyncpg.connect(url)
    found = await connection.fetch(
        "SELECT pid FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    made_by = await connection.fetchval("SELECT pg_read_file('postmaster.pid')")
    await connection.close()
    return [*(row["pid"] for row in found), int(made_by.split()[0])]


async def is_asked(rag: Rag) -> bool:
    """Whether the standby answers whoever looks at the workspace now."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    assert workspace
    assert rag.storage.replica

    async def work(connection: asyncpg.Connection) -> bool:
        return bool(await connection.fetchval("SELECT pg_is_in_recovery()"))

    try:
        return await rag.storage.replica.look(None, workspace.id, work)
    except Unanswered:
        return False


async def find(rag: Rag) -> int:
    found = await rag.search("Who kept the light?", QueryParam("naive"))
    return len(found.chunks)


async def test_the_standby_answers_once_it_has_what_was_written(
    servers: Servers, stub: StubOpenAI
) -> None:
    primary, standby = servers
    async with open_rag(primary, stub, read_database_url=standby, workspace="one") as rag:
        await rag.insert(TEXT, "lamp.txt")
        await follow(primary, standby)
        assert await is_asked(rag)
        assert await find(rag) == 1
        state = await rag.storage.replica.measure()  # type: ignore[union-attr]
        assert state.error is None
        assert state.lag_bytes is not None


async def test_who_wrote_is_not_shown_less(servers: Servers, stub: StubOpenAI) -> None:
    primary, standby = servers
    async with open_rag(primary, stub, read_database_url=standby, workspace="two") as rag:
        await rag.insert(TEXT, "lamp.txt")
        await follow(primary, standby)
        await tell(standby, "SELECT pg_wal_replay_pause()")
        try:
            await rag.insert("The light of Grey Harbour went out.", "dark.txt")
            assert not await is_asked(rag)
            assert await find(rag) == 2
            state = await rag.storage.replica.measure()  # type: ignore[union-attr]
            assert state.lag_bytes
        finally:
            await tell(standby, "SELECT pg_wal_replay_resume()")
        await follow(primary, standby)
        assert await is_asked(rag)
        assert await find(rag) == 2


async def test_a_transaction_of_several_is_followed_when_it_ends(
    servers: Servers, stub: StubOpenAI
) -> None:
    primary, standby = servers
    async with open_rag(primary, stub, read_database_url=standby, workspace="seven") as rag:
        await rag.insert(TEXT, "lamp.txt")
        await follow(primary, standby)
        assert await is_asked(rag)
        workspace = await rag.workspaces.look_up(rag.workspace)
        assert workspace
        await tell(standby, "SELECT pg_wal_replay_pause()")
        try:
            await rag.storage.run(
                lambda session: session.fetch(
                    "delete_documents", workspace.id, [], ["lamp.txt"], None
                )
            )
            assert not await is_asked(rag)
            assert await find(rag) == 0
        finally:
            await tell(standby, "SELECT pg_wal_replay_resume()")


async def test_a_position_goes_from_process_to_process(servers: Servers, stub: StubOpenAI) -> None:
    primary, standby = servers
    opened = [
        open_rag(primary, stub, read_database_url=standby, workspace="three", read_max_lag=3600)
        for _ in range(2)
    ]
    async with opened[0] as writer, opened[1] as reader:
        await writer.insert(TEXT, "lamp.txt")
        await follow(primary, standby)
        assert await find(reader) == 1
        await tell(standby, "SELECT pg_wal_replay_pause()")
        try:
            told = Positions()
            POSITIONS.set(told)
            await writer.insert("The light of Grey Harbour went out.", "dark.txt")
            assert told.told > 0
            POSITIONS.set(None)
            assert await find(reader) == 1, "it has seen nothing of it"
            POSITIONS.set(Positions(asked=told.told))
            assert await find(reader) == 2
        finally:
            POSITIONS.set(None)
            await tell(standby, "SELECT pg_wal_replay_resume()")


async def test_one_that_is_away_is_not_needed(servers: Servers, stub: StubOpenAI) -> None:
    away = "postgresql://nobody@127.0.0.1:1/sqlrag"
    async with open_rag(servers[0], stub, read_database_url=away, workspace="four") as rag:
        await rag.insert(TEXT, "lamp.txt")
        assert await find(rag) == 1
        state = await rag.storage.replica.measure()  # type: ignore[union-attr]
        assert state.error
        assert state.lag_bytes is None


async def test_one_that_falls_silent_is_not_waited_for(servers: Servers, stub: StubOpenAI) -> None:
    primary, standby = servers
    stopped: list[int] = []
    try:
        async with (
            asyncio.timeout(60),
            open_rag(primary, stub, read_database_url=standby, workspace="eight") as rag,
        ):
            await rag.insert(TEXT, "lamp.txt")
            await follow(primary, standby)
            assert all(await asyncio.gather(is_asked(rag), is_asked(rag)))
            stopped += await list_processes(standby)
            for process in stopped:
                os.kill(process, signal.SIGSTOP)
            state = await rag.storage.replica.measure()  # type: ignore[union-attr]
            assert state.error, "its connections are there, and say nothing"
            assert await asyncio.gather(*(find(rag) for _ in range(4))) == [1] * 4
            assert not await is_asked(rag)
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)


async def test_a_url_that_cannot_be_used_is_refused(servers: Servers, stub: StubOpenAI) -> None:
    with pytest.raises(DatabaseError):
        async with open_rag(servers[0], stub, read_database_url="mysql://there/sqlrag"):
            pass


async def test_what_is_no_standby_is_not_asked(
    servers: Servers, stub: StubOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    primary, _ = servers
    async with open_rag(primary, stub, read_database_url=primary, workspace="five") as rag:
        await rag.insert(TEXT, "lamp.txt")
        assert not await is_asked(rag)
        assert await find(rag) == 1
    assert "follows no primary" in caplog.text


async def test_a_look_that_is_cancelled_is_the_primarys(servers: Servers, stub: StubOpenAI) -> None:
    primary, standby = servers
    async with open_rag(primary, stub, read_database_url=standby, workspace="six") as rag:
        await rag.insert(TEXT, "lamp.txt")
        await follow(primary, standby)
        started = asyncio.Event()

        async def work(connection: asyncpg.Connection) -> None:
            started.set()
            await connection.execute("SELECT pg_sleep(60)")

        assert rag.storage.replica
        workspace = await rag.workspaces.look_up(rag.workspace)
        assert workspace
        look = asyncio.create_task(rag.storage.replica.look(None, workspace.id, work))
        await started.wait()
        cancel = (
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'"
        )
        while not look.done():
            await tell(standby, cancel)
        with pytest.raises(Unanswered):
            look.result()
        assert await is_asked(rag), "it is asked again at once"
