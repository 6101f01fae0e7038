"""An embedder that needs no model: signed feature hashing of words and their parts.

Features are added into a fixed number of buckets, each with a hashed sign, so that collisions
cancel out on average (Weinberger et al. 2009, "Feature hashing for large scale multitask
learning", section 2). A word counts as itself and as its character n-grams with word boundaries
(Bojanowski et al. 2017, "Enriching word vectors with subword information", section 3.2), so that
inflected forms and misspellings come near each other; CJK text counts as bigrams, Thai, Lao, Khmer
and Burmese as trigrams. Of these four, of accents and of what signs join the first vectors of this
model knew less.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sqlrag.domain.models import Vectors
from sqlrag.offline.words import (
    find_spellings,
    find_words,
    fold,
    is_cjk,
    is_function_word,
    normalize,
)

Hashes = NDArray[np.uint64]
Weights = NDArray[np.float64]

GRAM_SIZES = (3, 4, 5)
FUNCTION_WORD_WEIGHT = 0.1
GRAMS_WEIGHT = 1.4  # of all n-grams of a word together, beside 1 for the word itself
NAME_WEIGHT = 2.0  # words written with a capital or a digit: names and figures find documents

_SMALL = 16_384  # characters; up to here a thread costs more than the work
_SPACE = 32
_MULTIPLIER = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_MULTIPLIER, k, 2**64) for k in range(65)], np.uint64)
_WORD_SALT = np.uint64(1)


class HashingEmbedder:
    """Deterministic on every platform; texts that share words or parts of words come near."""

    model = "offline-hashing-v1"

    def __init__(self, dimensions: int = 512) -> None:
        self._dimensions = dimensions

    async def dimensions(self) -> int:
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if sum(map(len, texts)) <= _SMALL:
            return self._embed(texts)
        return await asyncio.to_thread(self._embed, texts)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._dimensions), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = hash_text(text, self._dimensions)
        return vectors


def hash_text(text: str, dimensions: int) -> Weights:
    """One text as a vector of unit length.

    A text without words gets the vector of a feature no word has: the cosine distance of
    pgvector is NaN for a zero vector, and NaN sorts above every number.
    """
    weights = _weigh_words(text)
    spaced = [word for word in weights if not is_cjk(word)]
    bigrams = [word for word in weights if is_cjk(word)]
    vector = np.zeros(dimensions)
    for words, with_grams in ((spaced, True), (bigrams, False)):
        if words:
            shares = np.array([weights[word] for word in words])
            _add_features(vector, words, shares, with_grams)
    length = float(np.linalg.norm(vector))
    if length < 1e-9:
        vector[:] = 0.0
        vector[0] = length = 1.0
    return np.asarray(vector / length, np.float64)


def _weigh_words(text: str) -> dict[str, float]:
    """(1 + ln tf) of each normalized word, less for function words, more for names."""
    folded = fold(text)
    written = find_words(folded)
    counts = Counter(map(normalize, written))
    names = {normalize(w) for w in set(written) if w[0].isupper() or w[0].isdigit()}
    weights: dict[str, float] = {}
    logarithms = 1.0 + np.log(np.fromiter(counts.values(), float, len(counts)))
    for word, weight in zip(counts, logarithms.tolist(), strict=True):
        if is_function_word(word):
            weight *= FUNCTION_WORD_WEIGHT
        elif word in names:
            weight *= NAME_WEIGHT
        weights[word] = weight
    for spelling in find_spellings(folded.lower()):
        weights.setdefault(spelling, 1.0)
    return weights


def _add_features(vector: Weights, words: list[str], shares: Weights, with_grams: bool) -> None:
    """Add each word, and its n-grams, which together outweigh it a little."""
    text = f" {' '.join(words)} "
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    spaces = codes == _SPACE
    spaces_before = np.cumsum(spaces)
    mixed = _mix(codes * np.uint64(_MULTIPLIER))
    _add_hashes(vector, _hash_words(mixed, spaces), shares)
    if not with_grams:
        return
    hashes, owners = _hash_grams(mixed, spaces_before)
    counts = np.bincount(owners, minlength=len(words))
    gram_shares = GRAMS_WEIGHT * shares / np.sqrt(np.maximum(counts, 1))
    _add_hashes(vector, hashes, gram_shares[owners])


def _hash_words(mixed: Hashes, spaces: NDArray[np.bool_]) -> Hashes:
    """A polynomial in the characters of each word, modulo 2^64."""
    starts = np.flatnonzero(spaces)[:-1] + 1
    owners = np.cumsum(spaces)[1:-1] - 1
    positions = np.arange(1, len(mixed) - 1) - starts[owners]
    terms = mixed[1:-1] * _POWERS[np.minimum(positions, 64)]
    terms[spaces[1:-1]] = 0
    return _mix(np.add.reduceat(terms, starts - 1) + _WORD_SALT)


def _hash_grams(mixed: Hashes, spaces_before: NDArray[np.int_]) -> tuple[Hashes, NDArray[np.int_]]:
    """Hashes of all n-grams and the word each stands in; a space may only begin or end one."""
    hashes, owners = [], []
    for size in GRAM_SIZES:
        count = len(mixed) - size + 1
        if count < 1:
            continue
        inner = spaces_before[size - 2 : size - 2 + count] - spaces_before[:count]
        rolled = np.zeros(count, np.uint64)
        for offset in range(size):
            rolled += mixed[offset : offset + count] * _POWERS[offset]
        inside = inner == 0
        hashes.append(_mix(rolled[inside] + np.uint64(size)))
        owners.append(spaces_before[:count][inside] - 1)
    return np.concatenate(hashes), np.concatenate(owners)


def _add_hashes(vector: Weights, hashes: Hashes, weights: Weights) -> None:
    buckets = (hashes % np.uint64(len(vector))).astype(np.int64)
    signs = np.where(hashes >> np.uint64(63), 1.0, -1.0)
    vector += np.bincount(buckets, weights * signs, minlength=len(vector))


def _mix(hashes: Hashes) -> Hashes:
    """Spread every bit over all bits: the finalizer of SplitMix64 (Steele et al. 2014, fig. 13)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
