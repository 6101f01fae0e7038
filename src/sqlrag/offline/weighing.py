"""What each word of a text weighs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sqlrag.offline.words import find_words, fold, is_function_word, list_spellings, normalize

FUNCTION_WORD_WEIGHT = 0.1
NAME_WEIGHT = 2.0  # words written with a capital or a digit: names and figures find documents
_KEPT = 16_384  # words, which are most of what a text in one language uses

Integers = NDArray[np.int64]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Line:
    """Its words in order, each as twice its place and one more if it is written as a name; and
    the places of its spellings, by kind."""

    words: list[int]
    spellings: tuple[list[int], ...]


@dataclass(slots=True)
class WeighedWords:
    """The words of several texts, each looked at once, and so each line: descriptions quote the
    same sentences again and again. `places` has them normalized, in the order of their places."""

    places: dict[str, int] = field(default_factory=dict)
    _factors: list[float] = field(default_factory=list)
    _written: dict[str, int] = field(default_factory=dict)
    _lines: dict[str, _Line] = field(default_factory=dict)

    def weigh(self, texts: Sequence[str]) -> tuple[Integers, Integers, Weights]:
        """Rows, places and weights: (1 + ln tf) of each word of a text, in the order in which they
        come there; less for function words, more for names; 1 for spellings that are no words."""
        read = [
            [self._lines.get(line) or self._read(line) for line in t.split("\n")] for t in texts
        ]
        words = [list(chain.from_iterable(line.words for line in lines)) for lines in read]
        spelled = [list(_join_kinds(lines)) for lines in read]
        codes = np.array(list(chain(*words)), np.int64)
        extra = np.array(list(chain(*spelled)), np.int64)
        numbers = np.arange(len(texts))
        rows = np.concatenate([
            np.repeat(numbers, [len(one) for one in listed]) for listed in (words, spelled)
        ])  # fmt: skip
        places = np.concatenate((codes >> 1, extra))
        keys = rows * len(self.places) + places
        _, first, own = np.unique(keys, return_index=True, return_inverse=True)
        counts = np.bincount(own[: len(codes)], minlength=len(first))
        named = np.bincount(own[: len(codes)], codes & 1, minlength=len(first)) > 0
        factors = np.array(self._factors)[places[first]]
        factors[named & (factors == 1.0)] = NAME_WEIGHT
        weights = np.where(counts > 0, (1.0 + np.log(np.maximum(counts, 1.0))) * factors, 1.0)
        order = np.argsort(first)
        return rows[first][order], places[first][order], weights[order]

    def _read(self, line: str) -> _Line:
        folded = fold(line)
        words = [self._written.get(word) or self._note(word) for word in find_words(folded)]
        kinds = list_spellings(folded.lower())
        read = _Line(words, tuple([self._place(one) for one in kind] for kind in kinds))
        self._lines[line] = read
        return read

    def _note(self, word: str) -> int:
        is_name = word[0].isupper() or word[0].isdigit()
        noted = self._written[word] = 2 * self._place(_normalize(word)) + is_name
        return noted

    def _place(self, word: str) -> int:
        place = self.places.setdefault(word, len(self.places))
        if place == len(self._factors):
            self._factors.append(_factor_of(word))
        return place


@lru_cache(_KEPT)
def _normalize(word: str) -> str:
    return normalize(word)


@lru_cache(_KEPT)
def _factor_of(word: str) -> float:
    return FUNCTION_WORD_WEIGHT if is_function_word(word) else 1.0


def _join_kinds(lines: Sequence[_Line]) -> Iterable[int]:
    """Of all lines those of the first kind, then those of the second."""
    kinds = zip(*(line.spellings for line in lines), strict=True)
    return chain.from_iterable(chain.from_iterable(kind) for kind in kinds)
