"""Words as places and signs in a vector: of each, itself and its character n-grams, once a batch.

Texts of a document share most of their words and sentences: hashed for each text anew they took two
thirds of what a client spent on ingesting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Integers = NDArray[np.int64]
Weights = NDArray[np.float64]

_SPACE = 32
_MULTIPLIER = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_MULTIPLIER, k, 2**64) for k in range(65)], np.uint64)
_WORD_SALT = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Features:
    """Buckets of a vector and signs: row by row of `counts` from `starts` on, a column a word."""

    buckets: Integers
    signs: Weights
    starts: Integers
    counts: Integers


def hash_words(words: Sequence[str], dimensions: int, sizes: Sequence[int]) -> list[Features]:
    """Of each word its own feature, and its n-grams of these sizes with word boundaries."""
    text = f" {' '.join(words)} "
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    spaces = codes == _SPACE
    mixed = _mix(codes * np.uint64(_MULTIPLIER))
    whole = _hash_whole(mixed, spaces), np.arange(len(words))
    before = np.cumsum(spaces)
    grams = [_hash_grams(mixed, before, size) for size in sizes]
    return [_make_features(listed, len(words), dimensions) for listed in ([whole], grams) if listed]


def _make_features(
    found: Sequence[tuple[Hashes, Integers]], words: int, dimensions: int
) -> Features:
    """Of hashes in the order of the words that own them, one row for each that is given."""
    hashes = np.concatenate([one for one, _ in found])
    counts = np.concatenate([np.bincount(owners, minlength=words) for _, owners in found])
    buckets = (hashes % np.uint64(dimensions)).astype(np.int64)
    signs = np.where(hashes >> np.uint64(63), 1.0, -1.0)
    shape = len(found), words
    starts = np.cumsum(counts) - counts
    return Features(buckets, signs, starts.reshape(shape), counts.reshape(shape))


def add_features(
    vectors: Weights, features: Features, rows: Integers, words: Integers, shares: Weights
) -> None:
    """Add to rows of the vectors the features of words, each by its share.

    What falls into one bucket is added up in the order of the features' rows and then in that of
    the words, and then to the vector: the sums are the same to the last bit, whatever else is in
    the batch.
    """
    counts = features.counts[:, words].ravel()
    starts = features.starts[:, words].ravel()
    sizes = len(features.counts)
    skipped = np.repeat(starts - np.cumsum(counts) + counts, counts)
    places = skipped + np.arange(len(skipped))
    bins = np.repeat(np.tile(rows * vectors.shape[1], sizes), counts) + features.buckets[places]
    signed = np.repeat(np.tile(shares, sizes), counts) * features.signs[places]
    vectors += np.bincount(bins, signed, minlength=vectors.size).reshape(vectors.shape)


def _hash_whole(mixed: Hashes, spaces: NDArray[np.bool_]) -> Hashes:
    """A polynomial in the characters of each word, modulo 2^64."""
    starts = np.flatnonzero(spaces)[:-1] + 1
    owners = np.cumsum(spaces)[1:-1] - 1
    positions = np.arange(1, len(mixed) - 1) - starts[owners]
    terms = mixed[1:-1] * _POWERS[np.minimum(positions, 64)]
    terms[spaces[1:-1]] = 0
    return _mix(np.add.reduceat(terms, starts - 1) + _WORD_SALT)


def _hash_grams(mixed: Hashes, before: Integers, size: int) -> tuple[Hashes, Integers]:
    """Hashes of n-grams and the word each stands in; a space may only begin or end one.

    `before` counts the spaces up to each character.
    """
    count = max(len(mixed) - size + 1, 0)
    inside = before[size - 2 : size - 2 + count] == before[:count]
    rolled = np.zeros(count, np.uint64)
    for offset in range(size):
        rolled += mixed[offset : offset + count] * _POWERS[offset]
    return _mix(rolled[inside] + np.uint64(size)), before[:count][inside] - 1


def _mix(hashes: Hashes) -> Hashes:
    """Spread every bit over all bits: the finalizer of SplitMix64 (Steele et al. 2014, fig. 13)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
