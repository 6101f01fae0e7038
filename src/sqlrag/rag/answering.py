"""From a question to a cited answer: retrieve, render the prompt, stream, cite."""

import hashlib
import json
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace

from sqlrag.domain.errors import ModelError, SqlragError
from sqlrag.domain.models import Answerer, ChatModel, ChatRequest, Completion
from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam
from sqlrag.domain.workspaces import Workspace
from sqlrag.prompts import render_context, render_messages
from sqlrag.rag.citations import find_references
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.retrieval import Clock, Retrieval
from sqlrag.rag.validation import check_question
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

_log = logging.getLogger(__name__)
Steps = AsyncGenerator[Context | str | Answer, None]
# What an answer that was written in full does not depend on.
_BESIDE_THE_POINT = ("stream", "use_cache", "explain", "only_need_context", "only_need_prompt")


@dataclass(frozen=True, slots=True)
class CacheSlot:
    """Where an answer belongs: under its key, at a version of the workspace's data.

    The version is read before the data: an answer may be filed as older than it is, and is then
    never given again, but not as newer.
    """

    workspace: Workspace
    key_sha256: bytes
    version: int


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """Answers that a model gave, given again while nothing they rest on has changed.

    `models` are the names of all that shape an answer; `most` answers a workspace are kept.
    """

    storage: Postgres
    models: tuple[str, ...] = ()
    most: int = 0

    def keeps(self, param: QueryParam) -> bool:
        """Whether answers to be had this way are kept, and given from what is kept."""
        cut_short = param.only_need_context or param.only_need_prompt
        wanted = param.use_cache and not param.explain and param.mode != "bypass"
        return self.most > 0 and wanted and not cut_short

    async def find(
        self, workspace: Workspace, question: str, param: QueryParam
    ) -> tuple[CacheSlot, Answer | None]:
        """One statement."""
        start = time.perf_counter()
        matters = {k: v for k, v in asdict(param).items() if k not in _BESIDE_THE_POINT}
        parts = json.dumps((self.models, question, matters), sort_keys=True, default=str)
        key = hashlib.sha256(parts.encode()).digest()
        version, kept = await self.storage.answers.find_answer(workspace.id, key)
        seconds = {"cache": time.perf_counter() - start}
        answer = replace(kept, cached=True, seconds=seconds) if kept else None
        return CacheSlot(workspace, key, version), answer

    async def keep(self, slot: CacheSlot, answer: Answer) -> None:
        filed = slot.workspace.id, slot.key_sha256, slot.version
        await self.storage.answers.keep_answer(*filed, answer, self.most)


@dataclass(frozen=True, slots=True)
class QueryEngine:
    """Answers questions to workspaces, by their names.

    `chat` is the model behind the answerer, None offline: what is free is not recorded. All methods
    raise BadInput, NotFound, SpaceMismatch and ModelError.
    """

    workspaces: Workspaces
    retrieval: Retrieval
    answerer: Answerer
    cache: AnswerCache
    chat: ChatModel | None = None

    async def search(self, workspace: str, question: str, param: QueryParam) -> Context:
        """Retrieve without answering; mode 'bypass' has nothing to retrieve from."""
        check_question(question, param)
        return await self._retrieve(workspace, question, param)

    async def answer(self, workspace: str, question: str, param: QueryParam) -> Answer:
        """The whole answer at once."""
        async for step in self.stream(workspace, question, param):
            if isinstance(step, Answer):
                return step
        raise AssertionError("a stream ends with its answer")

    async def stream(self, workspace: str, question: str, param: QueryParam) -> Steps:
        """The context, then the answer piece by piece, then the Answer with its references."""
        check_question(question, param)
        slot = None
        if self.cache.keeps(param):
            found = await self.workspaces.find(workspace)
            slot, kept = await self.cache.find(found, question, param)
            if kept:
                for step in (kept.context, kept.text, kept):
                    yield step
                return
        context = await self._retrieve(workspace, question, param)
        yield context
        messages = render_messages(question, context, param)
        if param.only_need_context or param.only_need_prompt:
            text = render_context(context) if param.only_need_context else _render_prompt(messages)
            yield text
            yield Answer(text, (), context, "none", context.seconds)
            return
        async with aclosing(self._write(workspace, context, messages, param, slot)) as writing:
            async for step in writing:
                yield step

    async def _retrieve(self, workspace: str, question: str, param: QueryParam) -> Context:
        if param.mode == "bypass":
            return Context(question, param.mode, searched=question)
        found = await self.workspaces.find(workspace)
        return await self.retrieval.retrieve(found, question, param)

    async def _write(
        self,
        workspace: str,
        context: Context,
        messages: tuple[Message, ...],
        param: QueryParam,
        slot: CacheSlot | None,
    ) -> AsyncGenerator[str | Answer, None]:
        """The pieces as they come, then the answer; to stop reading stops the model at once."""
        clock, call = Clock(dict(context.seconds)), None
        pieces: list[str] = []
        try:
            writing = self.answerer.stream(context.question, context, messages, param)
            async with aclosing(writing):
                async for piece in writing:
                    if isinstance(piece, Completion):
                        call = piece
                        continue
                    pieces.append(piece)
                    yield piece
        except ModelError as error:
            await self._record(workspace, messages, error)
            raise
        clock.lap("answer")
        text = "".join(pieces)
        references = find_references(text, context) if param.include_references else ()
        answer = Answer(text, references, context, self.answerer.model, clock.seconds)
        if call:
            await self._record(workspace, messages, call, slot, answer)
        yield answer

    async def _record(
        self,
        workspace: str,
        messages: tuple[Message, ...],
        call: Completion | ModelError,
        slot: CacheSlot | None = None,
        answer: Answer | None = None,
    ) -> None:
        """In the ledger, and an answer in the cache. The answer is there: no failure takes it."""
        try:
            found = await self.workspaces.look_up(workspace)
            if self.chat and found is not None:
                ledger = Ledger(self.retrieval.storage.model_calls, self.chat, found)
                ledger.record(ChatRequest(messages, "answer"), call)
                await ledger.flush()
            # What had to be done without something would be given long after it is back.
            if slot and answer and not answer.context.notes:
                await self.cache.keep(slot, answer)
        except SqlragError as error:
            _log.warning("A call of %s was not recorded. %s", self.answerer.model, error)


def _render_prompt(messages: tuple[Message, ...]) -> str:
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)
