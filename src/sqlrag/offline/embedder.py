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
from collections.abc import Iterator, Sequence

import numpy as np

from sqlrag.domain.models import Vectors
from sqlrag.offline.hashing import Features, Integers, Weights, add_features, hash_words
from sqlrag.offline.weighing import WeighedWords
from sqlrag.offline.words import is_cjk

GRAM_SIZES = (3, 4, 5)
GRAMS_WEIGHT = 1.4  # of all n-grams of a word together, beside 1 for the word itself

_SMALL = 65_536  # characters; up to here a thread costs more than the work
_BATCH = 32_768
_A_TEXT = 64  # characters that a text counts for beside its own: its vector takes room


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
        for batch in _split_batches(texts):
            vectors[batch] = hash_texts(texts[batch], self._dimensions)
        return vectors


def _split_batches(texts: Sequence[str]) -> Iterator[slice]:
    first = size = 0
    for place, text in enumerate(texts):
        if size > _BATCH:
            yield slice(first, place)
            first, size = place, 0
        size += len(text) + _A_TEXT
    yield slice(first, len(texts))


def hash_texts(texts: Sequence[str], dimensions: int) -> Weights:
    """Texts as vectors of unit length, a row each; no text changes what another gets.

    A text without words gets the vector of a feature no word has: the cosine distance of
    pgvector is NaN for a zero vector, and NaN sorts above every number.
    """
    read = WeighedWords()
    rows, places, shares = read.weigh(texts)
    words = list(read.places)
    vectors = np.zeros((len(texts), dimensions))
    bigrams = np.array([is_cjk(word) for word in words], bool)
    for chosen, sizes in ((~bigrams, GRAM_SIZES), (bigrams, ())):
        if chosen.any():
            own = chosen[places]
            numbers = (np.cumsum(chosen) - 1)[places[own]]
            listed = [words[place] for place in np.flatnonzero(chosen)]
            features = hash_words(listed, dimensions, sizes)
            _add_words(vectors, features, rows[own], numbers, shares[own])
    return _unit(vectors)


def _add_words(
    vectors: Weights, features: list[Features], rows: Integers, words: Integers, shares: Weights
) -> None:
    """Add words to the rows, and their n-grams, which together outweigh them a little."""
    whole, *grams = features
    add_features(vectors, whole, rows, words, shares)
    for sizes in grams:
        counts = sizes.counts.sum(axis=0)[words]
        shares = GRAMS_WEIGHT * shares / np.sqrt(np.maximum(counts, 1))
        add_features(vectors, sizes, rows, words, shares)


def _unit(vectors: Weights) -> Weights:
    lengths = np.sqrt([row.dot(row) for row in vectors])
    nothing = lengths < 1e-9
    vectors[nothing] = np.eye(1, vectors.shape[1])
    lengths[nothing] = 1.0
    return np.asarray(vectors / lengths[:, None])
