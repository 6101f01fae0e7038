"""How well a passage answers a question."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlrag.offline.passages import Passage, ReadChunk, Words
from sqlrag.offline.questions import Asked, find_script
from sqlrag.offline.stems import find_roots, find_stem
from sqlrag.offline.words import find_spellings, is_cjk, says_little, word_set

# How much a word counts that is found around a passage instead of in it: in the labels above, in
# the sentence before or after, in the title, elsewhere in the chunk.
ABOVE, BEFORE, AFTER, TITLE, CHUNK = 0.85, 0.7, 0.35, 0.7, 0.25
ANSWERING = 0.95  # in the question that stands before
INFLECTED = 0.95
COMMON = 0.6  # of its weight is lost by a word that every chunk has
# What is left of the coverage where a name is not in the chunk; where it is not near; where too
# little but names is near; where the passage has not the kind asked for; is in another script.
MISSING_NAME, FAR_NAME, MISSING_SAID, MISSING_KIND, FOREIGN = 0.6, 0.85, 0.6, 0.8, 0.7
MISSING_CODE, FAR_CODE = 0.3, 0.6  # P-3 is not P-1, and says nothing of it
LEAST_SAID = 0.25
QUESTION_MARKS = ("?", "؟")
NEIGHBOURS = 0.25  # for words that stand side by side in the question, too
_COPULA = re.compile(
    r"(?:['’]s)?\s*(?:\([^)]*\)\s*)?(?:(?:is|are|was|were|ist|sind|war|это)\b|[-—–,:，]\s?|是)"
)
# Words of tables that narrow nothing down.
_PLAIN_WORDS = """total net consolidated months three nine six twelve ended year years millions in
except per unaudited january february march april june july august september october november
december"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
_FIELD = re.compile(r"[^\W\d][\w -]{0,39}: \S")  # a label with its value
Similar = Mapping[str, Mapping[str, float]]
Match = dict[str, float]  # how well each term is found, those that are


@dataclass(frozen=True, slots=True)
class Scored:
    """Passage `place` of chunk `chunk`, both from 0.

    `coverage` in [0, 1] says how much of the question's weight was found; `score` ranks. `found`
    is how well each term is found, in the passage, beside it and above it, `shares` the weight of
    each, of 1.
    """

    chunk: int
    place: int
    coverage: float
    score: float
    found: Match
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Found:
    """What of the question is found in a chunk."""

    chunk: ReadChunk
    own: list[Match]
    above: list[Match]
    title: Match
    whole: Match

    def near(self, place: int) -> Match:
        """In a passage, above it and beside it."""
        passages, near = self.chunk.passages, dict(self.own[place])
        _add(near, self.above[place], ABOVE)
        if place and passages[place - 1].own.folded.endswith(QUESTION_MARKS):
            _add(near, self.own[place - 1], ANSWERING)
        elif passages[place].joins:
            _add(near, self.own[place - 1], BEFORE)
        if near and place + 1 < len(passages) and passages[place + 1].joins:
            _add(near, self.own[place + 1], AFTER)
        return near


def score_passages(asked: Asked, chunks: Sequence[ReadChunk]) -> list[Scored]:
    """All passages that are near a word of the question, best first."""
    terms = _drop_bridges(asked.terms, [one.whole for one in chunks])
    vocabulary = frozenset().union(*(one.whole.words | one.title.words for one in chunks))
    similar = {term: _find_similar(term, vocabulary, asked.short.get(term)) for term in terms}
    found = [_find(similar, chunk) for chunk in chunks]
    weights = _weigh_terms(terms, found)
    if not sum(weights.values()):
        return []
    scoring = _Scoring(asked, weights, similar, _find_pairs(terms, chunks))
    scored = [
        scoring.score(number, place, one, near)
        for number, one in enumerate(found)
        for place in range(len(one.own))
        if (near := one.near(place))
    ]
    return sorted(scored, key=lambda one: (-one.score, one.chunk, one.place))


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


def overlap(first: Words, second: Words) -> float:
    """Jaccard similarity of their words."""
    union = len(first.words | second.words)
    return len(first.words & second.words) / union if union else 0.0


def _add(near: Match, found: Match, share: float) -> None:
    for term, value in found.items():
        near[term] = max(near.get(term, 0.0), share * value)


def _drop_bridges(terms: Mapping[str, float], chunks: Collection[Words]) -> dict[str, float]:
    """Without the CJK bigrams that only join the end of one word to the beginning of the next:
    those found nowhere, while both their characters are found in the bigrams beside them."""
    found = {term for term in terms if is_cjk(term) and any(term in one.folded for one in chunks)}
    characters = set("".join(found))
    return {
        term: weight
        for term, weight in terms.items()
        if not is_cjk(term) or term in found or not characters.issuperset(term)
    }


def _find_similar(term: str, vocabulary: Iterable[str], short: str | None) -> dict[str, float]:
    """Words that mean the same as far as their letters tell; `short` are the name's initials."""
    if is_cjk(term) or any(map(str.isdigit, term)):
        return {term: 1.0}
    found = {short: 1.0} if short else {}
    # As it is written, and without accents, as the vocabulary has its words, too: Greek moves them.
    for form in {term, *find_spellings(term)}:
        stem, roots = find_stem(form), find_roots(form)
        for word in vocabulary:
            if word[0] == stem[0] or (roots and roots & find_roots(word)):
                share = _compare(form, stem, roots, word)
                if share > found.get(word, 0.0):
                    found[word] = share
    return found


def _compare(term: str, stem: str, roots: frozenset[str], word: str) -> float:
    if find_stem(word) == stem or (roots and roots & find_roots(word)):
        return 1.0 if word == term else INFLECTED
    return similarity(term, word)


