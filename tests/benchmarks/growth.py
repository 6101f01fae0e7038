"""How every mode, BM25, filters, writes and tables grow with a workspace, in one run.

uv run python -m tests.benchmarks.growth 1000 20000 100000 [--json] [--without-indexes]

Each size is filled into a database of its own on the embedded server of a folder that goes with
the run. A million takes 20 GB, and an hour for the indexes of vectors.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import click

from sqlrag.app import Rag
from sqlrag.database.embedded import start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.database.sessions import prepare_session
from sqlrag.database.statements import SQL
from sqlrag.database.vectors import halfvec
from tests.benchmarks.filling import CENTRES, fill, make_vectors
from tests.benchmarks.growing_writes import measure_writes

MODES = ("naive", "local", "global", "hybrid", "mix", "multihop", "auto")
FILTERS: Mapping[str, Any] = {
    "no filter": None,
    "1 %": {"metadata": {"rare": True}},
    "half": {"metadata": {"common": True}},
    "two keys": {"source_keys": ["d3", "d7"]},
}
WORDS = (1, 3, 8)
QUESTIONS = 12
DOCUMENTS = 10  # to ingest
Figures = dict[str, float]  # by what was measured: milliseconds, or bytes a chunk
_ASKED = """
SELECT left(string_agg(m.name, ' knew ' ORDER BY m.is_subject DESC, m.entity_id), 60) AS names,
    array_to_string((string_to_array(rtrim(c.content, '.'), ' '))[20:25], ' ') AS words
FROM (
    SELECT * FROM sqlrag.chunks WHERE workspace_id = $1
    ORDER BY md5(ordinal::text || content) LIMIT $2
) AS c JOIN LATERAL (
    SELECT * FROM sqlrag.mentions AS m WHERE m.workspace_id = $1 AND m.chunk_id = c.chunk_id
    ORDER BY m.is_subject DESC, m.entity_id LIMIT 2
) AS m ON true GROUP BY c.chunk_id, c.content ORDER BY c.chunk_id
"""
# So many words from the most to the least frequent, others for each question.
_SPREAD = """
WITH word AS (
    SELECT lexeme, row_number() OVER (ORDER BY count(*) DESC, lexeme) AS rank,
        count(*) OVER () AS words
    FROM sqlrag.chunk_terms WHERE workspace_id = $1 AND lexeme !~ '[\\^qkv]' GROUP BY lexeme
)
SELECT string_agg(w.lexeme, ' ') AS words
FROM generate_series(1, $3::int) AS question CROSS JOIN generate_series(1, $2::int) AS place
JOIN word AS w ON w.rank = ceil(w.words ^ ((place - 1 + question / ($3 + 1)::float8) / $2))
GROUP BY question
"""
_TEXTS = """
SELECT string_agg(content, E'\n' ORDER BY ordinal) AS text FROM sqlrag.chunks
WHERE workspace_id = $1 GROUP BY document_id ORDER BY document_id LIMIT $2
"""
_SIZES = """
SELECT s.relname AS name, pg_total_relation_size(s.relid) AS bytes FROM pg_stat_user_tables AS s
WHERE s.schemaname = 'sqlrag' AND s.relname IN ('chunks', 'chunk_terms', 'chunk_embeddings',
    'entities', 'entity_aliases', 'entity_embeddings', 'mentions', 'relations',
    'relation_embeddings', 'evidence')
