"""Measures retrieval on questions whose gold passages are known."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sqlrag.domain.documents import ChunkDraft, ParsedDocument, PreparedDocument, Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Embedder, Vectors
from sqlrag.domain.storage import Storage
from sqlrag.models.nothing import NoExtractor
from sqlrag.parsing.languages import detect_language
from sqlrag.rag.extracting import Extracting
from sqlrag.rag.ingesting import Ingesting
from sqlrag.rag.workspaces import WorkspaceDirectory

_NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    gold_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A corpus and its questions; the vectors, if any, have one row per passage or question."""

    name: str
    passages: list[dict[str, str]]
    questions: list[Question]
    passage_vectors: Vectors | None
    question_vectors: Vectors | None

    @classmethod
    def read(cls, folder: Path, with_embeddings: bool = True) -> "Dataset":
        """Raises BadInput where a file is missing, broken or of another length."""
        passages = _read_lines(folder / "corpus.jsonl", {"id": (str, int), "text": str})
        questions = _read_lines(folder / "queries.jsonl", {"text": str, "gold_ids": list})
        vectors = [
            _read_vectors(folder / f"{name}_embeddings.npy", len(rows)) if with_embeddings else None
            for name, rows in (("corpus", passages), ("queries", questions))
        ]
        if (vectors[0] is None) != (vectors[1] is None):
            raise BadInput(
                f"{folder} has embeddings of its corpus or its queries only; add the other."
            )
        return cls(
            folder.resolve().name,
            passages,
            [Question(row["text"], frozenset(map(str, row["gold_ids"]))) for row in questions],
            *vectors,
        )

    def steps(self, modes: int) -> int:
        return len(self.passages) + modes * len(self.questions)


def _read_lines(path: Path, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
    except FileNotFoundError as error:
        raise BadInput(
            f"{path} does not exist; a dataset needs corpus.jsonl and queries.jsonl."
        ) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as JSON lines: {error}.") from error
    for number, row in enumerate(rows, 1):
        for name, kind in fields.items():
            if not isinstance(row, dict) or not isinstance(row.get(name), kind):
                raise BadInput(f"Record {number} of {path} has no usable {name}; correct it.")
    if not rows:
        raise BadInput(f"{path} is empty; a dataset needs at least one record.")
    return rows


def _read_vectors(path: Path, rows: int) -> Vectors | None:
    if not path.exists():
        return None
    try:
        vectors = np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise BadInput(f"{path} cannot be read as an array of numbers: {error}.") from error
    if vectors.ndim != 2 or len(vectors) != rows:
        raise BadInput(
            f"{path} has shape {vectors.shape}; it needs one row for each of {rows} records."
        )
    return np.asarray(vectors)


@dataclass(frozen=True, slots=True)
class GivenVectors:
    """An embedder that looks texts up instead of making vectors."""

    model: str
    vectors: dict[str, Any]
    length: int

    async def dimensions(self) -> int:
        return self.length

    async def embed(self, texts: Sequence[str]) -> Vectors:
        return np.array([self.vectors[text] for text in texts], dtype=np.float32)


class WholePassages:
    """Makes one chunk of each source, as evaluation wants it."""

    async def prepare(self, source: Source) -> PreparedDocument:
        text = source.data.decode()
        chunk = ChunkDraft(text, max(1, len(text) // 4), 0, len(text))
        parsed = ParsedDocument(text, "text/plain", source.title)
        return PreparedDocument(parsed, detect_language(text), (chunk,))


async def evaluate_dataset(
    storage: Storage,
    embedder: Embedder,
    dataset: Dataset,
    modes: Sequence[str],
    ks: Sequence[int],
    advance: Callable[[int], None] = lambda done: None,
) -> dict[str, dict[str, float]]:
    """Per mode: recall@k, all@5 and nDCG@10 from 0 to 1, p50_ms and p95_ms of the statement.

    Works in a workspace of its own, which it deletes.
    """
    chosen = _embedder_of(dataset) or embedder
    directory = WorkspaceDirectory(storage, chosen)
    workspace = f"eval-{dataset.name}-{secrets.token_hex(4)}"
    extracting = Extracting(storage, NoExtractor())
    ingesting = Ingesting(
        storage, directory, WholePassages(), chosen, extracting, "whole", _NO_LIMIT, concurrency=8
    )
    try:
        await _ingest(ingesting, workspace, dataset, advance)
        found = await directory.find(workspace)
        return {
            mode: await _measure(storage, found.workspace_id, chosen, dataset, ks, advance)
            for mode in modes
        }
    finally:
        opened = await storage.workspaces.get_workspace(workspace)
        if opened:
            await storage.drop_workspace(opened.workspace_id)


def _embedder_of(dataset: Dataset) -> GivenVectors | None:
    if dataset.passage_vectors is None or dataset.question_vectors is None:
        return None
    known = {
        "\n".join(part for part in (row.get("title", ""), row["text"]) if part): vector
        for row, vector in zip(dataset.passages, dataset.passage_vectors, strict=True)
    }
    for question, vector in zip(dataset.questions, dataset.question_vectors, strict=True):
        known[question.text] = vector
    return GivenVectors(f"given-{dataset.name}", known, dataset.passage_vectors.shape[1])


async def _ingest(
    ingesting: Ingesting, workspace: str, dataset: Dataset, advance: Callable[[int], None]
) -> None:
    sources = [
        Source(str(row["id"]), row["text"].encode(), "", "text/plain", title=row.get("title", ""))
        for row in dataset.passages
    ]

    def report(stage: str, done: int = 0, more: int = 0) -> None:
        if stage == "write":
            advance(done)

    results = await ingesting.ingest(workspace, sources, report)
    failed = next((result for result in results if result.outcome == "failed"), None)
    if failed:
        raise BadInput(f"Passage {failed.source_key} cannot be ingested: {failed.error}")
    await ingesting.index(workspace)


async def _measure(
    storage: Storage,
    workspace_id: int,
    embedder: Embedder,
    dataset: Dataset,
    ks: Sequence[int],
    advance: Callable[[int], None],
) -> dict[str, float]:
    depth = max(10, *ks)
    scores: dict[str, list[float]] = {}
    for question in dataset.questions:
        embedding = (await embedder.embed([question.text]))[0]
        start = time.perf_counter()
        rows = await storage.searches.naive_search(
            workspace_id, question.text, embedding, depth, _NO_LIMIT
        )
        scores.setdefault("ms", []).append(1000 * (time.perf_counter() - start))
        ranked = [row.source_key for row in rows]
        for name, value in _score(ranked, question.gold_ids, ks).items():
            scores.setdefault(name, []).append(value)
        advance(1)
    times = scores.pop("ms")
    means = {name: float(np.mean(values)) for name, values in scores.items()}
    return means | {
        "p50_ms": float(np.percentile(times, 50)),
        "p95_ms": float(np.percentile(times, 95)),
    }


def _score(ranked: Sequence[str], gold: frozenset[str], ks: Sequence[int]) -> dict[str, float]:
    """Recall@k, all@5 and nDCG@10 (Järvelin & Kekäläinen 2002, binary gains) of one ranking."""
    measures = {f"recall@{k}": len(gold & set(ranked[:k])) / max(1, len(gold)) for k in ks}
    gains = [1 / np.log2(place + 2) for place, key in enumerate(ranked[:10]) if key in gold]
    ideal = sum(1 / np.log2(place + 2) for place in range(min(10, len(gold))))
    measures["all@5"] = float(gold <= set(ranked[:5]))
    measures["ndcg@10"] = float(sum(gains) / ideal) if ideal else 0.0
    return measures
