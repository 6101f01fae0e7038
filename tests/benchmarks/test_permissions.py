"""Who may read some of the documents waits about as long as who may read all, or less; and so does
a server that is bound to a workspace.

uv run pytest -m heavy tests/benchmarks/test_permissions.py -n0 -s
"""

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from sqlrag.database.pool import Reader
from sqlrag.database.sessions import prepare_session
from sqlrag.domain.retrieval import QueryParam
from sqlrag.domain.search import SearchRequest
from sqlrag.repositories.postgres import Postgres
from tests.benchmarks.filling import CENTRES, fill, make_vectors
from tests.conftest import run_in_thread
from tests.support.owning import name_owner

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
CHUNKS = 4_000 if SHORT else 100_000
QUESTIONS, ROUNDS = 8, 3
MODES = ("naive", "local", "global", "hybrid", "mix", "multihop", "auto")
READERS = ("rare", "few", "some", "most")
MOST = 1.6  # of the medians, beside the owner's: on machines that do other things, too
_SHARING = Path(__file__).with_name("sharing.sql").read_text("utf-8")
_ASKED = "SELECT content FROM sqlrag.chunks ORDER BY md5(content) LIMIT $1"


async def make_requests(connection: asyncpg.Connection) -> list[SearchRequest]:
    """Two names and some words of a chunk each, and a vector that is near to some."""
    vectors = make_vectors()
    space = await connection.fetchval("SELECT space_id FROM sqlrag.workspaces")
    requests = []
    for place, (content,) in enumerate(await connection.fetch(_ASKED, QUESTIONS)):
        words = content.split()
        near = vectors[place * 97 % CENTRES] + vectors[CENTRES + place]
        asked = " ".join((*words[:5], *words[8:12])), " ".join(words[:5]), ""
        requests.append(SearchRequest(*asked, near, near, near, space))
    return requests


async def measure(
    storages: dict[str, Postgres], requests: Sequence[SearchRequest], mode: str
) -> dict[str, float]:
    """The median of the best times of each question, in ms, in turns."""
    best = {name: [float("inf")] * len(requests) for name in storages}
    for _ in range(ROUNDS):
        for place, request in enumerate(requests):
            for name, storage in storages.items():
                start = time.perf_counter()
                await storage.searches.search(1, request, QueryParam(mode=mode))  # type: ignore[arg-type]
                lasted = 1000 * (time.perf_counter() - start)
                best[name][place] = min(best[name][place], lasted)
    return {name: statistics.median(times) for name, times in best.items()}


@pytest.mark.heavy
async def test_readers_of_some_wait_no_longer(url: str, storage: Postgres) -> None:
    connection = await asyncpg.connect(url)
    await prepare_session(connection)
    await fill(connection, "shared", CHUNKS)
    await connection.execute(_SHARING)
    await connection.execute("VACUUM ANALYZE")
    requests = await make_requests(connection)
    await connection.close()
    storages = {"all": storage}
    storages |= {name: storage.reading_as(Reader("shared", (name,))) for name in READERS}
    role = f"bound_{urlsplit(url).path[1:]}"
    await run_in_thread(
        url, f"CREATE ROLE {role} LOGIN; SELECT rag.grant_workspace(NULL, '{role}', 'server')"
    )
    bound = Postgres(name_owner(url).replace("//postgres@", f"//{role}@", 1), 2)
    await bound.open()
    storages["bound"] = bound
    print(f"\n{CHUNKS:,} chunks; ms for who reads all, and shares of it")
    print(f"{'':9}{'all':>8}" + "".join(f"{name:>7}" for name in (*READERS, "bound")))
    shares = {}
    for mode in MODES:
        found = await measure(storages, requests, mode)
        shares[mode] = {name: found[name] / found["all"] for name in (*READERS, "bound")}
        told = "".join(f"{share:7.2f}" for share in shares[mode].values())
        print(f"{mode:9}{found['all']:8.1f}{told}")
    await bound.close()
    await run_in_thread(url, f"DROP OWNED BY {role}; DROP ROLE {role}")
    for mode in MODES:
        assert max(shares[mode].values()) < MOST, mode