"""


async def time_each(
    connection: asyncpg.Connection, statement: str, given: Sequence[tuple[Any, ...]], rounds: int
) -> float:
    """The median over all of the least milliseconds of each, after a first round to warm up."""
    times: list[list[float]] = [[] for _ in given]
    for turn in range(rounds + 1):
        for place, parameters in enumerate(given):
            started = time.perf_counter()
            await connection.fetch(statement, *parameters)
            if turn:
                times[place].append(1000 * (time.perf_counter() - started))
    return statistics.median(map(min, times))


async def measure_searches(
    connection: asyncpg.Connection, workspace: int, rounds: int = 3
) -> Figures:
    vectors = make_vectors()
    asked = await connection.fetch(_ASKED, workspace, QUESTIONS)
    found = {"SELECT 1": await time_each(connection, "SELECT 1", [()] * QUESTIONS, rounds)}
    for mode in MODES:
        for name, filters in FILTERS.items():
            given = [
                (
                    *(workspace, f"Who of {row['names']}: {row['words']}?", None, None),
                    *(
                        halfvec(vectors[place * 97 % CENTRES] + vectors[CENTRES + place]),
                        None,
                        None,
                    ),
                    *(40, 10, 6_000, 8_000, 30_000, None, filters, None),
                )
                for place, row in enumerate(asked)
            ]
            found[f"{mode}, {name}"] = await time_each(
                connection, SQL[f"{mode}_search"], given, rounds
            )
    for words in WORDS:
        spread = await connection.fetch(_SPREAD, workspace, words, QUESTIONS)
        for name, filters in FILTERS.items():
            found[f"BM25 of {words}, {name}"] = await time_each(
                connection,
                "SELECT * FROM sqlrag.lexical_search($1, $2, 10, $3)",
                [(workspace, row["words"], filters) for row in spread],
                rounds,
            )
    return found


async def measure_size(
    url: str, chunks: int, is_short: bool = False, indexes: bool = True
) -> Figures:
    """All figures of a database that is filled with so many chunks."""
    connection = await asyncpg.connect(url)
    await prepare_session(connection)
    started = time.perf_counter()
    workspace = await fill(connection, "growth", chunks)
    found = {"filling, a chunk": 1000 * (time.perf_counter() - started) / chunks}
    async with Rag.open(url) as rag:
        started = time.perf_counter()
        if indexes:
            await rag.storage.index_embeddings(workspace)
        found["indexes of vectors, a chunk"] = 1000 * (time.perf_counter() - started) / chunks
        found |= await measure_searches(connection, workspace, 1 if is_short else 3)
        texts = [row["text"] for row in await connection.fetch(_TEXTS, workspace, DOCUMENTS)]
        found |= await measure_writes(rag.in_workspace("growth"), texts)
    sizes = await connection.fetch(_SIZES)
    found |= {f"bytes of {row['name']}, a chunk": row["bytes"] / chunks for row in sizes}
    await connection.close()
    return found


def print_figures(sizes: Mapping[int, Figures]) -> None:
    """Milliseconds, and how many SELECT 1 of the same size that is; bytes as they are."""
    print(f"{'':36}" + "".join(f"{chunks:>12,}{'x':>8}" for chunks in sizes))
    for name in next(iter(sizes.values())):
        cells = ""
        for figures in sizes.values():
            ratio = "" if name.startswith("bytes") else f"{figures[name] / figures['SELECT 1']:.0f}"
            cells += f"{figures[name]:12,.2f}{ratio:>8}"
        print(f"{name:36}{cells}")


def make_database(server: str, chunks: int) -> str:
    async def run() -> None:
        connection = await asyncpg.connect(server)
        await connection.execute(f"CREATE DATABASE growth_{chunks} TEMPLATE sqlrag")
        await connection.close()

    asyncio.run(run())
    url = urlunsplit(urlsplit(server)._replace(path=f"/growth_{chunks}"))
    migrate(url)
    return url


@click.command()
@click.argument("sizes", nargs=-1, type=int, required=True)
@click.option("--json", "as_json", is_flag=True, help="One object, by size.")
@click.option("--without-indexes", is_flag=True, help="As before they are made.")
def main(sizes: tuple[int, ...], as_json: bool, without_indexes: bool) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        server = start_postgres(Path(home))
        found = {}
        for chunks in sizes:
            url = make_database(server, chunks)
            found[chunks] = asyncio.run(measure_size(url, chunks, indexes=not without_indexes))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        print_figures(found)


if __name__ == "__main__":
    main()
