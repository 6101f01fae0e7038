"""Measures of rankings and answers, and how sure one can be of their means."""

import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sqlrag.domain.evaluation import MeasuredQuestion

RESAMPLES = 2_000
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_CITATION = re.compile(r"\s*\[\d+(?:,\s*\d+)*\]")


def score_ranking(
    found: Sequence[str], gold: frozenset[str], ks: Sequence[int]
) -> dict[str, float]:
    """Recall@k, all@5 and nDCG@10 (Järvelin & Kekäläinen 2002, binary gains) of one ranking."""
    measures = {f"recall@{k}": len(gold & set(found[:k])) / max(1, len(gold)) for k in ks}
    gains = [1 / np.log2(place + 2) for place, key in enumerate(found[:10]) if key in gold]
    ideal = sum(1 / np.log2(place + 2) for place in range(min(10, len(gold))))
    measures["all@5"] = float(gold <= set(found[:5]))
    measures["ndcg@10"] = float(sum(gains) / ideal) if ideal else 0.0
    return measures


def score_answer(answer: str, right: Sequence[str]) -> dict[str, float]:
    """Exact match and F1 against the nearest right answer, as SQuAD normalises and counts them
    (Rajpurkar et al. 2016, section 6.1)."""
    given = normalise_answer(answer)
    wanted = [normalise_answer(one) for one in right]
    return {
        "exact_match": float(given in wanted),
        "f1": max((_f1(given.split(), one.split()) for one in wanted), default=0.0),
    }


def normalise_answer(text: str) -> str:
    """Small letters without citations, punctuation, articles and extra spaces."""
    bare = _CITATION.sub("", text).lower()
    bare = "".join(letter for letter in bare if letter not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    shared = sum((Counter(given) & Counter(wanted)).values())
    if not shared:
        return float(given == wanted)
    precision, recall = shared / len(given), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def summarise(questions: Sequence[MeasuredQuestion]) -> dict[str, Any]:
    """Means of all measures, p50_ms and p95_ms of the statement, rows_read on average, the
    bootstrap's 95 % `intervals` of the means, and the means by type."""
    times = [question.milliseconds for question in questions]
    return {
        **_means(questions),
        "p50_ms": float(np.percentile(times, 50)),
        "p95_ms": float(np.percentile(times, 95)),
        "rows_read": float(np.mean([question.rows_read for question in questions])),
        "questions": len(questions),
        "intervals": {name: _interval(_values(questions, name)) for name in _names(questions)},
        "types": _by_type(questions, lambda some: {**_means(some), "questions": len(some)}),
    }


def compare(
    questions: Sequence[MeasuredQuestion], others: Sequence[MeasuredQuestion]
) -> dict[str, dict[str, float]]:
    """By measure, the mean difference to others on the same questions with its 95 % interval."""
    compared = {}
    for name in _names(questions):
        differences = _values(questions, name) - _values(others, name)
        low, high = _interval(differences)
        compared[name] = {"difference": float(differences.mean()), "low": low, "high": high}
    return compared


def _names(questions: Sequence[MeasuredQuestion]) -> list[str]:
    return list(questions[0].measures)


def _values(questions: Sequence[MeasuredQuestion], name: str) -> Any:
    return np.array([question.measures[name] for question in questions])


def _means(questions: Sequence[MeasuredQuestion]) -> dict[str, float]:
    return {name: float(_values(questions, name).mean()) for name in _names(questions)}


def _interval(values: Any) -> tuple[float, float]:
    """Percentiles of the means of resamples (Efron & Tibshirani 1993, chapter 13); the same every
    time."""
    picks = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _by_type(
    questions: Sequence[MeasuredQuestion],
    measure: Callable[[Sequence[MeasuredQuestion]], Mapping[str, float]],
) -> dict[str, Mapping[str, float]]:
    types = sorted({question.type for question in questions if question.type})
    return {kind: measure([q for q in questions if q.type == kind]) for kind in types}