def _find(similar: Similar, chunk: ReadChunk) -> _Found:
    passages = chunk.passages
    own, above = ([_match(similar, text) for text in texts]
                  for texts in zip(*((one.own, one.above) for one in passages), strict=True)
                  ) if passages else ([], [])  # fmt: skip
    return _Found(chunk, own, above, _match(similar, chunk.title), _match(similar, chunk.whole))


def _match(similar: Similar, text: Words) -> Match:
    found: Match = {}
    for term, words in similar.items():
        if is_cjk(term):
            share = 1.0 if term in text.folded or term in text.words else 0.0
        else:
            share = max((words[word] for word in words.keys() & text.words), default=0.0)
            share = 1.0 if term in text.short else share
        if share:
            found[term] = share
    return found


def _weigh_terms(terms: Mapping[str, float], found: Sequence[_Found]) -> dict[str, float]:
    """Rare terms decide: ln((N + 10) / (df + 1)) over the passages, 10 steadying few of them; less
    for the subject, which every chunk names."""
    size = 10 + sum(len(one.own) for one in found)
    weights = {}
    for term, weight in terms.items():
        frequency = sum(term in match for one in found for match in one.own)
        naming = sum(term in one.whole or term in one.title for one in found)
        common = COMMON * naming / (len(found) + 2)
        weights[term] = weight * math.log(size / (frequency + 1)) * (1 - common)
    return weights


def _find_pairs(terms: Iterable[str], chunks: Sequence[ReadChunk]) -> list[str]:
    """Neighbours in the question that are neighbours somewhere in the chunks."""
    pairs = (" ".join(pair) for pair in pairwise(term for term in terms if not is_cjk(term)))
    return [pair for pair in pairs if any(pair in one.whole.folded for one in chunks)]


class _Scoring:
    """What is the same for all passages."""

    def __init__(
        self, asked: Asked, weights: Mapping[str, float], similar: Similar, pairs: Sequence[str]
    ) -> None:
        self._asked, self._weights, self._pairs = asked, weights, pairs
        whole = sum(weights.values())
        self._shares = {term: weight / whole for term, weight in weights.items()}
        self._known = {word for words in similar.values() for word in words}
        said = {term: one for term, one in weights.items() if asked.says(term)}
        self._said, self._least = said, LEAST_SAID * sum(said.values())

    def score(self, number: int, place: int, found: _Found, near: Match) -> Scored:
        """Of two that are as good the one of the better chunk."""
        around = dict(near)
        _add(around, found.title, TITLE)
        _add(around, found.whole, CHUNK)
        covered = sum(share * around.get(term, 0.0) for term, share in self._shares.items())
        passage = found.chunk.passages[place]
        repeats = _repeats_title(passage, found.chunk.title)
        coverage = self._doubt(passage, found, near) * covered
        score = coverage * self._prefer(passage, repeats) * (1 + 0.08 / (number + 1))
        return Scored(number, place, coverage, score, around, self._shares)

    def _doubt(self, passage: Passage, found: _Found, near: Match) -> float:
        """What is left of the coverage."""
        left = 1.0
        for name in self._asked.names & self._weights.keys():
            if name not in found.whole and name not in found.title:
                left *= MISSING_NAME
            elif name not in near and name not in found.title:
                left *= FAR_NAME
        for code in self._asked.codes:
            if code not in found.whole and code not in found.title:
                left *= MISSING_CODE
            elif code not in near and code not in found.title:
                left *= FAR_CODE
        for run in self._asked.runs:
            if not any(term in found.whole or term in found.title for term in run):
                left *= MISSING_NAME
        if sum(weight for term, weight in self._said.items() if term in near) < self._least:
            left *= MISSING_SAID
        if self._asked.kind and not self._asked.kind.gives(passage.text):
            left *= MISSING_KIND
        return left if find_script(passage.text) == self._asked.script else FOREIGN * left

    def _prefer(self, passage: Passage, repeats: bool) -> float:
        """Taste beyond coverage: whole statements that say something new, the kind of answer that
        is asked for, in figures little else than what is asked."""
        asked, factor = self._asked, 1.0
        if repeats or not any(matters(word) for word in passage.own.words - self._known):
            factor *= 0.2
        elif passage.form == "label" and not _FIELD.match(passage.text):
            factor *= 0.6
        if passage.own.folded.endswith(QUESTION_MARKS):
            factor *= 0.5
        if asked.kind and not asked.kind.gives(passage.text):
            factor *= asked.kind.without
        if asked.kind and asked.kind.counts:
            factor *= 0.85 + 0.3 * self._precision(passage)
        if asked.defines and self._is_defined(passage.own.folded):
            factor *= 1.3
        if self._pairs:
            beside = sum(pair in passage.own.folded for pair in self._pairs)
            factor *= 1 + NEIGHBOURS * beside / len(self._pairs)
        return factor

    def _precision(self, passage: Passage) -> float:
        """The share of its words that are asked for."""
        words = passage.own.words | (passage.above.words if passage.form == "row" else set())
        said = {word for word in words if matters(word) and word not in _PLAIN and word.isalpha()}
        return len(said & self._known) / max(1, len(said))

    def _is_defined(self, folded: str) -> bool:
        """Whether it says of what is asked that it is something."""
        last = next(reversed(self._asked.terms), "")
        place = folded.find(last)
        return place >= 0 and _COPULA.match(folded, place + len(last)) is not None


def _repeats_title(passage: Passage, title: Words) -> bool:
    """Whether it is a label whose value is the title: it says nothing new of what bears that."""
    field = _FIELD.match(passage.text) if passage.form == "label" else None
    return field is not None and word_set(passage.text[field.end() - 1 :]) <= title.words


def matters(word: str) -> bool:
    return (len(word) > 1 or word.isdigit() or is_cjk(word)) and not says_little(word)
