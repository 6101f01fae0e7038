"""From a question to a cited answer: retrieve, render the prompt, stream, cite."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlrag.domain.errors import ModelError, SqlragError
from sqlrag.domain.jobs import Claim
from sqlrag.domain.models import ChatRequest, Completion, Models, Read, list_read
from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam
from sqlrag.offline import choose_phrases
from sqlrag.prompts import render_context, render_messages
from sqlrag.rag.answer_cache import AnswerCache, Slot
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.budgets import check_budget
from sqlrag.rag.checking import check_question, is_answered
from sqlrag.rag.citations import find_references
from sqlrag.rag.cited_text import CitedText, read_cited
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.retrieval import Clock, Retrieval
from sqlrag.rag.talking import Talk, open_talk
from sqlrag.rag.workspaces import Workspaces
from sqlrag.telemetry import time_stages
from sqlrag.tracing import traced

_log = logging.getLogger(__name__)
Steps = AsyncGenerator[Context | str | Answer, None]
_ROWS = ("chunks", "entities", "relations")


@dataclass
class Questions(Witnessed):
    """Questions to a workspace. What is free, without a chat model, is not recorded.

    All methods raise BadInput, NotFound, SpaceMismatch and ModelError.
    """

    workspaces: Workspaces
    models: Models
    retrieval: Retrieval
    cache: AnswerCache

    async def search(self, question: str, param: QueryParam | None = None) -> Context:
        """Retrieve without answering; mode 'bypass' has nothing to retrieve from."""
        wanted = replace(param or QueryParam(), only_need_context=True)
        async with aclosing(self.stream(question, wanted)) as steps:
            async for step in steps:
                if isinstance(step, Context):
                    return step
        raise AssertionError("a stream begins with its context")

    @traced("question")
    async def query(
        self, question: str, param: QueryParam | None = None, job: Claim | None = None
    ) -> Answer:
        """The whole answer at once. A `job` that asks in a conversation ends with its turn."""
        async with aclosing(self.stream(question, param, job)) as steps:
            async for step in steps:
                if isinstance(step, Answer):
                    return step
        raise AssertionError("a stream ends with its answer")

    async def stream(
        self, question: str, param: QueryParam | None = None, job: Claim | None = None
    ) -> Steps:
        """The context, then the answer piece by piece, then the whole Answer, which is kept by then
        where it was asked in a conversation."""
        param = param or QueryParam()
        check_question(question, param)
        asked = "search" if param.only_need_context else "query", question
        found, outcome = None, "stopped"
        try:
            async with aclosing(self._converse(question, param, job)) as steps:
                async for step in steps:
                    found = step if isinstance(step, Context) else found
                    if isinstance(step, Answer) or param.only_need_context:
                        outcome = "done"
                    yield step
        except SqlragError as error:
            outcome = error.kind
            raise
        finally:
            self.witness.tell_question(*asked, found, outcome)

    async def _converse(self, question: str, param: QueryParam, job: Claim | None) -> Steps:
        """In the conversation that is named, which has the turn before its answer is told."""
        talk = await self._open_talk(param)
        asking = talk.go_on(param) if talk else param
        async with aclosing(self._steps(question, asking)) as steps:
            async for step in steps:
                if talk and isinstance(step, Answer) and is_answered(param):
                    step = replace(step, turn=await talk.keep(question, param, step, job))
                yield step

    async def _open_talk(self, param: QueryParam) -> Talk | None:
        if param.conversation_id is None:
            return None
        found = await self.workspaces.get(self.workspace)
        whose = self.access, param.conversation_id, self.models.chat is not None
        return await open_talk(self.cache.storage, found, *whose)

    async def _steps(self, question: str, param: QueryParam) -> Steps:
        slot = None
        if self.cache.keeps(param):
            found = await self.workspaces.find(self.workspace)
            slot, kept = await self.cache.find(found, question, param)
            if kept:
                for step in (kept.context, kept.text, kept):
                    yield step
                return
        if self.models.chat and is_answered(param):
            await self._check_budget(self.models.chat.model)
        if param.mode == "bypass":
            context = Context(question, param.mode, searched=question)
        else:
            found = await self.workspaces.find(self.workspace)
            context = await self.retrieval.retrieve(found, question, param)
        yield context
        messages = await asyncio.to_thread(render_messages, question, context, param)
        if not is_answered(param):
            prompt = "\n\n".join(f"[{one.role}]\n{one.content}" for one in messages)
            text = render_context(context) if param.only_need_context else prompt
            yield text
            yield Answer(text, (), context, "none", context.seconds)
            return
        if self.models.chat and not context.chunks and param.mode != "bypass":
            text = choose_phrases(question).unknown
            yield text
            yield Answer(text, (), context, "none", context.seconds)
            return
        async with aclosing(self._write(context, messages, param, slot)) as writing:
            async for step in writing:
                yield step

    async def _check_budget(self, model: str) -> None:
        if found := await self.workspaces.look_up(self.workspace):
            await check_budget(self.cache.storage.model_calls, found, model)

    async def _write(
        self,
        context: Context,
        messages: tuple[Message, ...],
        param: QueryParam,
        slot: Slot | None,
    ) -> AsyncGenerator[str | Answer, None]:
        """The pieces as they come, then the answer; to stop reading stops the model at once."""
        clock, call = Clock(dict(context.seconds)), None
        answerer = self.models.answerer
        cites = param.mode != "bypass"
        # What is in a conversation, nobody knows.
        read = None if param.conversation_history else list_read(context)
        cited, pieces = CitedText(context), list[str]()
        try:
            writing = answerer.stream(context.question, context, messages, param)
            async with aclosing(writing):
                async for piece in writing:
                    if isinstance(piece, Completion):
                        call = piece
                    elif shown := cited.feed(piece) if cites else piece:
                        pieces.append(shown)
                        yield shown
            if rest := cited.feed("", ends=True):
                pieces.append(rest)
                yield rest
        except ModelError as error:
            if rest := cited.feed("", ends=True):
                yield rest
            await self._record(messages, error, read)
            raise
        clock.lap("answer")
        time_stages("question", clock.seconds)
        # What was given before a late end of the model's thoughts is no part of the answer.
        written = call.text if call else "".join(pieces)
        text = await asyncio.to_thread(read_cited, written, context) if cites else written
        if call and call.note:
            context = replace(context, notes=(*context.notes, call.note))
        wants = param.include_references
        references = await asyncio.to_thread(find_references, text, context) if wants else ()
        answer = Answer(text, references, context, answerer.model, clock.seconds)
        if call:
            answer = replace(
                answer,
                prompt_tokens=call.prompt_tokens,
                completion_tokens=call.completion_tokens,
                finish_reason=call.finish_reason,
            )
            await self._record(messages, call, read, slot, answer)
        yield answer

    async def _record(
        self,
        messages: tuple[Message, ...],
        call: Completion | ModelError,
        read: Read | None,
        slot: Slot | None = None,
        answer: Answer | None = None,
    ) -> None:
        """In the ledger, and an answer in the cache. The answer is there: no failure takes it."""
        chat = self.models.chat
        try:
            found = await self.workspaces.look_up(self.workspace)
            if chat and found is not None:
                ledger = Ledger(self.cache.storage.model_calls, chat, found)
                ledger.record(ChatRequest(messages, "answer", read=read), call)
                await ledger.flush()
            # What had to be done without something would be given long after it is back.
            if slot and answer and not answer.context.notes:
                await self.cache.keep(slot, answer)
        except SqlragError as error:
            _log.warning("A call of %s was not recorded. %s", self.models.answerer.model, error)


def spread_answer(answer: Answer, question: str, param: QueryParam) -> dict[str, Any]:
    """An answer and its context side by side, as it goes out: `answer` is its text. The rows of the
    context are there where they are wanted; what was searched, where it is not the question."""
    told = spread(answer.context) | spread(answer) | {"answer": answer.text}
    # Asked for and empty is told, which only a list is: an empty tuple is the default, left out.
    told |= {name: list(told[name]) for name in _ROWS}
    left_out = {"question", "context", "text"}
    if told["searched"] == question:
        left_out.add("searched")
    if not (param.only_need_context or param.explain):
        left_out |= {*_ROWS, "plan", "rows_read"}
    return {name: told[name] for name in told.keys() - left_out}


def spread(found: Context | Answer) -> dict[str, Any]:
    """Its fields."""
    return {one.name: getattr(found, one.name) for one in fields(found)}
