"""Doors to answers: all at once, or as they are written."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import msgspec
from litestar import post
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.types import Scope

from sqlrag.domain.retrieval import Answer, Context
from sqlrag.doors.http.errors import describe
from sqlrag.doors.http.openapi import QueryBody, returns
from sqlrag.doors.http.schemas import ContextEvent, DoneEvent, QueryData, QueryResponse, TokenEvent
from sqlrag.doors.http.services import Injected
from sqlrag.doors.http.streams import close_stream, hand_over
from sqlrag.rag.answering import Answering

Steps = AsyncGenerator[Context | str | Answer, None]


@post(
    "/v1/query",
    operation_id="query",
    summary="Ask a question",
    tags=["query"],
    status_code=200,
    responses=returns("query", QueryResponse, 200, (400, 404, 409, 502, 503)),
)
async def query(data: QueryBody, answering: Injected[Answering], workspace: str) -> QueryResponse:
    """A cited answer. `only_need_context` returns the scored chunks and the context as text,
    `only_need_prompt` the prompt, and no model writes an answer for either. `explain` adds the
    context to an answer: what led to each row, and the plan of the statement.
    """
    answer = await answering.answer(workspace, data.question, data.param())
    return _respond(answer, with_rows=data.only_need_context or data.explain)


@post(
    "/v1/query/data",
    operation_id="query_data",
    summary="Retrieve for a question without answering it",
    tags=["query"],
    status_code=200,
    responses=returns("query_data", QueryData, 200, (400, 404, 409, 502, 503)),
)
async def query_data(data: QueryBody, answering: Injected[Answering], workspace: str) -> QueryData:
    """What an answer would be made of: entities, relations and chunks with their scores and the
    arms that found them. No model is asked for an answer.

    `[n]` in an answer would cite the chunk of rank n; its reference quotes the sentence that is
    nearest to the question.
    """
    context, references = await answering.query_data(workspace, data.question, data.param())
    return QueryData(
        context.mode,
        context.entities,
        context.relations,
        context.chunks,
        references,
        context.seconds,
        context.reason,
    )


@post(
    "/v1/query/stream",
    operation_id="stream_query",
    summary="Ask a question and read the answer as it is written",
    tags=["query"],
    status_code=200,
    middleware=[close_stream],
    responses=returns(
        "stream_query", str, 200, (400, 404, 409, 502, 503), media_type="text/event-stream"
    ),
)
async def stream_query(
    data: QueryBody, answering: Injected[Answering], workspace: str, scope: Scope
) -> ServerSentEvent:
    """Server-sent events with JSON data: one `context`, any number of `token`, one `done`.

    What fails before the context has an ordinary status; what fails later ends the stream with an
    `error` event that holds a problem. Closing the connection stops the model.
    """
    steps = cast(Steps, answering.stream(workspace, data.question, data.param()))
    context = cast(Context, await anext(steps))
    events = _tell(context, steps)
    hand_over(scope, events)
    return ServerSentEvent(events)


def _respond(answer: Answer, with_rows: bool) -> QueryResponse:
    context = answer.context
    response = QueryResponse(
        answer.text,
        answer.references,
        answer.model,
        answer.seconds,
        cached=answer.cached,
        searched=context.searched if context.searched != context.question else None,
        ll_keywords=context.ll_keywords,
        hl_keywords=context.hl_keywords,
        notes=context.notes,
    )
    if not with_rows:
        return response
    return msgspec.structs.replace(
        response,
        chunks=context.chunks,
        entities=context.entities or None,
        relations=context.relations or None,
        plan=context.plan,
    )


async def _tell(context: Context, steps: Steps) -> AsyncGenerator[ServerSentEventMessage, None]:
    async with aclosing(steps):
        yield _event("context", _context_event(context))
        try:
            async for step in steps:
                if isinstance(step, str):
                    yield _event("token", TokenEvent(step))
                elif isinstance(step, Answer):
                    yield _event("done", _done_event(step))
        except Exception as error:
            yield _event("error", describe(error))


def _context_event(context: Context) -> ContextEvent:
    return ContextEvent(
        context.mode,
        context.chunks,
        context.entities,
        context.relations,
        context.seconds,
        context.searched,
        context.ll_keywords,
        context.hl_keywords,
        context.notes,
        context.plan,
        context.reason,
        context.rows_read,
    )


def _done_event(answer: Answer) -> DoneEvent:
    return DoneEvent(answer.references, answer.model, answer.seconds, answer.cached)


def _event(name: str, data: msgspec.Struct) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(data), event=name)
