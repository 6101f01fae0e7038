"""How long retrieval over hops takes beside SELECT 1 and naive retrieval, on 6,000 passages.

uv run pytest -m heavy tests/benchmarks -s
"""

import os
import statistics
import time
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import SQL
from sqlrag.database.vectors import halfvec
from sqlrag.domain.documents import Source
from sqlrag.rag.datasets import Dataset, GivenVectors
from sqlrag.rag.evaluation import WholePassages
from tests.support.rags import with_ingestion

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
PASSAGES = 1_000 if SHORT else 6_000
QUESTIONS = 100
SETS = ("hotpotqa_train100", "musique_train100", "2wiki_dev146")


async def fill(rag: Rag, sets: list[Dataset]) -> float:
    """Ingest all passages, and again under other keys until there are enough; passages a second."""
    rows = [
        (row, vector)
        for dataset in sets
        if dataset.passage_vectors is not None
        for row, vector in zip(dataset.passages, dataset.passage_vectors, strict=True)
    ]
    given = GivenVectors(
        "benchmark", {f"{row['title']}\n{row['text']}": vector for row, vector in rows}, 384
    )
    ingesting = with_ingestion(
        rag.in_workspace("benchmark"),
        parser=WholePassages(),
        embedder=given,
        embeds_graph=False,
        concurrency=8,
    )
    sources = [
        Source(f"d{place}", row["text"].encode(), "", "text/plain", title=row["title"])
        for place, (row, _) in ((n, rows[n % len(rows)]) for n in range(PASSAGES))
    ]
    started = time.perf_counter()
    results = await ingesting.ingest(*sources)
    assert {result.outcome for result in results} == {"added"}
    return PASSAGES / (time.perf_counter() - started)


def asking(words: str, vector: Any) -> tuple[Any, ...]:
    """The fields of search_request and of search_limits."""
    return words, None, None, vector, None, None, 40, 10, 6_000, 8_000, 30_000, None


async def measure(
    connection: asyncpg.Connection, statement: str, parameters: list[tuple[Any, ...]]
) -> list[float]:
    """Milliseconds of every run after a warm-up."""
    times = []
    for given in parameters[:10] + parameters:
        started = time.perf_counter()
        await connection.fetch(statement, *given)
        times.append(1000 * (time.perf_counter() - started))
    return times[10:]


@pytest.mark.heavy
async def test_hops_beside_select_1(
    rag: Rag, connection: asyncpg.Connection, shared_retrieval: Path
) -> None:
    sets = [Dataset.read(shared_retrieval / name) for name in SETS]
    speed = await fill(rag, sets)
    await connection.execute("VACUUM ANALYZE")
    # As connections of sqlrag are.
    await connection.execute("SET jit = off")
    await connection.execute("SET enable_seqscan = off")
    workspace = await connection.fetchval("SELECT rag.workspace_id('benchmark')")
    asked = [
        (question.text, halfvec(vector))
        for dataset in sets
        if dataset.question_vectors is not None
        for question, vector in zip(dataset.questions, dataset.question_vectors, strict=True)
    ][:: 3 if not SHORT else 6][:QUESTIONS]
    searches = [(workspace, *asking(words, vector), None, None) for words, vector in asked]
    runs = {
        "SELECT 1": await measure(connection, "SELECT 1", [()] * len(asked)),
        "naive_search": await measure(connection, SQL["naive_search"], searches),
        "multihop_search": await measure(connection, SQL["multihop_search"], searches),
        "auto_search": await measure(connection, SQL["auto_search"], searches),
    }
    print(f"\n{PASSAGES:,} passages, ingested at {speed:,.0f}/s with their graph")
    print(f"{'':16}{'p50 ms':>9}{'p95 ms':>9}{'x SELECT 1':>12}")
    base = statistics.median(runs["SELECT 1"])
    for name, times in runs.items():
        p50, p95 = statistics.median(times), float(np.percentile(times, 95))
        print(f"{name:16}{p50:9.2f}{p95:9.2f}{p50 / base:12.0f}")
    naive = statistics.median(runs["naive_search"])
    assert statistics.median(runs["multihop_search"]) < 8 * naive
