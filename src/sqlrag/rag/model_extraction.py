"""An extractor that asks a chat model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from sqlrag.domain.errors import ModelError
from sqlrag.domain.graph import ChunkExtraction, ChunkText, DocumentText, ExtractionOptions
from sqlrag.domain.models import ChatModel, ChatRequest, Completion, Extractor, Models
from sqlrag.domain.retrieval import Message
from sqlrag.offline import NoExtractor, mark_subjects
from sqlrag.prompts import (
    EXTRACTION_SCHEMA,
    ChunkGraph,
    Reply,
    read_reply,
    render_gleaning,
    render_repair,
    render_start,
)

_UNREADABLE = "The model's reply holds no record that can be read."


def choose_extractor(models: Models) -> Extractor:
    """The provider's own, or one that asks its chat model, or none."""
    if models.extractor:
        return models.extractor
    return ModelExtractor(models.extraction_chat) if models.extraction_chat else NoExtractor()


@dataclass(frozen=True)
class ModelExtractor:
    """One call of `complete_many` per round for all chunks: first the extraction, then
    `gleaning_rounds` times what was missed, as the same conversation.

    A call that fails, or whose reply cannot be read, is made once more, in a call of
    `complete_many` for those chunks only: an unreadable reply is shown to the model, so the second
    request differs from the first. What fails then is the chunk's `error`; what earlier rounds
    found stays. A gleaning reply without any record found nothing more, and ends the gleaning of
    its chunk. What is found in a chunk depends on nothing but the chunk, its headings and its
    document's title.
    """

    chat: ChatModel
    reads_whole_documents: ClassVar[bool] = False

    @property
    def model(self) -> str:
        return self.chat.model

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        readings = [_Reading(document, chunk, options) for chunk in document.chunks]
        await self._run_round("extract", readings)
        for _ in range(options.gleaning_rounds):
            for reading in readings:
                reading.glean()
            await self._run_round("glean", readings)
        return [reading.finish() for reading in readings]

    async def _run_round(self, purpose: str, readings: Sequence["_Reading"]) -> None:
        """Twice, the second time for what failed."""
        for _ in range(2):
            asking = [reading for reading in readings if reading.asks]
            if not asking:
                return
            requests = [
                ChatRequest(reading.messages, purpose, EXTRACTION_SCHEMA) for reading in asking
            ]
            completions = await self.chat.complete_many(requests)
            for reading, completion in zip(asking, completions, strict=True):
                reading.take(completion)
        for reading in readings:
            reading.asks = False  # whatever still did has failed twice


class _Reading:
    """One chunk's conversation; `asks` while a reply to `messages` is wanted, `error` says what
    came of the last call where that was none."""

    def __init__(
        self, document: DocumentText, chunk: ChunkText, options: ExtractionOptions
    ) -> None:
        self._document = document
        self._chunk = chunk
        self._graph = ChunkGraph(options)
        self._reply: str | None = None  # the last one that could be read
        self._repair: tuple[Message, ...] = ()
        self._conversation = render_start(document, chunk, options)
        self._gleans = False
        self.error: str | None = None
        self.asks = bool(chunk.content.strip())

    @property
    def messages(self) -> tuple[Message, ...]:
        return self._conversation + self._repair

    def glean(self) -> None:
        """Ask for more, if the round before gave something to go on from."""
        if self._reply is None or self.error:
            return
        self._conversation += render_gleaning(self._reply)
        self._reply, self._gleans, self.asks = None, True, True

    def take(self, completion: Completion | ModelError) -> None:
        if isinstance(completion, ModelError):
            self.error = str(completion)
            return
        reply = read_reply(completion.text)
        if reply.readable or self._gleans:
            self._accept(completion.text, reply)
            return
        self.error = _UNREADABLE
        self._graph.reject(completion.text, _UNREADABLE)
        self._repair = render_repair(completion.text)

    def _accept(self, text: str, reply: Reply) -> None:
        self._graph.add(reply.records)
        self._repair, self.asks, self.error = (), False, None
        if not reply.readable and not reply.records:
            self._graph.reject(text, _UNREADABLE)
        if reply.records or not self._gleans:
            self._reply = text

    def finish(self) -> ChunkExtraction:
        found, title = self._graph.extraction, self._document.title
        entities = mark_subjects(found.entities, title, self._chunk, alone=True)
        return replace(found, entities=entities, error=self.error)
