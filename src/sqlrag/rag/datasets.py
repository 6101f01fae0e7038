"""Questions with known gold passages, read from a folder."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Vectors
from sqlrag.domain.names import join_lines


@dataclass(frozen=True, slots=True)
class Question:
    """`gold_ids` are passages that it takes to answer; `answers` are all as good as each other."""

    question_id: str
    text: str
    gold_ids: frozenset[str]
    answers: tuple[str, ...] = ()
    type: str = ""


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
        fields: list[Mapping[str, Any]] = [
            {"id": (str, int), "text": str},
            {"text": str, "gold_ids": list},
        ]
        names = "corpus.jsonl", "queries.jsonl"
        passages, questions = (
            [*read_lines(folder / name, holding).values()]
            for name, holding in zip(names, fields, strict=True)
        )
        vectors = [
            _read_vectors(folder / f"{name}_embeddings.npy", len(rows)) if with_embeddings else None
            for name, rows in (("corpus", passages), ("queries", questions))
        ]
        if (vectors[0] is None) != (vectors[1] is None):
            raise BadInput(
                f"{folder} has embeddings of its corpus or its queries only; add the other."
            )
        return cls(folder.resolve().name, passages, [*map(_read_question, questions)], *vectors)

    @property
    def embedder(self) -> GivenVectors | None:
        """With vectors of its own: what is ingested and asked keeps them."""
        if self.passage_vectors is None or self.question_vectors is None:
            return None
        asked = (question.text for question in self.questions)
        passages = (join_lines(row.get("title", ""), row["text"]) for row in self.passages)
        known = dict(zip(asked, self.question_vectors, strict=True))
        known |= zip(passages, self.passage_vectors, strict=True)  # what is ingested keeps its own
        return GivenVectors(f"given-{self.name}", known, self.passage_vectors.shape[1])


def _read_question(row: Mapping[str, Any]) -> Question:
    answers = row.get("answers") or ()
    return Question(
        str(row["id"]),
        row["text"],
        frozenset(map(str, row["gold_ids"])),
        (answers,) if isinstance(answers, str) else tuple(map(str, answers)),
        str(row.get("type") or ""),
    )


def read_lines(path: Path, fields: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Records with these fields, by the numbers of their lines; one without an id gets that."""
    try:
        lines = path.read_text("utf-8").split("\n")
        rows = {at: json.loads(line) for at, line in enumerate(lines, 1) if line.strip()}
    except FileNotFoundError as error:
        raise BadInput(
            f"{path} does not exist; a dataset needs corpus.jsonl and queries.jsonl, or "
            "questions.jsonl."
        ) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as JSON lines: {error}.") from error
    for at, row in rows.items():
        for name, kind in fields.items():
            if not isinstance(row, dict) or not isinstance(row.get(name), kind):
                raise BadInput(f"Line {at} of {path} has no usable {name}; correct it.")
        row.setdefault("id", at)
    if not rows:
        raise BadInput(f"{path} is empty; a dataset needs at least one record.")
    twin, count = Counter(str(row["id"]) for row in rows.values()).most_common(1)[0]
    if count > 1:
        raise BadInput(f'{path} has the id "{twin}" twice; give each record its own.')
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
