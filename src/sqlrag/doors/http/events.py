"""The door through which one sees jobs move."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from sqlrag.domain.errors import BadInput, Forbidden, NotFound
from sqlrag.domain.jobs import JobChange
from sqlrag.domain.operations import LARGEST_ID
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.errors import Problem, describe_error
from sqlrag.doors.http.gate import ONLY_WAITS
from sqlrag.doors.http.openapi import RESPONSES, door
from sqlrag.doors.http.schemas import describe_event
from sqlrag.doors.http.streams import begin, close_stream

_TAKEN_WITHIN = 30.0  # seconds for a client to read what is sent
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _BEGINNING) // _MICROSECOND
_Track: Any = Annotated[
    UUID | None, QueryParameter(description="Only the jobs of a track; ends when they are over.")
]
_Job: Any = Annotated[
    int | None,
    QueryParameter(description="Only this job; ends when it is over.", ge=1, le=LARGEST_ID),
]
_LastEventId: Any = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="Go on after the event of this id."),
]


class _Done(Struct):
    pass


_EVENTS = {"job": JobChange, "done": _Done, "error": Problem}
_STREAMED = {"oneOf": [describe_event(name, kind) for name, kind in _EVENTS.items()]}


def give_up_on_silence(app: ASGIApp) -> ASGIApp:
    """Middleware: a client that does not read, but stays, is left."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_soon(message: Any) -> None:
            async with asyncio.timeout(_TAKEN_WITHIN):
                await send(message)

        try:
            await app(scope, receive, send_soon)
        except* TimeoutError:
            pass

    return run


@door(
    "GET /v1/events",
    "Follow jobs as they change",
    (NotFound,),
    returns=str,
    streams={"text/event-stream": (_STREAMED, RESPONSES.get("follow_jobs"))},
    middleware=[close_stream, give_up_on_silence],
    opt={ONLY_WAITS: True},
    role="reader",
)
async def follow_jobs(
    rag: RagOfWorkspace,
    scope: Scope,
    track_id: _Track = None,
    job_id: _Job = None,
    last_event_id: _LastEventId = None,
) -> ServerSentEvent:
    """Server-sent events: a `job` whenever its status or its progress has changed, from now on, or
    after a `Last-Event-ID`; a comment now and then. Of states that follow each other at once only
    the latest is told, and after a resumption some may be told again.

    With a track, or a job, the first events tell how it stands, and `done` is the last when all is
    over. An `error` event, with a problem, ends the stream early; follow again.
    """
    if rag.access.reads_as is not None:
        await _check_own(rag, job_id)
    after = None if last_event_id is None else _read_id(last_event_id)
    workspace = await rag.workspaces.get(rag.workspace)
    changes = rag.feed.follow(workspace, track_id, job_id, after)
    return ServerSentEvent(_tell(await begin(scope, changes)))


async def _check_own(rag: RagOfWorkspace, job_id: int | None) -> None:
    """Raises Forbidden, and NotFound where it is not one of who may read some documents."""
    if job_id is None:
        raise Forbidden("Who stands for principals follows questions of his own; name a job_id.")
    await rag.get_job(job_id)


async def _tell(
    changes: AsyncGenerator[Sequence[JobChange], None],
) -> AsyncGenerator[ServerSentEventMessage, None]:
    try:
        async with aclosing(changes):
            async for some in changes:
                if not some:
                    yield ServerSentEventMessage(data=None, comment="")
                for one in some:
                    data = msgspec.json.encode(one)
                    number = (one.changed_at - _BEGINNING) // _MICROSECOND
                    yield ServerSentEventMessage(data=data, event="job", id=number)
        yield ServerSentEventMessage(data="{}", event="done")
    except Exception as error:
        yield ServerSentEventMessage(data=msgspec.json.encode(describe_error(error)), event="error")


def _read_id(text: str) -> datetime:
    """The time that an id stands for, in microseconds. Raises BadInput."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not 0 <= number <= _LATEST:
        raise BadInput(f'Last-Event-ID is "{text[:40]}"; send the id of an event, or none.')
    return _BEGINNING + timedelta(microseconds=number)
