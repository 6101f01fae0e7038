"""Terms in small letters: phrases of two or three words that a document repeats."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from sqlrag.offline.extractor.spans import Span, locate
from sqlrag.offline.extractor.vocabulary import COMMON

LEAST_COUNT = 3
LEAST_ASSOCIATION = 0.35
WORDS_PER_PHRASE = 400  # of the document; long documents have more terms
MOST_PHRASES = 60
_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[^\w\s]|\d")
_BAD_ENDS = ("ly", "ing", "ed")
_Phrase = tuple[str, ...]
_Term = TypeVar("_Term", str, _Phrase)


def find_phrases(texts: Sequence[str]) -> list[str]:
    """The most telling phrases of a document, best first.

    A phrase counts if its words are bound to each other: by the normalised pointwise mutual
    information of neighbouring words (Bouma 2009, "Normalized (pointwise) mutual information in
    collocation extraction", eq. 4), at least LEAST_ASSOCIATION.
    """
    words: Counter[str] = Counter()
    phrases: Counter[_Phrase] = Counter()
    for text in texts:
        for run in _find_runs(text):
            words.update(run)
            for size in (2, 3):
                phrases.update(zip(*(run[i:] for i in range(size)), strict=False))
    total = sum(words.values())
    scores = {
        phrase: count * len(phrase)
        for phrase, count in phrases.items()
        if count >= LEAST_COUNT and _is_bound(phrase, count, words, total)
    }
    best = _drop_parts(rank_terms(scores), phrases)
    return best[: min(MOST_PHRASES, 3 + total // WORDS_PER_PHRASE)]


def rank_terms(scores: Mapping[_Term, int]) -> list[_Term]:
    """The best first; equals in alphabetical order."""
    return sorted(scores, key=lambda term: (-scores[term], term))


def locate_phrases(
    phrases: Sequence[str], text: str, sentences: Sequence[tuple[int, int]]
) -> Iterator[Span]:
    """Where whole words of a text are a phrase, in any letter case, inside one sentence."""
    if not phrases:
        return
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    joined = "|".join(re.escape(phrase).replace(r"\ ", r"\s") for phrase in longest_first)
    whole = rf"(?<!\w)(?:{joined})(?!\w)"
    for match, number in locate(whole, text, sentences, re.IGNORECASE):
        yield Span(*match.span(), " ".join(match.group().lower().split()), number)


def _find_runs(text: str) -> Iterator[list[str]]:
    """Neighbouring words in small letters, none of them common."""
    run: list[str] = []
    for token in (*_TOKEN.findall(text), "."):
        is_word = token.islower() and (token.isascii() or token.isalpha())
        if is_word and len(token) > 2 and token not in COMMON:
            run.append(token)
            continue
        if len(run) > 1:
            yield run
        run = []


def _is_bound(phrase: _Phrase, count: int, words: Counter[str], total: int) -> bool:
    if phrase[-1].endswith(_BAD_ENDS) or phrase[0].endswith(_BAD_ENDS[0]):
        return False
    log_total = math.log(total)
    independent = sum(math.log(words[word]) - log_total for word in phrase)
    together = math.log(count) - log_total
    if together == 0:
        return True
    return (together - independent) / -together / (len(phrase) - 1) >= LEAST_ASSOCIATION


def _drop_parts(best: Sequence[_Phrase], counts: Counter[_Phrase]) -> list[str]:
    """Without phrases that are mostly seen inside a longer one."""
    longer = [phrase for phrase in best if len(phrase) == 3]
    inside = {part: phrase for phrase in longer for part in (phrase[:2], phrase[1:])}
    return [
        " ".join(phrase)
        for phrase in best
        if phrase not in inside or counts[inside[phrase]] * 2 < counts[phrase]
    ]
