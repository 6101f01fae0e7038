"""Measured retrievals: what is kept of them, and the interface that keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class MeasuredQuestion:
    """One question in one mode: the keys of its gold passages and of those found, best first.

    `measures` are from 0 to 1; `milliseconds` are of the SQL statement alone.
    """

    question_id: str
    question: str
    type: str
    gold: tuple[str, ...]
    found: tuple[str, ...]
    measures: Mapping[str, float]
    milliseconds: float
    rows_read: int
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class EvalRun:
    """All questions of a dataset in one mode, and what they measured together."""

    dataset: str
    mode: str
    settings: Mapping[str, Any]
    measures: Mapping[str, Any]
    questions: Sequence[MeasuredQuestion]


class Evaluations(Protocol):
    async def save_eval_run(self, workspace_id: int, run: EvalRun) -> int:
        """Keep a run with its questions; returns its id."""
        ...

    async def average_embeddings(self, workspace_id: int) -> None:
        """Give entities and relations without a vector the mean of those of their chunks."""
        ...
