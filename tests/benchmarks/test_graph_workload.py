"""Ingestion, every mode and deletes on a graph of 2,000 entities, with stub models over HTTP.

uv run pytest -m heavy tests/benchmarks/test_graph_workload.py -s
"""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import uvloop

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.retrieval import MODES, Mode, QueryParam
from sqlrag.settings import Settings
from tests.benchmarks.raw_insert import insert_raw
from tests.benchmarks.stub_models import serve
from tests.benchmarks.workload import make_chunk, make_question
from tests.conftest import make_database

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
WRITERS = 4
AT_ONCE = 16
# What LightRAG 1.5.7 did with the same rows on plain tables, on a quiet machine of two cores.
OTHERS = {"naive": 27, "local": 51, "global": 49, "hybrid": 92, "mix": 81, "delete": 108}


@dataclass(frozen=True)
class Workload:
    """`documents` of `chunks` chunks each."""

    documents: int
    chunks: int

    def sources(self, first: int = 0) -> list[Source]:
        return [
            Source.of_text(
                "\n\n".join(make_chunk(n * self.chunks + at) for at in range(self.chunks)),
                f"document {n}",
                language="english",
            )
            for n in range(first, first + self.documents)
        ]


ONE_CHUNK = Workload(40 if SHORT else 200, 1)
WARM, TIMED = (5, 20) if SHORT else (20, 100)
TEN_CHUNKS = Workload(10 if SHORT else 100, 10)


@asynccontextmanager
async def open_rag(url: str, models: str, home: Path) -> AsyncIterator[Rag]:
    settings = Settings(
        home=home, openai_base_url=models, _env_file=None, ingest_concurrency=WRITERS,
        model_concurrency=16, ingest_in_work=32, chunk_min_tokens=900, chunk_overlap_tokens=0,
    )  # fmt: skip
    async with Rag.open(url, settings=settings) as rag:
        yield rag


async def time_each(run: Callable[[int], Awaitable[object]], times: int) -> list[float]:
    """Milliseconds of each run."""
    taken = []
    for place in range(times):
        started = time.perf_counter()
        await run(place)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def show(name: str, times: list[float], base: float) -> None:
    p50, p95 = statistics.median(times), float(np.percentile(times, 95))
    other = OTHERS.get(name)
    beside = f"{other:10d}{other / p50:10.1f}" if other else ""
    print(f"{name:26}{p50:9.2f}{p95:9.2f}{p50 / base:12.0f}{beside}")


async def ingest(url: str, home: Path, workload: Workload, latency: float) -> float:
    """Documents per second, without what follows: summaries are model calls of their own."""
    sources = workload.sources()
    with serve(latency) as models:
        async with open_rag(url, models, home) as rag:
            await warm_up(rag, workload)
            workspace = await rag.workspaces.open(rag.workspace)
            started = time.perf_counter()
            results = await rag.ingestion.ingest(workspace, sources)
            seconds = time.perf_counter() - started
    assert {result.outcome for result in results} == {"added"}
    assert {result.chunk_count for result in results} == {workload.chunks}
    return workload.documents / seconds


async def warm_up(rag: Rag, workload: Workload) -> None:
    """Start the parsers and the pool and let each connection plan its statements, as those of the
    raw inserts have by then; by documents that are no part of the workload, and go again."""
    sources = replace(workload, documents=2 * WRITERS).sources(workload.documents)
    await rag.ingest(*sources)
    for source in sources:
        await rag.delete(source.source_key)


async def ask(url: str, home: Path, workload: Workload) -> None:
    chunks = workload.documents * workload.chunks
    questions = [make_question(n, chunks) for n in range(100)]
    with serve() as models:
        async with open_rag(url, models, home) as rag:
            database = rag.storage.database
            pool = database._pool
            assert pool
            workspace = await rag.workspaces.get(rag.workspace)
            await rag.storage.index_embeddings(workspace.id)  # as ingestion does
            await pool.execute("VACUUM ANALYZE")
            base = statistics.median(await time_each(lambda _: pool.fetchval("SELECT 1"), 200))
            print(
                f"{'':26}{'p50 ms':>9}{'p95 ms':>9}{'x SELECT 1':>12}{'LightRAG':>10}{'ratio':>10}"
            )
            print(f"{'SELECT 1':26}{base:9.2f}")

            def search(mode: Mode) -> Callable[[int], Awaitable[object]]:
                def run(n: int) -> Awaitable[object]:
                    question, name = questions[n % len(questions)]
                    param = QueryParam(mode=mode, ll_keywords=(name,), hl_keywords=("trade",))
                    return rag.search(question, param)

                return run

            await time_each(lambda n: rag.embedder.embed([questions[n][0]]), WARM)
            embeds = await time_each(lambda n: rag.embedder.embed([questions[n][0]]), TIMED)
            show("one embedding call", embeds, base)
            for mode in [mode for mode in MODES if mode in OTHERS]:
                await time_each(search(mode), WARM)
                show(mode, await time_each(search(mode), TIMED), base)
            mix, waiting = search("mix"), iter(range(20 if SHORT else 320))

            async def client() -> None:
                for n in waiting:
                    await mix(n)

            started = time.perf_counter()
            await asyncio.gather(*(client() for _ in range(AT_ONCE)))
            rate = (20 if SHORT else 320) / (time.perf_counter() - started)
            print(f"mix, {AT_ONCE} at once: {rate:.0f} retrievals/s (LightRAG 14)")
            gone = workload.documents // 4
            documents = rag.storage.documents

            def delete_alone(n: int) -> Awaitable[object]:
                return documents.delete_documents(workspace.id, [], [f"document {n + gone}"])

            show("delete", await time_each(delete_alone, gone), base)
            await rag.summarize()
            upkept = await time_each(lambda n: rag.delete(f"document {n}"), gone)
            show("delete, summaries remade", upkept, base)
            assert await pool.fetchval("SELECT count(*) FROM rag.orphans") == 0


@pytest.mark.heavy
@pytest.mark.parametrize("workload", [ONE_CHUNK, TEN_CHUNKS], ids=["one chunk", "ten chunks"])
def test_a_graph_beside_raw_inserts_and_select_1(
    workload: Workload, server_url: str, template: str, home: Path
) -> None:
    print(f"\n{workload.documents} documents of {workload.chunks} chunks of 1,000 tokens")
    speeds = {}
    for latency in (0.05, 0.0):
        url = make_database(server_url, template)
        speeds[latency] = uvloop.run(ingest(url, home, workload, latency))
        print(
            f"ingested at {speeds[latency]:.0f} documents/s, model calls of {latency * 1000:.0f} ms"
        )
    seconds = uvloop.run(insert_raw(url, make_database(server_url, template), WRITERS))
    raw = (workload.documents - 1) / seconds
    print(f"raw INSERT of the same rows: {raw:.0f} documents/s, {raw / speeds[0.0]:.1f} times ours")
    uvloop.run(ask(url, home, workload))
    assert speeds[0.0] > raw / 20
