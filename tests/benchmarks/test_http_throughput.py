"""How many retrievals a second go over HTTP, as a share of the same statement by a bare driver.

uv run pytest -m heavy tests/benchmarks/test_http_throughput.py -n0 -s
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from sqlrag.database.sessions import prepare_session
from sqlrag.database.statements import SQL
from sqlrag.domain.retrieval import QueryParam
from sqlrag.domain.search import SearchRequest
from sqlrag.offline import HashingEmbedder
from sqlrag.repositories.searches import search_parameters
from tests.api.serving import serve
from tests.benchmarks.filling import DIMENSIONS, fill

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
CHUNKS, QUESTIONS, ROUNDS = (2_000, 40, 3) if SHORT else (20_000, 200, 7)
AT_ONCE = 4
MODES = ("naive", "auto", "mix")
LEAST = 0.3 if SHORT else 0.7  # a search among few takes little longer than a request
_ASKED = "SELECT content FROM sqlrag.chunks ORDER BY md5(content) LIMIT $1"
Ask = Callable[[int], Awaitable[None]]


class Line:
    """A kept connection that sends a request as bytes: clients of HTTP take longer than servers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, url: str) -> "Line":
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def post(self, path: str, body: bytes) -> Any:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        told = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(told.partition("content-length: ")[2].partition("\r\n")[0])
        answer = await self._reader.readexactly(length)
        assert told.startswith("http/1.1 200"), (told, answer)
        return answer

    def close(self) -> None:
        self._writer.close()


async def ask_all(asks: Sequence[Ask]) -> float:
    """Questions a second, each connection one at a time."""
    turns = iter(range(QUESTIONS))

    async def work(ask: Ask) -> None:
        for turn in turns:
            await ask(turn)

    started = time.perf_counter()
    await asyncio.gather(*map(work, asks))
    return QUESTIONS / (time.perf_counter() - started)


async def compare(url: str, server: str, mode: str) -> list[float]:
    """Shares of the rate of the bare driver, of each round."""
    async with AsyncExitStack() as stack:
        connections = [await asyncpg.connect(url) for _ in range(AT_ONCE)]
        for connection in connections:
            stack.push_async_callback(connection.close)
            await prepare_session(connection)
        words = [row[0].split() for row in await connections[0].fetch(_ASKED, QUESTIONS)]
        texts = [" ".join((*one[:5], *one[8:12])) for one in words]
        vectors = await HashingEmbedder(DIMENSIONS).embed(texts)
        found = [
            search_parameters(1, SearchRequest(text, None, None, vector), QueryParam(mode=mode))  # type: ignore[arg-type]
            for text, vector in zip(texts, vectors, strict=True)
        ]
        bodies = [json.dumps({"question": text, "mode": mode}).encode() for text in texts]

        def by_driver(connection: asyncpg.Connection) -> Ask:
            async def ask(turn: int) -> None:
                await connection.fetch(SQL[f"{mode}_search"], *found[turn])

            return ask

        def by_http(line: Line) -> Ask:
            async def ask(turn: int) -> None:
                await line.post("/v1/query/data", bodies[turn])

            return ask

        async def ask_server() -> float:
            """On new connections: those that are idle for a while are closed."""
            lines = [await Line.open(server) for _ in range(AT_ONCE)]
            rate = await ask_all([*map(by_http, lines)])
            for line in lines:
                line.close()
            return rate

        bare = [*map(by_driver, connections)]
        await ask_all(bare), await ask_server()
        return [(await ask_server()) / (await ask_all(bare)) for _ in range(ROUNDS)]


@pytest.mark.heavy
async def test_http_costs_little(url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(url)
    await prepare_session(connection)
    await fill(connection, "default", CHUNKS)
    await connection.execute("UPDATE sqlrag.embedding_spaces SET model = $1", HashingEmbedder.model)
    await connection.close()
    given = {"embedding_model": HashingEmbedder.model, "offline_dimensions": DIMENSIONS}
    environment = {f"SQLRAG_{name.upper()}": str(value) for name, value in given.items()}
    print(f"\n{CHUNKS:,} chunks, {AT_ONCE} connections: shares of a bare driver's rate")
    with serve("sqlrag", tmp_path, SQLRAG_DATABASE_URL=url, **environment) as server:
        for mode in MODES:
            shares = await compare(url, server, mode)
            print(f"{mode:6}{statistics.median(shares):6.2f}  of {[round(s, 2) for s in shares]}")
            assert statistics.median(shares) >= LEAST, mode
