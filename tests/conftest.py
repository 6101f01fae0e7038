"""A real Postgres for every test: one server a run, one database a test, copied from a template.

What a newcomer gets by default is tested where that is the matter: in the providers' tests, the
guides, the demo, the wheel, the API and the acceptance of real documents. Elsewhere texts are
embedded by hashing, since few tests care which vectors they get, and loading and asking the encoder
took a quarter of the run. Processes that parse, and most that run a command, are forked from ones
that have loaded all.
"""

import asyncio
import atexit
import contextlib
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from sqlrag.database.embedded import start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.offline import HashingEmbedder
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings
from tests.support.forking import fork_parsers
from tests.support.outside import hide_certificates
from tests.support.owning import name_owner, name_role
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres16 import start_16, stop_16

if TYPE_CHECKING:
    from sqlrag.app import Rag

_numbers = itertools.count(1)
# A server to test on instead of the embedded one, and the version of the embedded one.
# Whether a pooler stands before it.
FOR_TESTS = (
    *("SQLRAG_BENCHMARK", "SQLRAG_TEST_URL", "SQLRAG_TEST_POSTGRES"),
    *("SQLRAG_TEST_POOLER", "SQLRAG_TEST_ROLE"),
)
SHARED = Path(__file__).resolve().parents[1].parent / "shared"
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
HASHING: dict[str, Any] = {"embedding_model": HashingEmbedder.model}


def pytest_configure() -> None:
    # What the developer's shell sets must not reach the tests.
    for name in list(os.environ):
        ours = name.startswith(("SQLRAG_", "OPENAI_")) and name not in FOR_TESTS
        if ours or name == "DATABASE_URL":
            del os.environ[name]
    os.environ["SQLRAG_ALLOW_OWNER"] = "true"  # most tests act as the owner; some say otherwise
    if (SHARED / "tiktoken").is_dir():
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(SHARED / "tiktoken"))
    hide_certificates()


@pytest.fixture(scope="session", autouse=True)
def forked_parsers() -> None:
    fork_parsers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("SQLRAG_BENCHMARK") != "short":
        for item in items:
            if item.get_closest_marker("heavy"):
                item.add_marker(pytest.mark.timeout(7200))


