"""Doors to answers: all at once, or as they are written."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import MISSING, dataclass, fields, replace
from typing import Annotated, Any, get_type_hints

import msgspec
from litestar import Response
from litestar.params import JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.types import Scope
from msgspec import Meta, Struct, defstruct

from sqlrag.domain.errors import BacklogFull, Conflict, ModelError, NotFound
from sqlrag.domain.jobs import Job
from sqlrag.domain.names import Words
from sqlrag.domain.retrieval import Answer, Context, QueryParam, Reference
from sqlrag.doors.http.addresses import RagOfWorkspace, locate
from sqlrag.doors.http.errors import Problem, describe_error
from sqlrag.doors.http.openapi import REQUESTS, RESPONSES, door
from sqlrag.doors.http.schemas import describe_event
from sqlrag.doors.http.streams import begin, close_stream
from sqlrag.doors.shapes import describe, unbounded
from sqlrag.rag.answering import Steps, spread, spread_answer
from sqlrag.rag.checking import LONGEST_QUESTION
from sqlrag.rag.citations import refer_to_chunks

_FAILURES = (NotFound, Conflict, ModelError)
_DONE = ("references", "model", "seconds", "cached")


def _fields(kind: type, read: Callable[[Any], Any] = lambda hint: hint) -> list[Any]:
    """The fields of a dataclass that have a default, as those of a struct."""
    hints = get_type_hints(kind, include_extras=True)
    return [
        (one.name, read(hints[one.name]), one.default)
        for one in fields(kind)
        if one.default is not MISSING
    ]


def _request(*fields: Any) -> Any:
    return defstruct("QueryRequest", fields, frozen=True, forbid_unknown_fields=True)


_LATER = (
    "background",
    Annotated[
        bool,
        Meta(description="Answer 202 with a job at once; the answer is the result of the job."),
    ],
    False,
)
_PLACED = (
    "places",
    Annotated[bool, Meta(description="Say where on its page each quote of a PDF stands.")],
    False,
)
# A question and how to answer it; rag/checking.py has a sentence for each bound.
QueryRequest = _request(("question", str), *_fields(QueryParam, unbounded))
_FIELDS = (("question", Annotated[Words, Meta(max_length=LONGEST_QUESTION)]), *_fields(QueryParam))
_TAKEN = describe(_request(*_FIELDS))
# `[n]` in the answer is the reference of that number. The rows of the context come with
# `only_need_context` or `explain`, the plan with `explain`.
QueryResponse: Any = defstruct(
    "QueryResponse",
    [
        ("answer", str),
        ("references", tuple[Reference, ...]),
        ("model", str),
        ("mode", str),
        ("seconds", dict[str, float]),
        *_fields(Answer),
        *_fields(Context),
    ],
    frozen=True,
    omit_defaults=True,
)


@dataclass(frozen=True, kw_only=True)
class QueryData(Context):
    """What was retrieved; the reference with number n is of the chunk of rank n."""

    references: tuple[Reference, ...]
    seconds: dict[str, float]


class _Token(Struct):
    text: str


class _Done(Struct):
    references: tuple[Reference, ...]
    model: str
    seconds: dict[str, float]
    cached: bool
    notes: tuple[str, ...] = ()
    turn: int | None = None


_EVENTS = {"context": Context, "token": _Token, "done": _Done, "error": Problem}
_STREAMED = {"oneOf": [describe_event(name, kind) for name, kind in _EVENTS.items()]}
_ASKED: dict[str, Any] = {
    "takes": QueryRequest,
    "content": {"application/json": (_TAKEN, REQUESTS["query"])},
}


@door(
    "POST /v1/query",
    "Ask a question",
    (*_FAILURES, BacklogFull),
    returns=QueryResponse,
    later=Job,
    takes=_request(("question", str), *_fields(QueryParam, unbounded), _LATER, _PLACED),
    content={
        "application/json": (describe(_request(*_FIELDS, _LATER, _PLACED)), REQUESTS["query"])
    },
    role="reader",
    repeats="kept",
)
async def query(data: JSONBody[Any], rag: RagOfWorkspace) -> Response[Any]:
    """A cited answer. `only_need_context` returns the scored chunks and the context as text,
    `only_need_prompt` the prompt, and no model writes an answer for either. `explain` adds the
    context to an answer: what led to each row, and the plan of the statement.

    With `conversation_id` it knows the earlier turns of a conversation, and is its next turn with
    its answer, if there is one. With `background` a job answers it; its result is kept for a day,
    or as long as the server says, and in a conversation names the turn.
    """
    question, param = _read(data)
    if data.background:
        job = await rag.enqueue_question(question, param)
        return Response(
            job, status_code=202, headers={"location": locate(rag, f"jobs/{job.job_id}")}
        )
    answer = await rag.query(question, param)
    if data.places:
        answer = replace(answer, references=await rag.place(answer.references))
    return Response(QueryResponse(**spread_answer(answer, question, param)))


@door(
    "POST /v1/query/data",
    "Retrieve for a question without answering it",
    _FAILURES,
    role="reader",
    repeats="kept",
    **_ASKED,
)
async def query_data(data: JSONBody[Any], rag: RagOfWorkspace) -> QueryData:
    """What an answer would be made of: entities, relations and chunks with their scores and the
    arms that found them. No model is asked for an answer.

    `[n]` in an answer would cite the chunk of rank n; its reference quotes the sentence that is
    nearest to the question.
    """
    question, param = _read(data)
    context = await rag.search(question, param)
    wants = param.include_references
    references = await asyncio.to_thread(refer_to_chunks, context) if wants else ()
    return QueryData(references=references, **spread(context))


@door(
    "POST /v1/query/stream",
    "Ask a question and read the answer as it is written",
    _FAILURES,
    returns=str,
    streams={"text/event-stream": (_STREAMED, RESPONSES["stream_query"])},
    middleware=[close_stream],
    role="reader",
    **_ASKED,
)
async def stream_query(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> ServerSentEvent:
    """Server-sent events with JSON data: one `context`, any number of `token`, one `done`.

    What fails before the context has an ordinary status; what fails later ends the stream with an
    `error` event that holds a problem. Closing the connection stops the model.
    """
    return ServerSentEvent(_tell(await begin(scope, rag.stream(*_read(data)))))


def _read(data: Any) -> tuple[str, QueryParam]:
    given = msgspec.structs.asdict(data)
    for beside in (_LATER, _PLACED):
        given.pop(beside[0], None)
    return given.pop("question"), QueryParam(**given)


async def _tell(steps: Steps) -> AsyncGenerator[ServerSentEventMessage, None]:
    try:
        async for step in steps:
            if isinstance(step, Context):
                yield _event("context", step)
            elif isinstance(step, str):
                yield _event("token", {"text": step})
            else:
                told = {name: getattr(step, name) for name in _DONE}
                told |= {} if step.turn is None else {"turn": step.turn}
                yield _event("done", told | {"notes": step.context.notes})
    except Exception as error:
        yield _event("error", describe_error(error))


def _event(name: str, data: Any) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(data), event=name)
