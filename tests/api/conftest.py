"""One granian for all tests here; each test works in a workspace of its own."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.api.proxy import Proxy
from tests.api.serving import client_of, serve
from tests.conftest import make_database

MAX_FILE_BYTES, MAX_JSON_BYTES = 400_000, 500_000
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def api_url(server_url: str, template: str) -> str:
    """A migrated database that all tests of the API share."""
    return make_database(server_url, template)


@pytest.fixture(scope="session")
def proxy(api_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """What the server's connections go through."""
    folder = Path(parse_qs(urlsplit(api_url).query)["host"][0])
    proxy = Proxy(folder / ".s.PGSQL.5432", tmp_path_factory.mktemp("proxy"))
    proxy.come_up()
    yield proxy
    proxy.go_down()


@pytest.fixture(scope="session")
def server(api_url: str, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    settings = {
        "DATABASE_URL": api_url.replace(str(proxy.upstream.parent), str(proxy.path.parent)),
        "SQLRAG_MAX_FILE_BYTES": str(MAX_FILE_BYTES),
        "SQLRAG_MAX_JSON_BYTES": str(MAX_JSON_BYTES),
        "SQLRAG_ALLOWED_HOSTS": "rag.example.org, other.example.org",
        "SQLRAG_MODELS": "offline",
    }
    with serve("granian", folder, **settings) as url:
        yield url


@pytest.fixture
def workspace() -> str:
    return f"workspace-{next(_numbers)}"


@pytest.fixture
def client(server: str, workspace: str) -> Iterator[httpx.Client]:
    with client_of(server, workspace) as client:
        yield client


@pytest.fixture
def files() -> Path:
    """The documents of the demonstration, in every format."""
    return Path(__file__).parent / "files"
