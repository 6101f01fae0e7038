"""One OpenAI-compatible endpoint: its client, its limits and its failures."""

import json
import time
from asyncio import Semaphore
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import msgspec
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import Message
from sqlrag.models.failures import Call, UsageRefused

OPENAI_URL = "https://api.openai.com/v1"
_OPENAI = ("OPENAI_BASE_URL", "OPENAI_API_KEY", "/v1")
_NO_KEY = "none"  # local servers want no key, but the client insists on one
_NO_STREAM = "it is not a stream of chat completions"
_SETTINGS = {
    "embedding": "SQLRAG_EMBEDDING_MODEL",
    "chat": "SQLRAG_CHAT_MODEL",
    "extraction": "SQLRAG_EXTRACTION_MODEL",
    "rerank": "SQLRAG_RERANK_MODEL",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a call read and wrote, as the endpoint counted them."""

    prompt_tokens: int | None
    completion_tokens: int | None


class Endpoint:
    """The only way out to a model; belongs to the event loop it is first used in.

    `timeout` is in seconds and holds for one attempt: to connect, and for each read, so a stream
    may last longer. The client repeats an attempt up to `retries` times after 408, 409, 429, 5xx,
    timeouts and lost connections, 0.5 to 8 s apart (doubling, less up to a quarter by chance) or
    as Retry-After says. At most `concurrency` calls of each kind (embedding, chat, extraction,
    rerank) run at once: neither slow readers of streams nor ingestion hold up a question.
    `names` are the settings of URL and key, and how such URLs end, for people.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 60.0,
        retries: int = 4,
        concurrency: int = 8,
        names: tuple[str, str, str] = _OPENAI,
    ) -> None:
        url = _read_url(base_url or OPENAI_URL, names)
        key = _read_key(api_key or "", names)
        self._url, self._names = url.geturl(), names
        self.host = url.netloc.rpartition("@")[2]
        self.timeout = timeout
        self.retries = retries
        self._secrets = tuple(secret for secret in (key, url.password) if secret)
        self._limits = {kind: Semaphore(concurrency) for kind in _SETTINGS}
        self._takes_usage = True
        # Its transport costs half the processor time of the usual one when many calls are in work.
        self._client = openai.AsyncOpenAI(
            api_key=key or _NO_KEY,
            base_url=self._url,
            timeout=timeout,
            max_retries=retries,
            http_client=openai.DefaultAioHttpClient(timeout=timeout),
        )

    def __repr__(self) -> str:
        return f"Endpoint({self.host})"

    async def close(self) -> None:
        await self._client.close()

    def name_call(self, kind: str, model: str) -> Call:
        """How errors name a call; kind is 'embedding', 'chat', 'extraction' or 'rerank'."""
        limits = (self.timeout, self.retries, self._secrets)
        return Call(kind, model, self.host, _SETTINGS[kind], *limits, *self._names)

    async def post_embeddings(self, model: str, options: dict[str, Any]) -> Any:
        """The decoded JSON of one embeddings call, not checked further. Raises ModelError."""
        call = self.name_call("embedding", model)
        async with self._limits["embedding"]:
            return await self._post("/embeddings", call, {"model": model, **options})

    async def post_chat(self, call: Call, options: dict[str, Any]) -> tuple[Any, float]:
        """The decoded JSON of one chat completion, not checked further, and the seconds it took,
        without the wait for a place under the limit. Raises ModelError."""
        async with self._limits[call.kind]:
            start = time.perf_counter()
            body = {"model": call.model, **options}
            reply = await self._post("/chat/completions", call, body)
            return reply, time.perf_counter() - start

    async def post(self, call: Call, body: dict[str, Any]) -> Any:
        """The decoded JSON of one call to the endpoint's very URL. Raises ModelError."""
        async with self._limits[call.kind]:
            return await self._post(self._url, call, body)

    async def _post(self, url: str, call: Call, body: dict[str, Any]) -> Any:
        # The client's typed methods walk every message and every reply once more, which costs
        # more than the request itself; its retries, timeouts and errors are in its `post`.
        content = msgspec.json.encode(body)
        try:
            reply = await self._client.post(url, content=content, cast_to=object)
        except json.JSONDecodeError:
            raise call.garbage("it is not JSON") from None
        except Exception as error:
            # The chain is cut: what lies below may hold the request with its headers.
            raise call.explain(error) from None
        if isinstance(reply, str):  # what the client makes of anything but JSON
            raise call.garbage("it is not JSON")
        return reply

    async def stream_chat(
        self, model: str, messages: Sequence[Message]
    ) -> AsyncGenerator[str | Usage, None]:
        """Pieces of the answer as they come, and what it took, where the endpoint tells.

        Closing the iterator hangs up. Raises ModelError.
        """
        call = self.name_call("chat", model)
        async with self._limits["chat"]:
            stream = await self._open_chat(call, messages)
            started = finished = False
            async with stream:
                chunks = aiter(stream)
                while (chunk := await _read_chunk(chunks, call)) is not None:
                    piece, reason = _read_choice(chunk, call)
                    started, finished = True, finished or reason is not None
                    if piece:
                        yield piece
                    if usage := _read_usage(chunk):
                        yield usage
            if not started:
                raise call.garbage(_NO_STREAM)
            if not finished:
                raise call.broke_off("it has no end")

    async def _open_chat(
        self, call: Call, messages: Sequence[Message]
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        """An endpoint that refuses to count tokens is asked again, and then always, without."""
        counting = {"stream_options": {"include_usage": True}} if self._takes_usage else None
        try:
            return await self._client.chat.completions.create(
                model=call.model, messages=render_turns(messages), stream=True, extra_body=counting
            )
        except Exception as error:
            explained = call.explain(error)
        if not isinstance(explained, UsageRefused) or not counting:
            raise explained
        self._takes_usage = False
        return await self._open_chat(call, messages)


def render_turns(messages: Sequence[Message]) -> list[ChatCompletionMessageParam]:
    turns = [{"role": m.role, "content": clean_text(m.content)} for m in messages]
    return cast(list[ChatCompletionMessageParam], turns)


def clean_text(text: str) -> str:
    """Text that can be sent: lone surrogates have no UTF-8 form."""
    return text.encode("utf-8", "replace").decode("utf-8")


async def _read_chunk(
    chunks: AsyncIterator[ChatCompletionChunk], call: Call
) -> ChatCompletionChunk | None:
    try:
        return await anext(chunks, None)
    except Exception as error:
        raise call.explain_stream(error) from None


def _read_choice(chunk: ChatCompletionChunk, call: Call) -> tuple[str | None, str | None]:
    """Text and finish reason; the client does not check the shape of what it read."""
    try:
        if not chunk.choices:
            return None, None  # a chunk of usage figures
        choice = chunk.choices[0]
        piece = choice.delta.content if choice.delta else None
        reason = choice.finish_reason
    except (AttributeError, TypeError, LookupError):
        raise call.garbage(_NO_STREAM) from None
    if piece is not None and not isinstance(piece, str):
        raise call.garbage(_NO_STREAM)
    return piece, reason


def _read_usage(chunk: ChatCompletionChunk) -> Usage | None:
    usage = getattr(chunk, "usage", None)
    counts = (getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
    read, written = (count if isinstance(count, int) else None for count in counts)
    return Usage(read, written) if read is not None or written is not None else None


def _read_url(base_url: str, names: tuple[str, str, str]) -> SplitResult:
    try:
        url = urlsplit(base_url.strip())
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadInput(
            f"{names[0]} is not a URL of the form http://host:port{names[2]} or"
            f" https://host{names[2]}; correct it."
        )
    return url


def _read_key(api_key: str, names: tuple[str, str, str]) -> str:
    """The key without the white space that pasting adds; anything else odd is refused here,
    where it is not yet part of an error message of the HTTP library."""
    key = api_key.strip()
    if not (key.isascii() and (key.isprintable() or not key)):
        raise BadInput(f"{names[1]} holds characters no key has; set it again.")
    return key
