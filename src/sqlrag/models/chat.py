"""A chat model at an OpenAI-compatible endpoint: replies as a whole, and answers in pieces."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from msgspec import Struct

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.models.endpoint import Endpoint
from sqlrag.models.failures import Call, Shape
from sqlrag.tracing import model_call

_COUNTING = {"include_usage": True}


class _Text(Struct):
    content: str | None = None


class _Choice(Struct):
    """`message` is of a whole reply, `delta` and `finish_reason` are of a piece of one."""

    message: _Text | None = None
    delta: _Text | None = None
    finish_reason: str | None = None


class _Reply(Shape):
    """A piece without choices tells of the usage, which some endpoints do in ways of their own."""

    lacks = "it is not a chat completion"
    choices: list[_Choice] | None
    usage: Any = None

    @property
    def tokens(self) -> tuple[int | None, int | None]:
        """Read and written, as the endpoint counted them."""
        usage = self.usage if isinstance(self.usage, dict) else {}
        read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
        return read if type(read) is int else None, written if type(written) is int else None


class OpenAIChat:
    """Completes conversations, all at once under the endpoint's limit for `kind` of calls, or
    streams what it writes of an answer.

    A request with a schema asks for it strictly, if the endpoint takes response_format. `seconds`
    hold the call and its retries, not the wait for a place under the limit; those of a stream last
    until its last piece was read.
    """

    def __init__(self, endpoint: Endpoint, model: str, kind: str = "chat") -> None:
        self.model = model
        self._endpoint = endpoint
        self._call = Call(endpoint, kind, model)

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        return await asyncio.gather(*map(self._complete, requests))

    async def _complete(self, request: ChatRequest) -> Completion | ModelError:
        body = {"messages": request.messages}
        option = _render_format(request)
        try:
            reply, seconds = await self._endpoint.post(self._call, body, _Reply, **option)
        except ModelError as error:
            return error
        message = reply.choices[0].message if reply.choices else None
        if message is None:
            return self._call.garbage(_Reply.lacks)
        if not message.content or not message.content.strip():
            return self._call.garbage("it is empty")
        return Completion(message.content, *reply.tokens, seconds)

    async def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncGenerator[str | Completion, None]:
        start, written = time.perf_counter(), list[str]()
        heard = finished = False
        tokens: tuple[int | None, int | None] = None, None
        body = {"messages": messages}
        stream = self._endpoint.stream(self._call, body, _Reply, stream_options=_COUNTING)
        told = self._call.kind, self.model, self._endpoint.host
        with model_call(*told, streams=True) as take:
            async with aclosing(stream):
                async for piece in stream:
                    heard, tokens = True, tokens if piece.tokens == (None, None) else piece.tokens
                    for choice in (piece.choices or ())[:1]:
                        finished = finished or choice.finish_reason is not None
                        if text := choice.delta and choice.delta.content:
                            written.append(text)
                            yield text
            take(tokens)
        if not heard:
            raise self._call.garbage("it is not a stream of chat completions")
        if not finished:
            raise self._call.broke_off("it has no end")
        if not written:
            raise self._call.garbage("it is empty")
        yield Completion("".join(written), *tokens, time.perf_counter() - start)


def _render_format(request: ChatRequest) -> dict[str, Any]:
    if request.schema is None:
        return {}
    name = re.sub(r"[^\w-]", "_", request.purpose, flags=re.ASCII)[:64] or "reply"
    schema = {"name": name, "strict": True, "schema": request.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
