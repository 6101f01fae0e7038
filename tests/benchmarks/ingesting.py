"""What ingesting a chunk costs: seconds of the client's and of Postgres' processor.

uv run python -m tests.benchmarks.ingesting [FILE…] [--default] [--documents N] [--json]

Documents of twenty short chunks, lines of what Python documents of itself, and the samples of the
demo; or files: of a *.jsonl the texts, twenty a document and one a chunk. Each kind goes into a
workspace of its own on the embedded server of a folder that goes with the run. By hashing, or by
the default embedder.
"""

import asyncio
import json
import os
import re
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from pydoc_data.topics import topics

import asyncpg
import click

from sqlrag.app import Rag
from sqlrag.database.embedded import start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.domain.documents import Source
from sqlrag.doors.cli.demo import SAMPLES
from sqlrag.offline import HashingEmbedder
from sqlrag.settings import Settings
from tests.benchmarks.growing_writes import Lines
from tests.support.rags import ingest_alone, with_ingestion

A_DOCUMENT = 20  # chunks
_TICK = os.sysconf("SC_CLK_TCK")
_SPACE = re.compile(r"\s+")
Figures = dict[str, float]


def python_lines() -> list[str]:
    """Paragraphs of the language's reference, some three sentences each."""
    paragraphs = (part for text in topics.values() for part in text.split("\n\n"))
    lines = (_SPACE.sub(" ", part).strip() for part in paragraphs)
    return [line for line in lines if 150 < len(line) < 600]


def gather(lines: Sequence[str], name: str) -> list[Source]:
    """Documents of twenty lines each, under the first words of the first."""
    return [
        replace(Source.of_text("\n".join(part), f"{name} {n}"), title=part[0].split(".")[0][:40])
        for n, part in enumerate(
            lines[at : at + A_DOCUMENT] for at in range(0, len(lines), A_DOCUMENT)
        )
    ]


def read_kinds(files: Sequence[Path], documents: int) -> Iterator[tuple[str, bool, list[Source]]]:
    """Names, whether a line is a chunk, and sources."""
    if not files:
        lines = python_lines()[: documents * A_DOCUMENT]
        yield "short chunks", True, gather(lines, "short")
        files = sorted(SAMPLES.iterdir())
    whole = []
    for file in files:
        if file.suffix == ".jsonl":
            rows = [json.loads(row) for row in file.read_text("utf-8").splitlines()]
            lines = [_SPACE.sub(" ", row["text"]).strip() for row in rows]
            lines = [line for line in lines if line][: documents * A_DOCUMENT]
            yield file.parent.name, True, gather(lines, file.parent.name)
        else:
            whole.append(Source(file.name, file.read_bytes(), file.name))
    if whole:
        yield "files", False, whole


def server_seconds(postmaster: int) -> float:
    """Of the processor, by all of Postgres' processes, ended ones too."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(stat.parent.name) == postmaster:
            ticks += sum(map(int, words[11:15]))
        elif int(words[1]) == postmaster:
            ticks += sum(map(int, words[11:13]))
    return ticks / _TICK


def client_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(rag: Rag, lines: bool, sources: Sequence[Source], postmaster: int) -> Figures:
    """Milliseconds a chunk."""
    ingesting = with_ingestion(rag, parser=Lines()) if lines else rag
    first, *others = sources
    await ingest_alone(ingesting, first)  # what is loaded and planned once
    before = client_seconds(), server_seconds(postmaster), time.perf_counter()
    results = await ingest_alone(ingesting, *others)
    after = client_seconds(), server_seconds(postmaster), time.perf_counter()
    chunks = sum(result.chunk_count for result in results)
    used = [1000 * (b - a) / chunks for a, b in zip(before, after, strict=True)]
    failed = sum(result.outcome != "added" for result in results)
    found = {"chunks": chunks, "failed": failed}
    return found | dict(zip(("client", "server", "wall"), used, strict=True))


async def measure_kinds(
    url: str, files: Sequence[Path], documents: int, settings: Settings
) -> Mapping[str, Figures]:
    connection = await asyncpg.connect(url)
    folder = Path(await connection.fetchval("SHOW data_directory"))
    await connection.close()
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    found = {}
    async with Rag.open(url, settings=settings) as rag:
        for name, lines, sources in read_kinds(files, documents):
            found[name] = await measure(rag.in_workspace(name), lines, sources, postmaster)
    return found


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--default", "by_default", is_flag=True, help="By the default embedder.")
@click.option("--documents", default=50, help="Of lines, at most.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
def main(files: Sequence[Path], by_default: bool, documents: int, as_json: bool) -> None:
    model = {} if by_default else {"embedding_model": HashingEmbedder.model}
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        dir=memory if memory.is_dir() else None, ignore_cleanup_errors=True
    ) as home:
        url = start_postgres(Path(home))
        migrate(url)
        settings = Settings(**model)
        found = asyncio.run(measure_kinds(url, files, documents, settings))
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"{'ms a chunk':24}{'chunks':>8}{'client':>9}{'server':>9}{'wall':>9}{'a second':>10}")
    for name, of in found.items():
        told = (f"{of[key]:9.2f}" for key in ("client", "server", "wall"))
        print(f"{name:24}{of['chunks']:8,.0f}{''.join(told)}{1000 / of['wall']:10.0f}")


if __name__ == "__main__":
    main()
