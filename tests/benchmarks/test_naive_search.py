"""How long a naive retrieval takes beside SELECT 1 on the same connection.

uv run pytest -m heavy tests/benchmarks -s
"""

import os
import statistics
import time
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import SQL
from sqlrag.database.vectors import halfvec
from sqlrag.domain.documents import ChunkDraft, ParsedDocument, PreparedDocument, Source
from sqlrag.rag.datasets import GivenVectors
from tests.support.rags import with_ingestion

CHUNKS = 2_000 if os.environ.get("SQLRAG_BENCHMARK") == "short" else 20_000
PER_DOCUMENT = 100
DIMENSIONS = 384
QUESTIONS = 100


class Lines:
    """A parser that makes a chunk of every line."""

    async def prepare(self, source: Source) -> PreparedDocument:
        text, chunks, start = source.data.decode(), [], 0
        for line in text.splitlines():
            chunks.append(ChunkDraft(line, len(line) // 4, start, start + len(line)))
            start += len(line) + 1
        return PreparedDocument(ParsedDocument(text, "text/plain", ""), "english", tuple(chunks))


def make_passages(rng: np.random.Generator, count: int) -> list[str]:
    """Of 80 words each, frequent and rare as in language (Zipf over 30,000 words)."""
    ranks = np.minimum(rng.zipf(1.15, count * 80), 30_000).reshape(count, 80)
    return [" ".join(f"w{rank}" for rank in row) for row in ranks]


def make_vectors(rng: np.random.Generator, count: int) -> np.ndarray:
    """Around 200 centres, as embeddings of passages on some topics are."""
    centres = rng.normal(size=(200, DIMENSIONS))
    vectors = centres[rng.integers(200, size=count)] + 0.7 * rng.normal(size=(count, DIMENSIONS))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


async def fill(rag: Rag, rng: np.random.Generator) -> float:
    """Ingest the passages and return the chunks written in a second, vectors being at hand."""
    passages = make_passages(rng, CHUNKS)
    given = GivenVectors(
        "benchmark", dict(zip(passages, make_vectors(rng, CHUNKS), strict=True)), DIMENSIONS
    )
    ingesting = with_ingestion(rag.in_workspace("benchmark"), parser=Lines(), embedder=given)
    sources = [
        Source.of_text("\n".join(passages[start : start + PER_DOCUMENT]), f"d{start}")
        for start in range(0, CHUNKS, PER_DOCUMENT)
    ]
    started = time.perf_counter()
    results = await ingesting.ingest(*sources)
    seconds = time.perf_counter() - started
    assert {result.outcome for result in results} == {"added"}
    return CHUNKS / seconds


async def measure(run: Callable[[int], Coroutine[Any, Any, Any]]) -> list[float]:
    """Milliseconds of every run after a warm-up."""
    for place in range(10):
        await run(place)
    times = []
    for place in range(QUESTIONS):
        started = time.perf_counter()
        await run(place)
        times.append(1000 * (time.perf_counter() - started))
    return times


@pytest.mark.heavy
async def test_a_naive_retrieval_beside_select_1(rag: Rag, connection: asyncpg.Connection) -> None:
    rng = np.random.default_rng(1)
    speed = await fill(rag, rng)
    await connection.execute("VACUUM ANALYZE")
    workspace = await connection.fetchval("SELECT rag.workspace_id('benchmark')")
    ranks = rng.integers(20, 3_000, size=(QUESTIONS, 8))
    questions = [" ".join(f"w{rank}" for rank in row) for row in ranks]
    vectors = [halfvec(vector) for vector in make_vectors(rng, QUESTIONS)]

    def search(words: bool, vector: bool) -> Callable[[int], Coroutine[Any, Any, Any]]:
        return lambda n: connection.fetch(
            SQL["naive_search"],
            workspace,
            *(questions[n] if words else None, None, None),
            *(vectors[n] if vector else None, None, None),
            *(40, 10, 6_000, 8_000, 30_000, None),
            None,  # no filter, and vectors of whatever space
            None,
        )

    runs = {
        "SELECT 1": await measure(lambda n: connection.fetch("SELECT 1")),
        "words only": await measure(search(True, False)),
        "vector only": await measure(search(False, True)),
        "naive_search": await measure(search(True, True)),
    }
    print(f"\n{CHUNKS:,} chunks of 80 words, {DIMENSIONS} dimensions; written at {speed:,.0f}/s")
    print(f"{'':14}{'p50 ms':>9}{'p95 ms':>9}{'x SELECT 1':>12}")
    base = statistics.median(runs["SELECT 1"])
    for name, times in runs.items():
        p50, p95 = statistics.median(times), float(np.percentile(times, 95))
        print(f"{name:14}{p50:9.2f}{p95:9.2f}{p50 / base:12.0f}")
    assert statistics.median(runs["naive_search"]) < 500 * base
