"""A well-known tutorial's workload through the store: nodes added, then searched.

uv run pytest -m heavy tests/benchmarks/test_tutorial_workload.py -s
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.database.vectors import halfvec
from sqlrag.rag.store import Store

IS_SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
SIZES = (10, 100) if IS_SHORT else (10, 100, 1_000)
DIMENSIONS = 768
TOP_K = 3
# What the tutorial printed, in seconds, on another machine and with Milvus.
THEIRS = {
    "add together": {10: 0.19, 100: 0.48, 1_000: 3.22},
    "add in turn": {10: 0.56, 100: 5.85, 1_000: 62.91},
    "search together": {10: 0.55, 100: 1.39, 1_000: 8.81},
    "search in turn": {10: 3.29, 100: 30.8, 1_000: 308.8},
}
INSERT = """INSERT INTO raw_nodes (id, content, metadata, embedding) VALUES ($1, $2, $3, $4)"""
Work = Callable[[int], Coroutine[Any, Any, Any]]


@pytest.fixture
async def durable(rag: Rag, server_url: str) -> AsyncIterator[Rag]:
    """With fsync, which the other tests leave out: a commit is on disk when it is awaited."""
    server = await asyncpg.connect(server_url)
    await server.execute("ALTER SYSTEM SET fsync = on")
    await server.execute("SELECT pg_reload_conf()")
    yield rag
    await server.execute("ALTER SYSTEM SET fsync = off")
    await server.execute("SELECT pg_reload_conf()")
    await server.close()


async def together(work: Work, count: int) -> float:
    started = time.perf_counter()
    await asyncio.gather(*(work(n) for n in range(count)))
    return time.perf_counter() - started


async def in_turn(work: Work, count: int) -> float:
    started = time.perf_counter()
    for n in range(count):
        await work(n)
    return time.perf_counter() - started


async def measure_both(seconds: dict[str, dict[int, float]], name: str, work: Work) -> None:
    await work(0)
    for size in SIZES:
        seconds.setdefault(f"{name} together", {})[size] = await together(work, size)
        seconds.setdefault(f"{name} in turn", {})[size] = await in_turn(work, size)


async def measure_adds(
    rag: Rag, texts: Sequence[str], vectors: np.ndarray, seconds: dict[str, dict[int, float]]
) -> Store:
    """Every size into a store that is empty; returns the one with the most nodes."""
    for way, run in (("together", together), ("in turn", in_turn)):
        for size in SIZES:
            store = await rag.store("tutorial", DIMENSIONS, overwrite=True)

            def add(n: int, store: Store = store) -> Coroutine[Any, Any, None]:
                return store.add(f"node-{n}", vectors[n], texts[n], {"number": n})

            seconds.setdefault(f"add {way}", {})[size] = await run(add, size)
            assert await store.count() == size
    return store


def print_table(seconds: dict[str, dict[int, float]]) -> None:
    print(f"\n{DIMENSIONS} dimensions, top {TOP_K}, fsync on; seconds")
    print(f"{'':18}" + "".join(f"{size:>10,}" for size in SIZES) + "   tutorial, Milvus")
    for name, times in seconds.items():
        theirs = " / ".join(f"{value:g}" for value in THEIRS.get(name, {}).values())
        print(f"{name:18}" + "".join(f"{times[size]:10.3f}" for size in SIZES) + f"   {theirs}")


@pytest.mark.heavy
async def test_many_small_calls_cost_little_more_than_one_large(
    durable: Rag, connection: asyncpg.Connection
) -> None:
    rng = np.random.default_rng(1)
    most = SIZES[-1]
    vectors = rng.normal(size=(most, DIMENSIONS)).astype(np.float32)
    texts = [f"n{n}_text" for n in range(most)]  # as the tutorial has them
    pool = durable.storage.database._pool
    assert pool
    await connection.execute(
        "CREATE TABLE raw_nodes (id text, content text, metadata jsonb, embedding halfvec)"
    )
    seconds: dict[str, dict[int, float]] = {}
    await measure_both(seconds, "SELECT 1", lambda n: pool.fetch("SELECT 1"))
    await measure_both(
        seconds,
        "raw INSERT",
        lambda n: pool.execute(INSERT, str(n), texts[n], {"number": n}, halfvec(vectors[n])),
    )
    store = await measure_adds(durable, texts, vectors, seconds)
    await measure_both(seconds, "search", lambda n: store.query(vectors[n], TOP_K))
    print_table(seconds)
    assert (await store.query(vectors[7], TOP_K))[0].id == "node-7"
    # Some three times as fast, but short enough in the short form for a hiccup to turn it round:
    # that calls share transactions is what tests/store/test_coalescing.py counts.
    if not IS_SHORT:
        assert seconds["add together"][most] < seconds["add in turn"][most] / 2
        assert seconds["search together"][most] < 2 * seconds["search in turn"][most]
    assert seconds["add in turn"][most] < 30 * seconds["raw INSERT in turn"][most]
