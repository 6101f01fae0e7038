"""Tells what an ingestion would take, before any model is called."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlrag.domain.costs import Price
from sqlrag.domain.errors import SqlragError
from sqlrag.domain.graph import DocumentText, ExtractionOptions
from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import Message
from sqlrag.domain.workspaces import Workspace
from sqlrag.parsing import count_tokens
from sqlrag.prompts import render_gleaning, render_start
from sqlrag.rag.drafts import Draft
from sqlrag.rag.files import File, read_source
from sqlrag.rag.ingestion import Given, Ingestion, is_of_no_kind, is_same
from sqlrag.rag.progress import Report, silent

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is new in `documents`, and what it would take of models: at most, since calls that were
    made before are not made again.

    `reply_tokens` is what the workspace's calls have written so far, on average; where there are
    none, as many as a chunk has (`reply_is_assumed`). `dollars` covers the models whose price is
    known; `unpriced` names the others.
    """

    documents: int = 0
    unchanged: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    chunks: int = 0
    embedding_model: str = ""
    embedding_tokens: int = 0
    chat_model: str | None = None
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reply_tokens: float = 0.0
    reply_is_assumed: bool = False
    dollars: float = 0.0
    unpriced: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Sum:
    documents: int = 0
    unchanged: int = 0
    chunks: int = 0
    embedding_tokens: int = 0
    read: int = 0  # chunks that a model would read
    read_tokens: int = 0
    start_tokens: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Estimator:
    """Parses and splits what is given, and looks at what is stored of it. Writes nothing."""

    ingestion: Ingestion
    embedder: Embedder
    workspace: Workspace | None  # None for one that is still to be made

    async def estimate(self, given: Sequence[Given], report: Report = silent) -> Estimate:
        """Of sources, or files by their paths. What cannot be read is told in `failed`."""
        found, waiting = _Sum(), iter(given)
        report("parse", more=len(given))

        async def work() -> None:
            for one in waiting:
                try:
                    await self._add(found, one)
                except SqlragError as error:
                    if not is_of_no_kind(one, error):
                        found.failed.append((one.source_key, str(error)))
                report("parse", done=1)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.ingestion.in_work, len(given))):
                group.create_task(work())
        return await self._price(found)

    @property
    def _chat(self) -> str | None:
        """The model that is asked for entities, if one is."""
        extraction = self.ingestion.recipe.extraction
        return extraction.chat.model if extraction.chat and extraction.make_extractor else None

    @property
    def _options(self) -> ExtractionOptions:
        extraction = self.ingestion.recipe.extraction
        return extraction.options_of(self.workspace) if self.workspace else extraction.options

    async def _add(self, found: _Sum, given: Given) -> None:
        source = given
        if isinstance(source, File):
            most = self.ingestion.max_file_bytes
            source = await asyncio.to_thread(read_source, source, most)
        state, recipe = None, self.ingestion.recipe
        if self.workspace:
            extractor = recipe.extraction.describe(self.workspace)
            asked = self.workspace.id, source.source_key, extractor
            state = await self.ingestion.storage.documents.get_document_state(*asked)
            digest = await asyncio.to_thread(_digest, source.data)
            if state and is_same(state, source, digest, recipe.describe(self.workspace)):
                found.unchanged += 1
                return
        draft = Draft(await recipe.parser.prepare(source), state)
        found.documents += 1
        found.chunks += len(draft.new)
        texts = [draft.chunks[place].indexed for place in draft.new]
        found.embedding_tokens += await asyncio.to_thread(_count, texts)
        if self._chat:
            read = draft.read(draft.unread)
            found.read += len(draft.unread)
            found.read_tokens += sum(
                draft.prepared.chunks[place].token_count for place in draft.unread
            )
            found.start_tokens += await asyncio.to_thread(_count_starts, read, self._options)

    async def _price(self, found: _Sum) -> Estimate:
        storage, chat, rounds = self.ingestion.storage, self._chat, self._options.gleaning_rounds
        reply, is_assumed = found.read_tokens / found.read if found.read else 0.0, bool(found.read)
        if self.workspace and found.read:
            measured = await storage.fetch_value("measure_replies", self.workspace.id, chat)
            reply, is_assumed = (reply, True) if measured is None else (measured, False)
        # Each round reads all that was said before.
        again = reply + _count(one.content for one in render_gleaning(""))
        prompt = (1 + rounds) * found.start_tokens
        prompt += round(found.read * again * rounds * (rounds + 1) / 2)
        written = round(found.read * (1 + rounds) * reply)
        taken = {chat: (prompt, written)} if chat and found.read else {}
        if not type(self.embedder).__module__.startswith("sqlrag.offline"):
            taken[self.embedder.model] = found.embedding_tokens, 0
        rows = await storage.fetch_all(Price, "list_prices", list(taken))
        prices = {one.model: one for one in rows}
        dollars = sum(
            tokens[0] * prices[model].dollars_in + tokens[1] * prices[model].dollars_out
            for model, tokens in taken.items()
            if model in prices
        )
        return Estimate(
            found.documents,
            found.unchanged,
            found.failed,
            found.chunks,
            self.embedder.model,
            found.embedding_tokens,
            chat,
            found.read * (1 + rounds),
            prompt,
            written,
            reply,
            is_assumed,
            dollars / _MILLION,
            [model for model in taken if model not in prices],
        )


def _count_starts(document: DocumentText, options: ExtractionOptions) -> int:
    starts = (render_start(document, chunk, options) for chunk in document.chunks)
    return _count(_text(start) for start in starts)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _text(messages: Iterable[Message]) -> str:
    return "\n".join(one.content for one in messages)


def _count(texts: Iterable[str]) -> int:
    return sum(count_tokens(list(texts)))
