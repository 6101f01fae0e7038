"""From a question to a cited answer: retrieve, render the prompt, stream, cite."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlrag.domain.errors import ModelError, SqlragError
from sqlrag.domain.models import Answerer, ChatModel, ChatRequest, Completion
from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam, Reference
from sqlrag.prompts import render_context, render_messages
from sqlrag.rag.answer_cache import AnswerCache, Place
from sqlrag.rag.bounds import check
from sqlrag.rag.citing import find_references, refer_to_chunks
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.retrieving import Clock, Retrieving

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answering:
    """`chat` is the model behind the answerer, None offline: what is free is not recorded."""

    retrieving: Retrieving
    answerer: Answerer
    cache: AnswerCache
    chat: ChatModel | None = None

    async def answer(self, workspace: str, question: str, param: QueryParam) -> Answer:
        """The whole answer at once; raises what retrieving raises, and ModelError."""
        async for step in self.stream(workspace, question, param):
            if isinstance(step, Answer):
                return step
        raise AssertionError("a stream ends with its answer")

    async def query_data(
        self, workspace: str, question: str, param: QueryParam
    ) -> tuple[Context, tuple[Reference, ...]]:
        """What an answer would be made of; raises what retrieving raises."""
        context = await self.retrieving.retrieve(workspace, question, param)
        return context, refer_to_chunks(context) if param.include_references else ()

    async def stream(
        self, workspace: str, question: str, param: QueryParam
    ) -> AsyncIterator[Context | str | Answer]:
        """The context, then the answer piece by piece, then the Answer with its references."""
        check(question, param)
        place = None
        if self.cache.keeps(param):
            place, kept = await self.cache.find(workspace, question, param)
            if kept:
                for step in (kept.context, kept.text, kept):
                    yield step
                return
        context = await self.retrieving.retrieve(workspace, question, param)
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
            await self._record(workspace, messages, call, place, answer)
        yield answer

    async def _record(
        self,
        workspace: str,
        messages: Sequence[Message],
        call: Completion | ModelError,
        place: Place | None = None,
        answer: Answer | None = None,
    ) -> None:
        """In the ledger, and an answer in the cache. The answer is there: no failure takes it."""
        try:
            found = await self.cache.directory.look_up(workspace)
            if self.chat and found is not None:
                ledger = Ledger(self.retrieving.storage, self.chat, found)
                ledger.record(ChatRequest(tuple(messages), "answer"), call)
                await ledger.flush()
            # What had to be done without something would be given long after it is back.
            if place and answer and not answer.context.notes:
                await self.cache.keep(place, answer)
        except SqlragError as error:
            _log.warning("A call of %s was not recorded. %s", self.answerer.model, error)


def _render_prompt(messages: Sequence[Message]) -> str:
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)
