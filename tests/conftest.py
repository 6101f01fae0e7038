"""A real Postgres for every test: one server a run, one database a test, copied from a template."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from sqlrag.database.embedded import start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings

if TYPE_CHECKING:
    from sqlrag.app import Rag

_numbers = itertools.count(1)
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def pytest_configure() -> None:
    # What the developer's shell sets must not reach the tests.
    for name in list(os.environ):
        ours = name.startswith(("SQLRAG_", "OPENAI_")) and name != "SQLRAG_BENCHMARK"
        if ours or name == "DATABASE_URL":
            del os.environ[name]
    if (SHARED / "tiktoken").is_dir():
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(SHARED / "tiktoken"))


def run_sql(url: str, script: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    asyncio.run(run())


def run_in_thread(url: str, script: str) -> asyncio.Future[None]:
    return asyncio.get_running_loop().run_in_executor(None, run_sql, url, script)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server_url(home: Path) -> str:
    """The server's own database, for making others. It never needs to survive a power cut."""
    url = start_postgres(home)
    run_sql(url, "ALTER SYSTEM SET fsync = off")
    run_sql(url, "SELECT pg_reload_conf()")
    return url


def with_database(url: str, name: str) -> str:
    return url.replace("/sqlrag?", f"/{name}?")


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated database to copy."""
    run_sql(server_url, "CREATE DATABASE migrated TEMPLATE sqlrag")
    migrate(with_database(server_url, "migrated"))
    return "migrated"


def make_database(server_url: str, template: str) -> str:
    name = f"test_{next(_numbers)}"
    run_sql(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    return with_database(server_url, name)


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A database without the schema."""
    url = make_database(server_url, "sqlrag")
    yield url
    _drop(server_url, url)


@pytest.fixture
def url(server_url: str, template: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    url = make_database(server_url, template)
    yield url
    _drop(server_url, url)


def _drop(server_url: str, url: str) -> None:
    name = url.rpartition("/")[2] if "?" not in url else url.split("?")[0].rpartition("/")[2]
    run_sql(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    from sqlrag.database.pool import _prepare

    connection = await asyncpg.connect(url)
    await _prepare(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Postgres]:
    storage = Postgres(url, 4)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, _env_file=None)


@pytest.fixture
async def rag(url: str, settings: Settings) -> "AsyncIterator[Rag]":
    from sqlrag.app import Rag

    async with Rag.open(url, settings=settings) as rag:
        yield rag


@pytest.fixture(scope="session")
def shared_files() -> Path:
    """Real documents that are not part of this project."""
    folder = SHARED / "data" / "files"
    if not folder.is_dir():
        pytest.skip("the shared folder of real documents is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def shared_retrieval() -> Path:
    """Question sets with gold passages that are not part of this project."""
    folder = SHARED / "data" / "retrieval"
    if not folder.is_dir():
        pytest.skip("the shared folder of question sets is not beside this checkout")
    return folder
