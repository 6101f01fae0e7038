"""Measures of rankings and answers, and how sure one can be of their means."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sqlrag.domain.evaluation import MeasuredQuestion

RESAMPLES = 2_000
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = str.maketrans("‘’‚‛“”„‟–—‑⟨⟩", "''''\"\"\"\"---[]", "\u00ad\u200b")
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


def fold(text: str) -> str:
    """What is left of a text when white space, case and the shape of marks make no difference:
    PDFs break lines, and people type straight quotation marks."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_MARKS).casefold().split())


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
    types = sorted({question.type for question in questions if question.type})
    by_type = {kind: [one for one in questions if one.type == kind] for kind in types}
    return {
        **_means(questions),
        "p50_ms": float(np.percentile(times, 50)),
        "p95_ms": float(np.percentile(times, 95)),
        "rows_read": float(np.mean([question.rows_read for question in questions])),
        "questions": len(questions),
        "intervals": {name: _interval(values) for name, values in _columns(questions)},
        "types": {kind: {**_means(of), "questions": len(of)} for kind, of in by_type.items()},
    }


def compare(
    questions: Sequence[MeasuredQuestion], others: Sequence[MeasuredQuestion]
) -> dict[str, dict[str, float]]:
    """By measure, the mean difference to others on the same questions with its 95 % interval."""
    compared = {}
    for (name, values), (_, base) in zip(_columns(questions), _columns(others), strict=True):
        low, high = _interval(values - base)
        difference = float((values - base).mean())
        compared[name] = {"difference": difference, "low": low, "high": high}
    return compared


def _columns(questions: Sequence[MeasuredQuestion]) -> Iterator[tuple[str, Any]]:
    """The values of each measure, of the questions that have it."""
    for name in dict.fromkeys(name for question in questions for name in question.measures):
        having = (one.measures[name] for one in questions if name in one.measures)
        yield name, np.array([*having])


def _means(questions: Sequence[MeasuredQuestion]) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in _columns(questions)}


def _interval(values: Any) -> tuple[float, float]:
    """Percentiles of the means of resamples (Efron & Tibshirani 1993, chapter 13); the same every
    time."""
    picks = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
