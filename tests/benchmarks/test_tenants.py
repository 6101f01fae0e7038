"""Recall and time of vector search for tenants of every share of one database.

uv run pytest -m heavy tests/benchmarks/test_tenants.py -s
"""

import os
import time
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.database.vectors import halfvec
from sqlrag.repositories.postgres import Postgres
from tests.benchmarks.tenants import add_tenant, make_vectors

IS_SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
CHUNKS = 20_000 if IS_SHORT else 200_000
DIMENSIONS = 256
QUESTIONS = 20 if IS_SHORT else 50
K = 10
SHARES = (0.001, 0.01, 0.1, 0.5)
FILTERS: dict[str, dict[str, Any] | None] = {
    "no filter": None,
    "1 %": {"metadata": {"rare": True}},
    "50 %": {"metadata": {"common": True}},
}


async def run(
    connection: asyncpg.Connection, route: str, workspace: int, vectors: Any, filters: Any
) -> tuple[list[set[int]], list[float]]:
    """The ids that a route finds for each vector, and its milliseconds."""
    found, times = [], []
    for vector in vectors:
        started = time.perf_counter()
        rows = await connection.fetch(
            f"SELECT id FROM sqlrag.{route}($1, 'chunk', $2, $3, $4)", workspace, vector, K, filters
        )
        times.append(1000 * (time.perf_counter() - started))
        found.append({row["id"] for row in rows})
    return found, times


@pytest.mark.heavy
async def test_recall_does_not_fall_with_the_share(
    storage: Postgres, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    if IS_SHORT:
        # A tenth of the data is to take the same routes.
        monkeypatch.setattr("sqlrag.repositories.indexes.EXACT_COORDINATES", 400_000)
    rng = np.random.default_rng(1)
    shares = (*SHARES, 1 - sum(SHARES))
    tenants = {}
    for share in shares:
        vectors = make_vectors(rng, round(share * CHUNKS), DIMENSIONS)
        tenants[share] = await add_tenant(connection, f"tenant {share:.1%}", vectors)
    await connection.execute("VACUUM ANALYZE")
    indexed = {share: await storage.index_embeddings(tenants[share]) for share in shares}
    questions = [halfvec(vector) for vector in make_vectors(rng, QUESTIONS, DIMENSIONS)]
    print(f"\n{CHUNKS:,} chunks of {DIMENSIONS} dimensions, the {K} nearest; milliseconds")
    print(
        f"{'share':>7} {'filter':10}{'index':>6}{'recall':>8}{'p50':>8}{'p95':>8}{'exact p50':>11}"
    )
    for share in SHARES:
        for name, filters in FILTERS.items():
            await run(connection, "nearest", tenants[share], questions[:5], filters)
            routed, times = await run(connection, "nearest", tenants[share], questions, filters)
            exact, slow = await run(connection, "nearest_exact", tenants[share], questions, filters)
            # A filter may admit nothing of the smallest tenant: then nothing can be missed.
            hits = [len(a & b) / len(b) if b else 1 for a, b in zip(routed, exact, strict=True)]
            recall = float(np.mean(hits))
            p50, p95 = np.percentile(times, [50, 95])
            print(
                f"{share:7.1%} {name:10}{'yes' if indexed[share] else 'no':>6}{recall:8.3f}"
                f"{p50:8.2f}{p95:8.2f}{np.median(slow):11.2f}"
            )
            assert recall >= 0.97
            assert [len(ids) for ids in routed] == [len(ids) for ids in exact]
    assert indexed[0.5]
    assert not indexed[0.001]