def run_sql(url: str, script: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(name_owner(url))
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    asyncio.run(run())


def run_in_thread(url: str, script: str) -> asyncio.Future[None]:
    return asyncio.get_running_loop().run_in_executor(None, run_sql, url, script)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In memory where there is room.

    A database is 425 files. To make those of one test after those of another were deleted took a
    seventh of the run on an ext4 without a journal, in search of inodes that were not just freed.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return tmp_path_factory.mktemp("home")
    for left in MEMORY.glob("sqlrag-tests-*"):  # by a run that was killed
        if not Path("/proc", left.name.rpartition("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = MEMORY / f"sqlrag-tests-{os.getpid()}"
    folder.mkdir(mode=0o700)
    # The server's own handler is registered later, so it runs before this.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@pytest.fixture(scope="session")
def server_url(home: Path) -> Iterator[str]:
    """The server's own database, for making others."""
    if given := os.environ.get("SQLRAG_TEST_URL"):
        yield given
        asyncio.run(drop_databases(given))
        return
    url = start_server(home)
    # It never needs to survive a power cut.
    run_sql(url, "ALTER SYSTEM SET fsync = off")
    run_sql(url, "SELECT pg_reload_conf()")
    yield url


async def drop_databases(url: str) -> None:
    """Those of this process, on a server that goes on after it."""
    connection = await asyncpg.connect(url)
    ours = "SELECT datname FROM pg_database WHERE datname LIKE $1"
    for (name,) in await connection.fetch(ours, name_database("%")):
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


def start_server(home: Path) -> str:
    """The embedded server, or a 16."""
    version = os.environ.get("SQLRAG_TEST_POSTGRES")
    if not version:
        return start_postgres(home)
    assert version == "16"
    server = start_16(home)
    atexit.register(stop_16, server)
    return server.place.url("postgres")


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def name_database(purpose: str) -> str:
    """A name that no other run has, on a server that several may use."""
    return f"test_{os.getpid()}_{purpose}"


@pytest.fixture(scope="session")
def empty_template(server_url: str) -> str:
    """The name of a database without the schema to copy, like the one users are told to make."""
    if "/sqlrag?" in server_url:
        return "sqlrag"
    name = name_database("empty")
    locale = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    run_sql(server_url, f"CREATE DATABASE {name} {locale}")
    return name


@pytest.fixture(scope="session")
def template(server_url: str, empty_template: str) -> str:
    """The name of a migrated database to copy."""
    name = name_database("migrated")
    run_sql(server_url, f"CREATE DATABASE {name} TEMPLATE {empty_template}")
    migrated = with_database(server_url, name)
    migrate(migrated)
    if role := os.environ.get("SQLRAG_TEST_ROLE"):
        with contextlib.suppress(asyncpg.DuplicateObjectError):
            run_sql(server_url, f"CREATE ROLE {role} LOGIN")
        run_sql(migrated, f"SELECT rag.grant_workspace(NULL, '{role}', 'server')")
    return name


def make_database(server_url: str, template: str) -> str:
    name = name_database(str(next(_numbers)))
    # Of files so small a copy costs half of what writing them to the log does.
    run_sql(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return with_database(server_url, name)


@pytest.fixture(scope="session")
def entrance(server_url: str) -> Iterator[str]:
    """Where tests find their databases: at the server, or at a pooler before it."""
    if os.environ.get("SQLRAG_TEST_POOLER"):
        with pgbouncer(server_url) as address:
            yield address
    else:
        yield server_url


@pytest.fixture
def empty_url(server_url: str, empty_template: str, entrance: str) -> Iterator[str]:
    """A database without the schema."""
    url = make_database(server_url, empty_template)
    yield with_database(entrance, urlsplit(url).path[1:])
    _drop(server_url, url)


@pytest.fixture
def url(server_url: str, template: str, entrance: str) -> Iterator[str]:
    """A migrated database of the test's own, as a role that owns nothing where the run says so."""
    url = make_database(server_url, template)
    yield name_role(with_database(entrance, urlsplit(url).path[1:]))
    _drop(server_url, url)


@pytest.fixture
def old_pgvector_url(server_url: str, empty_url: str, tmp_path: Path) -> str:
    """A database on which pgvector would be 0.7.4."""
    folder = tmp_path / "extension"
    folder.mkdir()
    (folder / "vector.control").write_text("default_version = '0.7.4'\nrelocatable = true\n")
    (folder / "vector--0.7.4.sql").write_text("")
    for parent in (folder, *folder.parents):
        parent.chmod(parent.stat().st_mode | 0o055)
    name = urlsplit(empty_url).path[1:]
    try:
        run_sql(server_url, f"ALTER DATABASE {name} SET extension_control_path = '{tmp_path}'")
    except asyncpg.UndefinedObjectError:
        pytest.skip("before PostgreSQL 18 a database cannot be given extensions of its own")
    return empty_url


def _drop(server_url: str, url: str) -> None:
    run_sql(server_url, f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")


@pytest.fixture
async def connection(url: str, server_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Of the server, also where a pooler stands before it."""
    from sqlrag.database.sessions import prepare_session

    connection = await asyncpg.connect(with_database(server_url, urlsplit(url).path[1:]))
    await prepare_session(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Postgres]:
    storage = Postgres(url, 4)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
def newcomers(home: Path) -> Settings:
    """Every default."""
    return Settings(home=home, _env_file=None)


@pytest.fixture
def settings(newcomers: Settings) -> Settings:
    return newcomers.model_copy(update=HASHING)


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
