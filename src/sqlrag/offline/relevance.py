"""How much of a question a sentence covers."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlrag.offline.words import find_words, is_cjk, is_function_word, normalize

NAME_WEIGHT = 2.0
AROUND_WEIGHT = 0.4  # of a word found in the chunk or its title, but not in the sentence itself

_QUESTION_PHRASES = re.compile(
    "为什么|為什麼|什么时候|什麼時候|什么|什麼|多少|哪些|哪个|哪個|哪里|哪裡|如何|怎么样|怎么|怎麼"
    "|怎样|怎樣|是否|请问|請問|有没有|谁|誰|几|幾|的|了|吗|嗎|呢|是|有|在"
)
_ASKS_FIGURE = re.compile(
    r"\bhow (?:many|much|old|long|far|often|tall|large|big|high|fast)\b|\bwhen\b"
    r"|\bwhat (?:year|date|number|amount|percentage|share)\b|\bсколько|\bкогда\b|\bв каком году\b"
    r"|\bкаков\w* (?:сумма|размер|срок|доля)"
    "|多少|几|幾|何时|何時|哪年|哪一年|什么时候|什麼時候|多久"
)
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千万]+(?=[天年月日个個人元次])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of chunk `number`; `words` and `folded` are normalized for comparison."""

    number: int
    text: str
    words: frozenset[str]
    folded: str


@dataclass(frozen=True, slots=True)
class Scored:
    """`coverage` in [0, 1] says how much of the question's weight was found; `score` ranks."""

    candidate: Candidate
    coverage: float
    score: float


def make_candidate(number: int, text: str) -> Candidate:
    folded = normalize(text)
    return Candidate(number, text, frozenset(find_words(folded)), folded)


def find_terms(question: str) -> dict[str, float]:
    """The content words of a question and their weights: names and figures count for more."""
    text = _QUESTION_PHRASES.sub(" ", question)
    terms: dict[str, float] = {}
    for position, written in enumerate(find_words(text)):
        word = normalize(written)
        if is_function_word(word):
            continue
        is_name = (written[0].isupper() and position > 0) or written[0].isdigit()
        terms[word] = max(terms.get(word, 0.0), NAME_WEIGHT if is_name else 1.0)
    return terms


def score_sentences(
    question: str, candidates: Sequence[Candidate], surroundings: Mapping[int, Candidate]
) -> list[Scored]:
    """All candidates, best first; `surroundings` holds chunk and title as one, by number."""
    terms = _drop_bridges(find_terms(question), surroundings.values())
    vocabulary = {word for candidate in surroundings.values() for word in candidate.words}
    similar = {term: _find_similar(term, vocabulary) for term in terms}
    weights = _weigh_terms(terms, similar, candidates)
    total = sum(weights.values())
    if not total:
        return []
    asks_figure = _ASKS_FIGURE.search(normalize(question)) is not None
    around = {number: _match(similar, chunk) for number, chunk in surroundings.items()}
    scored = []
    for candidate in candidates:
        found = _match(similar, candidate)
        if not found:
            continue
        near = around[candidate.number]
        covered = sum(
            weight * max(found.get(term, 0.0), AROUND_WEIGHT * near.get(term, 0.0))
            for term, weight in weights.items()
        )
        coverage = covered / total
        score = coverage * _prefer(candidate, asks_figure)
        scored.append(Scored(candidate, coverage, score))
    return sorted(scored, key=lambda one: (-one.score, one.candidate.number))


def similarity(first: str, second: str) -> float:
    """1 for the same word, less for words with one stem as their common beginning tells, or 0."""
    if first == second:
        return 1.0
    longest = max(len(first), len(second))
    common = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        common += 1
    share = common / longest
    if (common >= 3 and share >= 0.75) or (common >= 4 and share >= 0.6):
        return share
    return 0.0


def overlap(first: Candidate, second: Candidate) -> float:
    """Jaccard similarity of their words."""
    union = len(first.words | second.words)
    return len(first.words & second.words) / union if union else 0.0


def _drop_bridges(terms: Mapping[str, float], chunks: Collection[Candidate]) -> dict[str, float]:
    """Without the CJK bigrams that only join the end of one word to the beginning of the next:
    those found nowhere, while both their characters are found in the bigrams beside them."""
    found = {term for term in terms if is_cjk(term) and any(term in one.folded for one in chunks)}
    characters = set("".join(found))
    return {
        term: weight
        for term, weight in terms.items()
        if not is_cjk(term) or term in found or not characters.issuperset(term)
    }


def _find_similar(term: str, vocabulary: Iterable[str]) -> dict[str, float]:
    if is_cjk(term) or term[0].isdigit():
        return {term: 1.0}
    pairs = ((word, similarity(term, word)) for word in vocabulary if word[0] == term[0])
    return {word: share for word, share in pairs if share}


def _match(similar: Mapping[str, Mapping[str, float]], candidate: Candidate) -> dict[str, float]:
    """How well each term is found in a candidate; terms not found are left out."""
    found: dict[str, float] = {}
    for term, words in similar.items():
        if is_cjk(term):
            share = 1.0 if term in candidate.folded else 0.0
        else:
            share = max((words[word] for word in words.keys() & candidate.words), default=0.0)
        if share:
            found[term] = share
    return found


def _weigh_terms(
    terms: Mapping[str, float],
    similar: Mapping[str, Mapping[str, float]],
    candidates: Sequence[Candidate],
) -> dict[str, float]:
    """Rare terms decide: ln((N + 10) / (df + 1)) over the sentences; 10 steadies few of them."""
    counts = dict.fromkeys(terms, 0)
    for candidate in candidates:
        for term in _match(similar, candidate):
            counts[term] += 1
    size = len(candidates) + 10
    return {term: terms[term] * math.log(size / (counts[term] + 1)) for term in terms}


def _prefer(candidate: Candidate, asks_figure: bool) -> float:
    """Taste beyond coverage: early chunks, whole statements, figures when figures are asked."""
    factor = 1.0 + 0.15 / candidate.number
    if len(candidate.folded) < 20 and len(candidate.words) < 4:
        factor *= 0.6
    if candidate.folded.endswith(("?", "？")):
        factor *= 0.5
    if asks_figure:
        factor *= 1.25 if _FIGURE.search(candidate.folded) else 0.8
    return factor
