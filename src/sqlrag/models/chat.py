"""A chat model at an OpenAI-compatible endpoint: replies as a whole, and answers in pieces."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.domain.retrieval import Context, FinishReason, Message, QueryParam
from sqlrag.domain.thoughts import Thoughts, strip_thoughts
from sqlrag.models.endpoint import Endpoint
from sqlrag.models.failures import Call, Shape
from sqlrag.tracing import model_call

_COUNTING = {"include_usage": True}
_WHOLE = ("stop", "eos", "eos_token", "end_turn", "stop_sequence", "tool_calls", "function_call")
# By what endpoints call the end of a reply that is not whole: why, and what to do about it.
_LIMIT = "cut off at the model's limit", "ask for less, or raise the limit of its endpoint"
_FILTER = "cut off by the content filter of the endpoint", "ask otherwise"
_CUTS = {
    **dict.fromkeys(("length", "max_tokens", "model_length", "max_length"), _LIMIT),
    **dict.fromkeys(("content_filter", "safety", "recitation", "prohibited_content"), _FILTER),
}


class _Text(Struct):
    content: str | None = None


class _Choice(Struct):
    """`message` is of a whole reply, `delta` and `finish_reason` are of a piece of one."""

    message: _Text | None = None
    delta: _Text | None = None
    finish_reason: str | None = None

    @property
    def cut(self) -> tuple[str, str] | None:
        """How it was cut off, and what to do; None where it is whole, or goes on."""
        reason = (self.finish_reason or "stop").lower()
        known = None if reason in _WHOLE else (f"ended early ({reason[:40]})", "ask again")
        return _CUTS.get(reason, known)

    @property
    def ended(self) -> FinishReason:
        """The same for programs, which know two ways of being cut off."""
        cut = self.cut
        if cut == _LIMIT:
            return "length"
        return "content_filter" if cut == _FILTER else "stop"


class _Reply(Shape):
    """A piece without choices tells of the usage."""

    lacks = "it is not a chat completion"
    choices: list[_Choice] | None


class OpenAIChat:
    """Completes conversations, all at once under the endpoint's limit for `kind` of calls, or
    streams what it writes of an answer.

    A request with a schema asks for it strictly, if the endpoint takes response_format. `seconds`
    hold the call and its retries, not the wait for a place under the limit; those of a stream last
    until its last piece was read. What the model thinks is no part of a reply.
    """

    def __init__(self, endpoint: Endpoint, model: str, kind: str = "chat") -> None:
        self.model = model
        self._endpoint = endpoint
        self._call = Call(endpoint, kind, model)
        self._thinks_untagged = False

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        return await asyncio.gather(*map(self._complete, requests))

    async def _complete(self, request: ChatRequest) -> Completion | ModelError:
        body = {"messages": request.messages}
        option = _render_format(request)
        try:
            reply, seconds = await self._endpoint.post(self._call, body, _Reply, **option)
        except ModelError as error:
            return error
        choice = reply.choices[0] if reply.choices else _Choice()
        if choice.message is None:
            return self._call.garbage(_Reply.lacks)
        text = strip_thoughts(choice.message.content or "")
        if not text.strip():
            return self._explain_nothing(choice.cut)
        told = _tell_cut(choice.cut), choice.ended
        return Completion(text, *reply.tokens, seconds, *told)

    def _explain_nothing(self, cut: tuple[str, str] | None) -> ModelError:
        if cut is None:
            return self._call.garbage("it is empty")
        return self._call.failed(f"the answer was {cut[0]} before it began", cut[1])

    async def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncGenerator[str | Completion, None]:
        start, reading = time.perf_counter(), _Reading(Thoughts(self._thinks_untagged))
        body = {"messages": messages}
        stream = self._endpoint.stream(self._call, body, _Reply, stream_options=_COUNTING)
        told = self._call.kind, self.model, self._endpoint.host
        with model_call(*told, streams=True) as take:
            async with aclosing(stream):
                try:
                    async for piece in stream:
                        for shown in reading.take(piece):
                            yield shown
                except ModelError:
                    if rest := reading.take_rest():
                        yield rest
                    raise
            take(reading.tokens)
        if rest := reading.take_rest():
            yield rest
        self._thinks_untagged = reading.thoughts.are_untagged
        yield self._complete_stream(reading, time.perf_counter() - start)

    def _complete_stream(self, reading: "_Reading", seconds: float) -> Completion:
        if not reading.heard:
            raise self._call.garbage("it is not a stream of chat completions")
        if not reading.last.finish_reason:
            raise self._call.broke_off("it has no end")
        text = "".join(reading.written)
        if not text.strip():
            raise self._explain_nothing(reading.last.cut)
        told = _tell_cut(reading.last.cut), reading.last.ended
        return Completion(text, *reading.tokens, seconds, *told)


@dataclass(slots=True)
class _Reading:
    """What was read of a stream: whether anything, its end, and the answer so far."""

    thoughts: Thoughts
    heard: bool = False
    last: _Choice = field(default_factory=_Choice)
    tokens: tuple[int | None, int | None] = None, None
    written: list[str] = field(default_factory=list)

    def take(self, piece: _Reply) -> Iterator[str]:
        self.heard = True
        self.tokens = self.tokens if piece.tokens == (None, None) else piece.tokens
        for choice in (piece.choices or ())[:1]:
            self.last = choice if choice.finish_reason else self.last
            shown = self.thoughts.feed((choice.delta and choice.delta.content) or "")
            if self.thoughts.came_late:
                self.thoughts.came_late = False
                self.written.clear()
                yield "\n\n"
            if shown:
                self.written.append(shown)
                yield shown

    def take_rest(self) -> str:
        self.written.append(self.thoughts.feed("", ends=True))
        return self.written[-1]


def _tell_cut(cut: tuple[str, str] | None) -> str | None:
    return cut and f"The answer was {cut[0]}; {cut[1]}."


def _render_format(request: ChatRequest) -> dict[str, Any]:
    if request.schema is None:
        return {}
    name = re.sub(r"[^\w-]", "_", request.purpose, flags=re.ASCII)[:64] or "reply"
    schema = {"name": name, "strict": True, "schema": request.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
