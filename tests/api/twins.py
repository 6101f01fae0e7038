"""Two servers of one database, for requests that come again at either."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.conftest import make_database

LAMP = {"text": "The lamp was lit on 3 May 1874.", "id": "lamp"}
IN_WORK = "SELECT count(*) FROM sqlrag.replies WHERE status IS NULL"
NAMES = iter(range(10_000))


@dataclass(frozen=True)
class Twins:
    """Two servers of one database, and two keys of it."""

    urls: list[str]
    database: str
    key: str
    other: str

    def post(self, path: str, body: Any, once: str, **more: Any) -> httpx.Response:
        said = {"authorization": f"Bearer {more.pop('key', self.key)}", "idempotency-key": once}
        url = self.urls[more.pop("at", 0)]
        return httpx.post(f"{url}/v1/{path}", json=body, headers=said, timeout=60, **more)

    def fetch(self, query: str) -> Any:
        async def run() -> Any:
            connection = await asyncpg.connect(self.database)
            try:
                return await connection.fetchval(query)
            finally:
                await connection.close()

        return asyncio.run(run())

    def begin(self, body: bytes, once: str, at: int = 0) -> socket.socket:
        """A request of whose body one byte is yet to come, and that is known to be in work."""
        place, before = urlsplit(self.urls[at]), self.fetch(IN_WORK)
        head = (
            f"POST /v1/documents HTTP/1.1\r\nhost: {place.netloc}\r\nconnection: close\r\n"
            f"authorization: Bearer {self.key}\r\nidempotency-key: {once}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        connection = socket.create_connection((place.hostname, place.port), timeout=60)
        connection.sendall(head.encode() + body[:-1])
        deadline = time.monotonic() + 30
        while self.fetch(IN_WORK) == before:
            assert time.monotonic() < deadline
        return connection


@pytest.fixture(scope="module")
def twins(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Twins]:
    database, folder = make_database(server_url, template), tmp_path_factory.mktemp("twins")
    settings = {"DATABASE_URL": database, "SQLRAG_MODELS": "offline"}

    async def make() -> list[str]:
        async with Rag.open(database, settings=Settings(_env_file=None)) as rag:
            await rag.create_workspace("default")
            await rag.create_workspace("other")
            made = [await rag.create_key("admin", every_workspace=True) for _ in range(2)]
            return [one.secret for one in made]

    keys = asyncio.run(make())
    with ExitStack() as stack:
        urls = [stack.enter_context(serve("granian", folder, **settings)) for _ in range(2)]
        yield Twins(urls, database, *keys)


def name() -> str:
    return f'"once-{next(NAMES)}"'
