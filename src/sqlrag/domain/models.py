"""What thinks: interfaces of embedders, chat models, extractors and answerers."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sqlrag.domain.errors import ModelError
from sqlrag.domain.graph import ChunkExtraction, DocumentText, ExtractionOptions
from sqlrag.domain.pacing import Pacer
from sqlrag.domain.retrieval import Context, FinishReason, Message, QueryParam, list_documents

Vectors = NDArray[np.float32]


class Named(Protocol):
    """Has a name, as users see it: what another one makes is another embedding space (with the
    dimensions), another graph, another answer."""

    @property
    def model(self) -> str: ...


class Embedder(Named, Protocol):
    """Turns texts into vectors of one embedding space."""

    async def dimensions(self) -> int:
        """The length of a vector; may cost one call the first time. Raises ModelError."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 of shape (len(texts), dimensions), rows in order, unit length.

        Raises ModelError.
        """


@dataclass(frozen=True, slots=True)
class Read:
    """The documents whose text, and the entities whose descriptions, a model is given."""

    document_ids: tuple[int, ...] = ()
    entity_ids: tuple[int, ...] = ()


def list_read(context: Context) -> Read:
    """Of what a context shows of the graph, whose it is."""
    ends = ((one.source_id, one.target_id) for one in context.relations)
    ids = [*(one.entity_id for one in context.entities), *(id for pair in ends for id in pair)]
    return Read(list_documents(context), tuple(dict.fromkeys(ids)))


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a chat model. With a JSON schema, the reply should be an object that fits it.

    `purpose` says what the call is for in the ledger, e.g. 'extract' or 'keywords'; `read` whose
    text is in it, for when that is to be erased, and None where nobody knows.
    """

    messages: tuple[Message, ...]
    purpose: str
    schema: Mapping[str, Any] | None = None
    read: Read | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A chat model's reply; tokens as the endpoint counted them, None where it did not.

    `note` says why it is not whole, as a sentence; such a reply is not kept. `finish_reason` says
    it to programs, as far as it is one that they know.
    """

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0
    note: str | None = None
    finish_reason: FinishReason = "stop"


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A call of a model for the ledger; `key_sha256` is of all that its reply depends on.

    Either `response` or `error` is set.
    """

    key_sha256: bytes
    purpose: str
    model: str
    response: str | None
    error: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0
    document_ids: Sequence[int] | None = None
    entity_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Calls for the ledger, of a document if there is one, and keys whose replies are asked for."""

    workspace_id: int
    source_key: str | None
    made: Sequence[ModelCall]
    asked: Sequence[bytes]


class Answerer(Named, Protocol):
    """Makes an answer of a question and its context."""

    def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncGenerator[str | Completion, None]:
        """Yield the answer piece by piece, citing chunk n of the context as `[n]`.

        Where a model was called, its answer and what the call took come last, as a Completion.
        `messages` is the whole rendered prompt (system, history, question). Raises ModelError.
        """


class ChatModel(Named, Protocol):
    """Completes conversations; its name is the one that the endpoint knows."""

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        """Complete requests concurrently: a reply or its failure for each, in order."""


class Extractor(Named, Protocol):
    """Finds entities and relations in the chunks of a document."""

    @property
    def reads_whole_documents(self) -> bool:
        """Whether what is found in a chunk depends on the other chunks of its document."""

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        """One extraction per chunk, in order; a chunk that fails says so in its own."""


class Reranker(Named, Protocol):
    """Puts documents into the order in which they answer a question."""

    async def rerank(
        self, question: str, documents: Sequence[str], top_n: int
    ) -> list[tuple[int, float]]:
        """At most `top_n` pairs of a document's place (from 0) and its relevance, best first.

        No place stands twice. Raises ModelError.
        """


class Metered(Protocol):
    """Calls that wait for their turn once there is a pacer."""

    pacer: Pacer | None


@dataclass(frozen=True, slots=True)
class Models:
    """What a provider opens; `description` is one line for people.

    An `extractor` that is None asks `extraction_chat`. `chat` and `extraction_chat` are None where
    no model is called. `open_embedder` opens the embedder of another model, by its name, where the
    provider has others than those that run here. `meter` is given the pacer of the database.
    """

    embedder: Embedder
    answerer: Answerer
    description: str
    extractor: Extractor | None = None
    chat: ChatModel | None = None
    extraction_chat: ChatModel | None = None
    reranker: Reranker | None = None
    open_embedder: Callable[[str], Embedder] | None = None
    meter: Metered | None = None
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def close(self) -> None:
        for close in self.closers:
            await close()
