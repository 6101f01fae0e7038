"""What a client has seen of one server it is shown by another, whatever its standby has."""

import asyncio
from pathlib import Path

import asyncpg
import httpx

from sqlrag.client import Client
from sqlrag.database.migrating import migrate
from tests.api.serving import serve
from tests.rag.test_standbys import follow
from tests.support.owning import name_owner
from tests.support.standby import primary_and_standby


def test_the_client_carries_what_it_has_seen_from_server_to_server(tmp_path: Path) -> None:
    with primary_and_standby(tmp_path) as (primary, standby):
        migrate(primary)
        settings = {
            "DATABASE_URL": primary,
            "SQLRAG_READ_DATABASE_URL": standby,
            "SQLRAG_READ_MAX_LAG": "3600",
        }
        with (
            serve("sqlrag", tmp_path, **settings) as one,
            serve("sqlrag", tmp_path, **settings) as other,
            httpx.Client() as http,
            Client(other) as stranger,
        ):
            writer = Client(one, http=http)
            writer.insert("The lamp was lit on 3 May 1874.", "lamp")
            assert len(stranger.search("the lamp").chunks) == 1
            asyncio.run(follow(primary, standby))
            asyncio.run(tell(standby, "SELECT pg_wal_replay_pause()"))
            writer.insert("The lamp went out in 1901.", "dark")
            assert len(stranger.search("the lamp").chunks) == 1, "it has seen nothing of it"
            moved = Client(other, http=http)
            assert len(moved.search("the lamp").chunks) == 2


async def tell(url: str, statement: str) -> None:
    connection = await asyncpg.connect(name_owner(url))
    await connection.execute(statement)
    await connection.close()
