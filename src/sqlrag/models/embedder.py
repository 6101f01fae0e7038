"""An embedder at an OpenAI-compatible endpoint."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from sqlrag.domain.batching import Batcher, count_fitting, split_fitting
from sqlrag.domain.errors import ModelError, ModelUnavailable, NotNow
from sqlrag.domain.models import Vectors
from sqlrag.models.endpoint import Endpoint
from sqlrag.models.failures import Call, InputTooLong, Refused, Shape, TooManyInputs

_log = logging.getLogger(__name__)

# OpenAI's embedding models read 8,191 tokens of a text and 300,000 of a request. Counted in UTF-8
# bytes, of which prose holds more than two per token of cl100k_base in the scripts measured
# (English 4.5, Russian 5.0, Chinese 2.2 to 3.0, Hindi 2.5). What is denser, as base64 with 1.4, is
# refused and sent again at half the bound; a token never holds less than one byte.
TEXT_BYTES = 2 * 8_191
REQUEST_BYTES = 400_000
_SHORTEST_BOUND = 256
_REQUESTS_AT_ONCE = 4  # of those that callers share
_INSTEAD_OF_NOTHING = "."  # an empty text is refused by OpenAI


class _Embedding(Struct):
    """Numbers, or base64 of little-endian float32. A few servers leave the index out."""

    embedding: bytes | list[float]
    index: int | None = None


class _Reply(Shape):
    lacks = "it holds no list of embeddings"
    data: list[_Embedding]


class OpenAIEmbedder:
    """`dimensions` are asked for only when given; otherwise the first vectors tell.

    Texts go out `batch` at a time, all batches at once under the endpoint's limit; what does not
    fill a batch goes with the texts of others who wait at the same time. A text above
    TEXT_BYTES is embedded by its beginning; where a model reads less still, by less, which is
    logged. An empty text gets the vector of a full stop. How many texts the endpoint takes at a
    time, if fewer, is found out and remembered.
    """

    def __init__(
        self, endpoint: Endpoint, model: str, dimensions: int | None = None, batch: int = 128
    ) -> None:
        self.model = model
        self._endpoint = endpoint
        self._call = Call(endpoint, "embedding", model)
        self._options: dict[str, Any] = {} if dimensions is None else {"dimensions": dimensions}
        self._dimensions = dimensions
        self._batch = batch
        self._bound, self._shortened = TEXT_BYTES, 0
        self._shared: Batcher[list[str], Vectors] = Batcher(
            self._embed_together, self._measure, _REQUESTS_AT_ONCE
        )

    async def dimensions(self) -> int:
        if self._dimensions is None:
            # One request for all who ask at once, and any of them may be cancelled.
            await self._shared.submit(["dimensions"])
        assert self._dimensions is not None
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, await self.dimensions()), np.float32)
        most = self._batch, REQUEST_BYTES
        *full, last = split_fitting(texts, lambda text: (1, _size(text)), most)
        calls = [self._embed_batch(batch) for batch in full]
        return np.concatenate(await _run_all([*calls, self._shared.submit(last)]))

    async def _embed_together(self, calls: Sequence[list[str]]) -> Sequence[Vectors | ModelError]:
        """One request for several callers. What the model refuses is asked for each alone."""
        try:
            vectors = await self._embed_batch([text for texts in calls for text in texts])
        except (ModelUnavailable, NotNow):
            raise
        except ModelError as error:
            if len(calls) == 1:
                return [error]
            return [result for texts in calls for result in await self._embed_together([texts])]
        ends = np.cumsum([len(texts) for texts in calls])
        return np.split(vectors, ends[:-1])

    def _measure(self, calls: Iterable[list[str]]) -> int:
        """How many of those that wait fit into a request."""
        amounts = ((len(texts), sum(_size(text) for text in texts)) for texts in calls)
        return count_fitting(amounts, (self._batch, REQUEST_BYTES))

    async def _embed_batch(self, texts: Sequence[str], bound: int = TEXT_BYTES) -> Vectors:
        """One request, or several where the endpoint refused one of so many; a single text that is
        too much for the model is shortened."""
        if len(texts) > self._batch:
            return await self._embed_parts(texts, self._batch, bound)
        bound = min(bound, self._bound)
        try:
            return await self._request([cut_text(text, bound) for text in texts])
        except Refused as refused:
            if len(texts) > 1:
                return await self._embed_fewer(texts, bound, refused)
            if not isinstance(refused, InputTooLong):
                raise
            bound = min(bound, _size(texts[0])) // 2
            if bound < _SHORTEST_BOUND:
                raise
            self._shortened += 1
            if refused.is_costly:
                self._bound = bound
            advice = "lower SQLRAG_CHUNK_MAX_TOKENS"
            shortened = "%s: a text is embedded by its first %d bytes only; %s"
            _log.warning(shortened, self.model, bound, advice)
            return await self._embed_batch(texts, bound)

    async def _embed_fewer(self, texts: Sequence[str], bound: int, refused: Refused) -> Vectors:
        """At a time as many as the endpoint says, else half. Where no text was too long by itself,
        there were too many, which is remembered."""
        said = refused.fitting(len(texts)) if isinstance(refused, TooManyInputs) else None
        count, shortened = said or len(texts) // 2, self._shortened
        vectors = await self._embed_parts(texts, count, bound)
        if self._shortened == shortened and count < self._batch:
            self._batch = count
            _log.warning(
                "%s takes %d texts at a time; set SQLRAG_EMBEDDING_BATCH", self.model, count
            )
        return vectors

    async def _embed_parts(self, texts: Sequence[str], count: int, bound: int) -> Vectors:
        parts = [texts[at : at + count] for at in range(0, len(texts), count)]
        return np.concatenate([await self._embed_batch(part, bound) for part in parts])

    async def _request(self, texts: list[str]) -> Vectors:
        asked = self._call, {"input": texts}, _Reply
        reply, _ = await self._endpoint.post(*asked, encoding_format="base64", **self._options)
        vectors = _read_vectors(reply.data, len(texts), self._call)
        self._check_dimensions(vectors.shape[1])
        return vectors

    def _check_dimensions(self, found: int) -> None:
        """The first vectors decide, unless the dimensions were asked for."""
        if self._options and found != self._dimensions:
            raise self._call.failed(
                f"its vectors have {found} dimensions, not {self._dimensions} as asked for",
                f"set SQLRAG_EMBEDDING_DIMENSIONS to {found}, or leave it unset",
            )
        self._dimensions = self._dimensions or found
        if found != self._dimensions:
            raise self._call.garbage(f"its vectors have {found} dimensions, not {self._dimensions}")


def _read_vectors(items: list[_Embedding], count: int, call: Call) -> Vectors:
    """`count` vectors in the order asked for, unit length, float32. Raises ModelError."""
    if len(items) != count:
        raise call.garbage(f"it holds {len(items)} vectors for {count} texts")
    if any(item.index is not None for item in items):
        by_index = {item.index: item for item in items}
        if by_index.keys() != set(range(count)):
            raise call.garbage("its vectors are not numbered from 0")
        items = [by_index[index] for index in range(count)]
    numbers = [item.embedding for item in items]
    try:
        rows = [np.frombuffer(n, "<f4") if isinstance(n, bytes) else np.array(n) for n in numbers]
        vectors = np.stack(rows).astype(np.float64)
    except ValueError:
        raise call.garbage("its vectors differ in length, or are cut off") from None
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all():
        raise call.garbage("a vector holds NaN or infinity")
    if not (lengths > 0).all():
        raise call.garbage("a vector is empty or all zeros")
    return np.asarray(vectors / lengths, np.float32)


def cut_text(text: str, bound: int) -> str:
    """The longest beginning of at most `bound` UTF-8 bytes that ends with a whole character."""
    data = text[:bound].encode("utf-8", "replace")
    cut = data[:bound].decode("utf-8", "ignore")
    return cut if cut.strip() else _INSTEAD_OF_NOTHING


def _size(text: str) -> int:
    """The UTF-8 bytes of a text that are sent."""
    return min(TEXT_BYTES, len(text.encode("utf-8", "replace")))


async def _run_all(calls: Sequence[Coroutine[Any, Any, Vectors]]) -> list[Vectors]:
    """All results in order; the first failure stops the other calls, none goes on unwatched."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
