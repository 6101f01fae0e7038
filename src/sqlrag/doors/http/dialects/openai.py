"""The door for clients of OpenAI who chat."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from litestar import Request, Response
from litestar.params import JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Struct

from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.domain.retrieval import Answer, Context, FinishReason, Reference
from sqlrag.doors.http.addresses import Locate, RagOfWorkspace, locating
from sqlrag.doors.http.dialects.conversations import (
    ModelName,
    Turn,
    read_conversation,
    tell,
)
from sqlrag.doors.http.errors import Dialect, Problem, describe_error
from sqlrag.doors.http.openapi import RESPONSES, door
from sqlrag.doors.http.streams import begin, close_stream
from sqlrag.doors.shapes import describe
from sqlrag.rag.answering import Steps
from sqlrag.rag.citations import refer_each


class _Error(Struct, frozen=True):
    message: str
    type: str
    code: str
    param: None = None


class Failure(Struct, frozen=True):
    error: _Error


class _StreamOptions(Struct, frozen=True):
    include_usage: bool | None = None


class ChatRequest(Struct, frozen=True):
    """What is not named here is for the model to know, and the server's to say."""

    model: ModelName
    messages: Annotated[list[Turn], tell("The last is the question.", minItems=1)]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    n: Annotated[int | None, tell(minimum=1, maximum=1)] = None
    tools: Annotated[list[Any] | None, tell(maxItems=0)] = None
    functions: Annotated[list[Any] | None, tell(maxItems=0)] = None
    response_format: Annotated[
        dict[str, Any] | None, tell(properties={"type": {"const": "text"}})
    ] = None


class _UrlCitation(Struct, frozen=True):
    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Struct, frozen=True):
    """A citation in the text; `reference` is what the number there stands for."""

    url_citation: _UrlCitation
    reference: Reference
    type: Literal["url_citation"] = "url_citation"


class Usage(Struct, frozen=True):
    """The tokens of the call that wrote the answer; 0 where no model was called."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class _Message(Struct, frozen=True):
    content: str
    annotations: list[Annotation]
    role: Literal["assistant"] = "assistant"
    refusal: None = None


class _Choice(Struct, frozen=True):
    message: _Message
    index: int = 0
    finish_reason: FinishReason = "stop"
    logprobs: None = None


class ChatCompletion(Struct, frozen=True):
    id: str
    created: int
    model: str
    choices: list[_Choice]
    usage: Usage | None
    object: Literal["chat.completion"] = "chat.completion"


class _Delta(Struct, frozen=True, omit_defaults=True):
    role: str | None = None
    content: str | None = None
    annotations: list[Annotation] | None = None


class _Piece(Struct, frozen=True):
    delta: _Delta
    index: int = 0
    finish_reason: FinishReason | None = None


class ChatChunk(Struct, frozen=True):
    id: str
    created: int
    model: str
    choices: list[_Piece]
    usage: Usage | None = None
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"


def _tell(problem: Problem) -> Failure:
    kind = problem.type.rpartition(":")[2].replace("-", "_")
    types = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    usual = "server_error" if problem.status >= 500 else "invalid_request_error"
    return Failure(_Error(problem.detail, types.get(problem.status, usual), kind))


DIALECT = Dialect(Failure, _tell)


def _describe_data(data: dict[str, Any]) -> dict[str, Any]:
    named = {"type": "object", "properties": {"data": {"type": "string", **data}}}
    return {**named, "required": ["data"]}


_JSON: dict[str, Any] = {"pattern": "^{", "contentMediaType": "application/json"}
_EVENTS = {
    "oneOf": [
        _describe_data({"const": "[DONE]"}),
        _describe_data(
            {**_JSON, "contentSchema": {"oneOf": [describe(ChatChunk), describe(Failure)]}}
        ),
    ]
}
_EXAMPLES = RESPONSES["create_chat_completion"]


@door(
    "POST /v1/chat/completions",
    "Ask as a client of OpenAI does",
    (NotFound, Conflict, ModelError),
    returns=ChatCompletion,
    takes=ChatRequest,
    streams={
        "application/json": (describe(ChatCompletion), _EXAMPLES["whole"]),
        "text/event-stream": (_EVENTS, _EXAMPLES["stream"]),
    },
    middleware=[close_stream],
    role="reader",
    speaks=DIALECT,
)
async def create_chat_completion(
    data: JSONBody[Any], rag: RagOfWorkspace, request: Request[Any, Any, Any]
) -> Response[Any]:
    """An answer to the last message, with what its numbers stand for as annotations, in the message
    or with its last piece. The model says how to retrieve; who writes is the server's to say, and
    so are temperature and lengths. With `stream` as it is written: closing the connection stops
    the model.
    """
    _check(data)
    question, param = read_conversation(data.model, data.messages)
    head = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time.time()), "model": data.model}
    locate_source = locating(rag, request)
    if data.stream:
        counts = bool(data.stream_options and data.stream_options.include_usage)
        steps = await begin(request.scope, rag.stream(question, param))
        return ServerSentEvent(_stream(steps, head, locate_source, counts))
    answer = await rag.query(question, param)
    annotations = await asyncio.to_thread(_annotate, answer.text, answer, locate_source)
    choice = _Choice(_Message(answer.text, annotations), finish_reason=answer.finish_reason)
    return Response(ChatCompletion(**head, choices=[choice], usage=_count(answer)))


def _check(data: ChatRequest) -> None:
    if data.n not in (None, 1):
        raise BadInput(f"n is {data.n}; there is one answer to a question, so leave it out.")
    if data.tools or data.functions:
        raise BadInput("Tools are not called here; leave them out.")
    if (data.response_format or {}).get("type", "text") != "text":
        raise BadInput("An answer is text; leave out response_format.")


async def _stream(
    steps: Steps, head: dict[str, Any], locate_source: Locate, counts: bool
) -> AsyncGenerator[ServerSentEventMessage, None]:
    written = ""
    try:
        async for step in steps:
            if isinstance(step, Context):
                yield _event(ChatChunk(**head, choices=[_Piece(_Delta("assistant", ""))]))
            elif isinstance(step, str):
                written += step
                yield _event(ChatChunk(**head, choices=[_Piece(_Delta(content=step))]))
            else:
                cited = await asyncio.to_thread(_annotate, written, step, locate_source)
                last = _Piece(_Delta(annotations=cited), finish_reason=step.finish_reason)
                yield _event(ChatChunk(**head, choices=[last]))
                if counts:
                    yield _event(ChatChunk(**head, choices=[], usage=_count(step)))
        yield ServerSentEventMessage(data="[DONE]")
    except Exception as error:
        yield _event(_tell(describe_error(error)))


def _event(data: Struct) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(data))


def _annotate(text: str, answer: Answer, locate_source: Locate) -> list[Annotation]:
    """A citation for every number, where it stands in the text."""
    return [
        Annotation(
            _UrlCitation(
                cited.start, cited.end, found.title or found.source_key, locate_source(found)
            ),
            found,
        )
        for cited, found in refer_each(text, answer.context)
    ]


def _count(answer: Answer) -> Usage | None:
    """None where the endpoint does not count."""
    read, written = answer.prompt_tokens, answer.completion_tokens
    if read is None or written is None:
        return None
    return Usage(read, written, read + written)
