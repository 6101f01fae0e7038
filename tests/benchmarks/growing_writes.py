"""How long it takes to ingest, update and delete a document of twenty chunks."""

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sqlrag.app import Rag
from sqlrag.domain.documents import ChunkDraft, ParsedDocument, PreparedDocument, Source
from sqlrag.domain.models import Vectors
from tests.benchmarks.filling import CENTRES, DIMENSIONS, MODEL, make_vectors
from tests.support.rags import ingest_alone, with_ingestion


class Lines:
    """A parser that makes a chunk of every line, in no language."""

    async def prepare(self, source: Source) -> PreparedDocument:
        text, chunks, start = source.data.decode(), [], 0
        for line in text.splitlines():
            chunks.append(ChunkDraft(line, len(line) // 4, start, start + len(line)))
            start += len(line) + 1
        return PreparedDocument(ParsedDocument(text, "text/plain", ""), "simple", tuple(chunks))


@dataclass(frozen=True)
class Centres:
    """An embedder whose vectors lie where those of a filled workspace do."""

    vectors: np.ndarray = field(default_factory=make_vectors)
    model: str = MODEL

    async def dimensions(self) -> int:
        return DIMENSIONS

    async def embed(self, texts: Sequence[str]) -> Vectors:
        places = [zlib.crc32(text.encode()) for text in texts]
        others = [CENTRES + place // CENTRES % CENTRES for place in places]
        made: Vectors = self.vectors[[place % CENTRES for place in places]] + self.vectors[others]
        return made


async def measure_writes(rag: Rag, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds of a chunk ingested with offline extraction, an update and a deletion."""
    ingesting = with_ingestion(rag, parser=Lines(), embedder=Centres())
    sources = [Source.of_text(text, f"new {place}") for place, text in enumerate(texts)]
    started = time.perf_counter()
    results = await ingest_alone(ingesting, *sources)
    seconds = time.perf_counter() - started
    assert {result.outcome for result in results} == {"added"}
    found = {"ingestion, a chunk": 1000 * seconds / sum(len(text.splitlines()) for text in texts)}
    changed = texts[0].replace(".", ". It was written again.", 1)
    started = time.perf_counter()
    (result,) = await ingest_alone(ingesting, Source.of_text(changed, "new 0"))
    assert result.outcome == "updated"
    found["update of a document"] = 1000 * (time.perf_counter() - started)
    started = time.perf_counter()
    assert len(await ingesting.delete("new 0")) == 1
    found["deletion of a document"] = 1000 * (time.perf_counter() - started)
    return found
