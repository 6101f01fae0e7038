"""Measured retrievals: what is kept of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MeasuredQuestion:
    """One question in one mode: the keys of its gold passages and of those found, best first.

    `measures` are from 0 to 1; `milliseconds` are of the SQL statement alone; `notes` say what had
    to be done without.
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
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvalRun:
    """All questions of a dataset in one mode, and what they measured together."""

    dataset: str
    mode: str
    settings: Mapping[str, Any]
    measures: Mapping[str, Any]
    questions: Sequence[MeasuredQuestion]
