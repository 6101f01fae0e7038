"""Writers that are killed at random moments, and what must be true while they are."""

import asyncio
import multiprocessing
import random
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import DatabaseError
from sqlrag.settings import Settings
from tests.graphs import NAMES, CapitalWords, with_extractor

KEYS = [f"doc-{n}" for n in range(12)]
VERSIONS = 4
FINAL = VERSIONS
GONE = frozenset(KEYS[::5])  # in the end
EXCUSED = {"database-error", "conflict"}
SMALL = {"chunk_min_tokens": 20, "chunk_max_tokens": 60, "chunk_overlap_tokens": 0}
# Half a document in any of its parts, in one snapshot: chunks that are missing, of two versions,
# without their vector, or whose mentions are not the capitalised words that they hold.
BROKEN = r"""
WITH seen AS (
    SELECT c.document_id, c.ordinal, c.extractor,
        (SELECT string_agg(DISTINCT v[1], ',') FROM regexp_matches(c.content, 'version (\d+)', 'g') AS v) AS version,
        (SELECT count(DISTINCT lower(n[1])) FROM regexp_matches(c.content, '\m([A-Z][a-z]+)\M', 'g') AS n) AS names,
        (SELECT count(*) FROM sqlrag.mentions AS m WHERE m.workspace_id = c.workspace_id AND m.chunk_id = c.chunk_id) AS mentions,
        (SELECT count(*) FROM sqlrag.chunk_embeddings AS e WHERE e.workspace_id = c.workspace_id AND e.chunk_id = c.chunk_id) AS vectors
    FROM sqlrag.chunks AS c
)
SELECT d.source_key
FROM sqlrag.documents AS d LEFT JOIN seen USING (document_id)
WHERE d.status <> 'failed'
GROUP BY d.document_id, d.source_key
HAVING count(seen.ordinal) = 0 OR count(*) <> max(seen.ordinal) + 1 OR count(DISTINCT seen.version) > 1
    OR bool_or(seen.extractor IS NULL) OR bool_or(seen.names <> seen.mentions) OR bool_or(seen.vectors <> 1)
"""  # noqa: E501


def make_version(key: str, version: int) -> str:
    """Paragraphs of which some are the same in all versions, and some are this one's only."""
    steady, changing = random.Random(key), random.Random(f"{key} {version}")
    paragraphs = []
    for _ in range(changing.randrange(2, 9)):
        kept = steady.random() < 0.5
        names = " and then ".join((steady if kept else changing).sample(NAMES, 3))
        when = "on the same day as ever" if kept else f"in version {version}"
        paragraphs.append(f"{names} walked along the shore for a while {when}.")
    return "\n\n".join(paragraphs) + f"\n\nThis ends version {version}."


async def write(rag: Rag, key: str, version: int | None) -> bool:
    """True when it is done; a database that hangs up or a race may be the reason for not."""
    if version is None:
        await rag.delete(key)
        return True
    source = Source.of_text(make_version(key, version), key, language="english")
    ingesting = with_extractor(rag, CapitalWords())
    (result,) = await ingesting.ingest(source)
    assert result.outcome != "failed" or result.error_kind in EXCUSED, result.error
    return result.outcome != "failed"


async def work(rag: Rag, chance: random.Random, ending: Any, steps: Any) -> None:
    """Until the end is near, anything to any document; then every document as it is to be."""
    while not ending.value:
        version = None if chance.random() < 0.3 else chance.randrange(VERSIONS)
        await write(rag, chance.choice(KEYS), version)
        steps.value += 1
    for key in chance.sample(KEYS, len(KEYS)):
        while not await write(rag, key, None if key in GONE else FINAL):
            steps.value += 1


def run_writer(url: str, settings: Settings, seed: str, ending: Any, steps: Any) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            while True:
                # The connection that it opens may be the one that is cut off.
                with suppress(DatabaseError):
                    rag = await stack.enter_async_context(Rag.open(url, settings=settings))
                    break
            await work(rag, random.Random(seed), ending, steps)

    asyncio.run(run())


@dataclass
class Writer:
    """A writer in a process of its own, started again whenever it was killed."""

    url: str
    settings: Settings
    name: str
    lives: int = 0

    def __post_init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.rag.preloaded"])
        self.steps = self._context.RawValue("i", 0)
        self._ending = self._context.RawValue("i", 0)
        self.process = self._start()

    def _start(self) -> BaseProcess:
        self.lives += 1
        seed = f"{self.name} {self.lives}"
        process = self._context.Process(
            target=run_writer,
            args=(self.url, self.settings, seed, self._ending, self.steps),
            daemon=True,
        )
        process.start()
        return process

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.process = self._start()

    def end(self) -> None:
        self._ending.value = 1

    def finish(self) -> int | None:
        self.process.join(60)
        return self.process.exitcode
