"""From a question to a cited answer: retrieve, render the prompt, stream, cite."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlrag.domain.errors import ModelError, SqlragError
from sqlrag.domain.models import Answerer, ChatModel, ChatRequest, Completion
from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam
from sqlrag.prompts import render_context, render_messages
from sqlrag.rag.answer_cache import AnswerCache, CacheSlot
from sqlrag.rag.citing import find_references
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.retrieval import Clock, Retrieval
from sqlrag.rag.validation import check_question
from sqlrag.rag.workspaces import Workspaces

_log = logging.getLogger(__name__)
Steps = AsyncGenerator[Context | str | Answer, None]


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
        if param.mode == "bypass":
            return Context(question, param.mode, searched=question)
        found = await self.workspaces.find(workspace)
        return await self.retrieval.retrieve(found, question, param)

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
        if param.mode == "bypass":
            context = Context(question, param.mode, searched=question)
        else:
            found = await self.workspaces.find(workspace)
            context = await self.retrieval.retrieve(found, question, param)
        yield context
        messages = render_messages(question, context, param)
        if param.only_need_context or param.only_need_prompt:
            text = render_context(context) if param.only_need_context else _render_prompt(messages)
            yield text
            yield Answer(text, (), context, "none", context.seconds)
            return
        clock = Clock(dict(context.seconds))
        pieces: list[str] = []
        call: Completion | ModelError | None = None
        try:
            writing = self.answerer.stream(question, context, messages, param)
            async with aclosing(writing):  # whoever stops reading stops the model at once
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
        messages: Sequence[Message],
        call: Completion | ModelError,
        slot: CacheSlot | None = None,
        answer: Answer | None = None,
    ) -> None:
        """In the ledger, and an answer in the cache. The answer is there: no failure takes it."""
        try:
            found = await self.workspaces.look_up(workspace)
            if self.chat and found is not None:
                ledger = Ledger(self.retrieval.storage.model_calls, self.chat, found)
                ledger.record(ChatRequest(tuple(messages), "answer"), call)
                await ledger.flush()
            # What had to be done without something would be given long after it is back.
            if slot and answer and not answer.context.notes:
                await self.cache.keep(slot, answer)
        except SqlragError as error:
            _log.warning("A call of %s was not recorded. %s", self.answerer.model, error)


def _render_prompt(messages: Sequence[Message]) -> str:
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)
