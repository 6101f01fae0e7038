"""Through PgBouncer in transaction mode, as it comes: found out without a word, nothing left."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.migrating import migrate
from sqlrag.domain.retrieval import QueryParam
from sqlrag.repositories import indexes
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings
from tests.conftest import with_database
from tests.support.pgbouncer import pgbouncer

TEXTS = [f"Ada Quist of Harrow Vale kept light {n} of Grey Harbour for years." for n in range(12)]


@pytest.fixture(scope="module")
def bouncer(server_url: str) -> Iterator[str]:
    with pgbouncer(server_url) as address:
        yield address


@pytest.fixture
def pooled_url(bouncer: str, url: str) -> str:
    return with_database(bouncer, urlsplit(url).path[1:])


async def read_session(url: str) -> set[tuple[str, ...]]:
    """What ends of transactions have left in every session of the pooler."""
    asked = """SELECT current_setting('jit'), current_setting('jit_above_cost'),
        current_setting('enable_seqscan'),
        current_setting('search_path'), current_setting('maintenance_work_mem'),
        (SELECT count(*) FROM pg_prepared_statements)::text,
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')::text, pg_sleep(0.1)::text"""

    async def look() -> tuple[str, ...]:
        connection = await asyncpg.connect(url, statement_cache_size=0)
        async with connection.transaction():
            row = await connection.fetchrow(asked)
        await connection.close()
        assert row
        return tuple(row)

    return set(await asyncio.gather(*(look() for _ in range(8))))


async def test_a_pooler_is_found_out_and_a_direct_connection_is_none(url, pooled_url):
    for address, pooled in ((url, False), (pooled_url, True)):
        storage = Postgres(address, 2)
        await storage.open()
        assert storage.database.is_pooled is pooled
        await storage.close()


async def test_many_at_once_write_read_edit_and_delete_through_it(
    url, pooled_url, settings, monkeypatch
):
    monkeypatch.setattr(indexes, "EXACT_COORDINATES", 100)
    before = await read_session(pooled_url)
    one, two = (Rag.open(pooled_url, settings=settings) for _ in range(2))
    async with one as first, two as second:
        await asyncio.gather(
            *((first, second)[n % 2].insert(text, f"d{n}") for n, text in enumerate(TEXTS))
        )
        found = await asyncio.gather(
            *(
                (first, second)[n % 2].search("Who kept the light?", QueryParam("mix"))
                for n in range(24)
            )
        )
        assert all(len(context.chunks) >= 5 for context in found)
        await first.graph.create_entity("Storm of 1954", type="event")
        assert (await second.graph.entity("Storm of 1954")).type == "event"
        exported = [line async for line in first.graph.export("jsonl")]
        assert len(exported) > 3
        names = [
            row[0]
            for row in await first.storage.database.run(
                lambda free: free.fetch("SELECT relname FROM pg_class WHERE relname ~ '_hnsw_'")
            )
        ]
        assert names
        assert (await first.examine()).is_healthy
        await second.delete_workspace()
    assert await read_session(pooled_url) == before


def test_migrations_go_there_and_back_through_it(bouncer, empty_url):
    pooled = with_database(bouncer, urlsplit(empty_url).path[1:])
    for revision in ("head", "-1", "head", "base", "head", "head"):
        migrate(pooled, revision)
    assert asyncio.run(list_workspaces(pooled)) == []


async def list_workspaces(url: str) -> list[Any]:
    storage = Postgres(url, 1)
    await storage.open()
    found = await storage.fetch("list_workspaces", None, 0, 10)
    await storage.close()
    return list(found)


@pytest.mark.parametrize("pooler", ["transaction", "none"])
async def test_the_setting_is_believed(url, pooler):
    storage = Postgres(url, 2, pooler)
    await storage.open()
    assert storage.database.is_pooled is (pooler == "transaction")
    assert await storage.fetch_value("ping") == 1
    await storage.close()


def test_the_setting_is_read(monkeypatch):
    monkeypatch.setenv("SQLRAG_POOLER", "transaction")
    assert Settings(_env_file=None).pooler == "transaction"
