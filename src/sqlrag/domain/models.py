"""What thinks: interfaces of embedders and answerers."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sqlrag.domain.retrieval import Context, Message, QueryParam

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors of one embedding space."""

    @property
    def model(self) -> str:
        """The name of the model; with the dimensions, it identifies the embedding space."""
        ...

    async def dimensions(self) -> int:
        """The length of a vector; may cost one call the first time. Raises ModelError."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 of shape (len(texts), dimensions), rows in order, unit length.

        Raises ModelError.
        """
        ...


class Answerer(Protocol):
    """Makes an answer of a question and its context."""

    @property
    def model(self) -> str:
        """What writes the answer, as shown to users."""
        ...

    def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncIterator[str]:
        """Yield the answer piece by piece, citing chunk n of the context as `[n]`.

        `messages` is the whole rendered prompt (system, history, question). Raises ModelError.
        """
        ...
