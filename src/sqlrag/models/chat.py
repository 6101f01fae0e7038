"""A chat model at an OpenAI-compatible endpoint: replies as a whole, and answers in pieces."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.models.endpoint import Endpoint, Usage, render_turns
from sqlrag.models.failures import FormatRefused


class OpenAIChat:
    """Completes conversations, all at once under the endpoint's limit for `kind` of calls.

    A request with a schema asks for it strictly; an endpoint that refuses response_format is
    asked again without, and from then on always without. `seconds` hold the call and its
    retries, not the wait for a place under the limit.
    """

    def __init__(self, endpoint: Endpoint, model: str, kind: str = "chat") -> None:
        self.model = model
        self._endpoint = endpoint
        self._call = endpoint.name_call(kind, model)
        self._takes_format = True

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        return await asyncio.gather(*map(self._complete, requests))

    async def _complete(self, request: ChatRequest) -> Completion | ModelError:
        try:
            reply, seconds = await self._post(request)
            text = self._read_text(reply)
        except ModelError as error:
            return error
        read, written = (_read_count(reply, name) for name in ("prompt", "completion"))
        return Completion(text, read, written, seconds)

    async def _post(self, request: ChatRequest) -> tuple[Any, float]:
        options: dict[str, Any] = {"messages": render_turns(request.messages)}
        if request.schema is not None and self._takes_format:
            asked = {**options, "response_format": _render_format(request)}
            try:
                return await self._endpoint.post_chat(self._call, asked)
            except FormatRefused:
                self._takes_format = False
        return await self._endpoint.post_chat(self._call, options)

    def _read_text(self, reply: Any) -> str:
        try:
            text = reply["choices"][0]["message"]["content"]
        except (TypeError, LookupError):
            raise self._call.garbage("it is not a chat completion") from None
        if text is not None and not isinstance(text, str):
            raise self._call.garbage("it is not a chat completion")
        if not text or not text.strip():
            raise self._call.garbage("it is empty")
        return text


class OpenAIAnswerer:
    """Streams what a chat model writes. `seconds` of a call last until the last piece was read."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.model = model
        self._endpoint = endpoint

    async def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncGenerator[str | Completion, None]:
        start = time.perf_counter()
        written: list[str] = []
        usage = Usage(None, None)
        async with aclosing(self._endpoint.stream_chat(self.model, messages)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    usage = piece
                    continue
                written.append(piece)
                yield piece
        if not written:
            raise self._endpoint.name_call("chat", self.model).garbage("it is empty")
        took = usage.prompt_tokens, usage.completion_tokens, time.perf_counter() - start
        yield Completion("".join(written), *took)


def _render_format(request: ChatRequest) -> dict[str, Any]:
    name = re.sub(r"[^\w-]", "_", request.purpose, flags=re.ASCII)[:64] or "reply"
    schema = {"name": name, "strict": True, "schema": dict(request.schema or {})}
    return {"type": "json_schema", "json_schema": schema}


def _read_count(reply: dict[str, Any], kind: str) -> int | None:
    usage = reply.get("usage")
    count = usage.get(f"{kind}_tokens") if isinstance(usage, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None
