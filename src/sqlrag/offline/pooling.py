"""Long texts through models of sentences: in windows, whose vectors are pooled."""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sqlrag.domain.models import Vectors
from sqlrag.offline.embedder import hash_texts
from sqlrag.offline.sentences import split_sentences

# Encoding is many small steps that hold the interpreter: more threads than that are no faster, and
# keep the event loop waiting. Two, so that a question need not wait for a document.
AT_ONCE = 2
WINDOW = 500  # characters: no more than 512 tokens in any script, and about 110 of English

Encode = Callable[[list[str]], Vectors]
"""Of texts of at most WINDOW characters, one row each; called from threads."""


class PooledEmbedder:
    """The vector of a text is the sum of those of its windows, each times the root of its length.

    A window is a line, or sentences of a line that is longer; equal ones are embedded once in a
    call, and overlapping chunks and descriptions that quote a sentence have many. `scripts` matches
    the letters that the model can read, all without it: by its share of others, a window is hashed,
    so that words of every script find each other.
    """

    def __init__(
        self,
        model: str,
        encode: Encode,
        dimensions: int | None = None,
        scripts: re.Pattern[str] | None = None,
    ) -> None:
        self.model = model
        self._encode = encode
        self._scripts = scripts
        self._dimensions = dimensions
        self._threads = ThreadPoolExecutor(AT_ONCE, "sqlrag-embedding")

    async def dimensions(self) -> int:
        if self._dimensions is None:
            self._dimensions = (await self.embed(["one"])).shape[1]
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, await self.dimensions()), np.float32)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._embed, texts)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        places: dict[str, int] = {}
        rows = [[places.setdefault(w, len(places)) for w in split_windows(t)] for t in texts]
        windows = self._embed_windows(list(places))
        weights = np.sqrt([len(window) + 1 for window in places])
        return _unit(np.stack([weights[row] @ windows[row] for row in rows]))

    def _embed_windows(self, windows: list[str]) -> Vectors:
        """Of unit length, but for those that the model reads only in part."""
        vectors = _unit(self._encode(windows))
        readable = np.array([self._readable(window) for window in windows])
        places = np.flatnonzero(readable < 1)
        if len(places):
            shares = readable[places, None]
            hashed = hash_texts([windows[place] for place in places], vectors.shape[1])
            vectors[places] = shares * vectors[places] + (1 - shares) * hashed
        return vectors

    def _readable(self, window: str) -> float:
        """The share of its letters that the model knows; 0 where there are none."""
        if self._scripts is None:
            return 1.0
        letters = "".join(filter(str.isalpha, window))
        return len(self._scripts.findall(letters)) / max(len(letters), 1)


def _unit(vectors: Vectors) -> Vectors:
    """Of length one, float32; what is nothing is made the first axis, since pgvector's cosine of a
    zero vector is NaN."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = np.where(lengths > 1e-9, vectors, np.eye(1, vectors.shape[1]))
    return np.asarray(scaled / np.where(lengths > 1e-9, lengths, 1.0), np.float32)


def split_windows(text: str) -> list[str]:
    """A text in order, without the space between; one empty window where there is nothing else."""
    lines = (line.strip() for line in text.encode("utf-8", "replace").decode().splitlines())
    return [window for line in lines if line for window in _split_line(line)] or [""]


def _split_line(line: str) -> list[str]:
    if len(line) <= WINDOW:
        return [line]
    windows: list[str] = []
    start = end = 0
    for first, last in split_sentences(line):
        if last - start > WINDOW and end > start:
            windows.append(line[start:end].strip())
            start = first
        end = last
    return [*windows, line[start:].strip()]
