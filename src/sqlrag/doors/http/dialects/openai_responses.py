"""The door for clients of OpenAI who ask by responses, of a vector store or of a workspace."""

import re
import time
from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

from litestar import Request
from litestar import Response as Answered
from litestar.params import JSONBody
from litestar.response import ServerSentEvent
from msgspec import Struct, structs

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.domain.retrieval import QueryParam
from sqlrag.doors.http.addresses import RagOfWorkspace, locating
from sqlrag.doors.http.dialects.conversations import (
    ModelName,
    Part,
    Turn,
    read_conversation,
    tell,
)
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.dialects.openai_filters import Filters, read_filters
from sqlrag.doors.http.dialects.openai_response_stream import Telling
from sqlrag.doors.http.dialects.openai_response_types import Event, Response
from sqlrag.doors.http.dialects.openai_search import check_most
from sqlrag.doors.http.dialects.openai_stores import open_store
from sqlrag.doors.http.openapi import RESPONSES, door
from sqlrag.doors.http.streams import begin, close_stream
from sqlrag.doors.shapes import describe

_TEXTS = ("input_text", "output_text", "text")
_RESULTS = "file_search_call.results"
_CHOICES = ("auto", "required", {"type": "file_search"}, None)
_EXAMPLES = RESPONSES["create_response"]
_JSON = {"type": "string", "contentMediaType": "application/json"}
_EVENT = {"event": {"type": "string"}, "data": {**_JSON, "contentSchema": describe(Event)}}
_EVENTS = {"type": "object", "properties": _EVENT, "required": ["event", "data"]}
_Absent = Annotated[Any, tell("None.", enum=[None])]


class _Item(Struct, frozen=True):
    role: Annotated[str, tell(enum=["system", "developer", "user", "assistant"])] = ""
    content: str | list[Part] | None = None
    type: Annotated[str, tell(enum=["message"])] = "message"


class Tool(Struct, frozen=True):
    type: Annotated[str, tell(enum=["file_search"])]
    vector_store_ids: Annotated[list[str] | None, tell("One.", minItems=1, maxItems=1)] = None
    filters: Filters = None
    max_num_results: Annotated[int | None, tell(minimum=1, maximum=50)] = None
    ranking_options: dict[str, Any] | None = None


class ConversationOf(Struct, frozen=True):
    id: Annotated[str, tell("Such as conv_12.")]


class ResponseRequest(Struct, frozen=True):
    """What is not named here is for the model to know, and the server's to say."""

    model: ModelName
    input: Annotated[str | list[_Item], tell("A question, or a conversation that ends with one.")]
    instructions: Annotated[str | None, tell("A wish as to the answer.")] = None
    tools: Annotated[list[Tool] | None, tell("To ask of a vector store.", maxItems=1)] = None
    tool_choice: Any = None
    include: Annotated[list[str] | None, tell(f"`{_RESULTS}`: what was found.")] = None
    stream: bool | None = None
    metadata: Annotated[dict[str, str] | None, tell("Told again.")] = None
    text: Annotated[dict[str, Any] | None, tell(properties={"format": {}})] = None
    background: Annotated[bool | None, tell(enum=[None, False])] = None
    previous_response_id: _Absent = None
    conversation: Annotated[
        str | ConversationOf | None,
        tell("One that was begun at /v1/conversations, as `conv_` and its id."),
    ] = None
    prompt: _Absent = None


@door(
    "POST /v1/responses",
    "Ask as a client of OpenAI's responses does",
    (NotFound, Conflict, ModelError),
    returns=Response,
    takes=ResponseRequest,
    streams={
        "application/json": (describe(Response), _EXAMPLES["whole"]),
        "text/event-stream": (_EVENTS, _EXAMPLES["stream"]),
    },
    middleware=[close_stream],
    role="reader",
    speaks=DIALECT,
)
async def create_response(
    data: JSONBody[Any], rag: RagOfWorkspace, request: Request[Any, Any, Any]
) -> Answered[Any]:
    """An answer to the last of the input. With the tool `file_search` of one vector store, which is
    searched first, and whose files are cited; without it, of the workspace of the address, by
    addresses of documents. Nothing is stored: a conversation is sent whole, unless one that is kept
    is named, which knows its turns and has the answer.
    """
    _check(data)
    question, param = _read(data)
    asked = rag
    if data.tools:
        asked, param = await _aim(rag, data.tools, param)
    telling = Telling(
        _begin(data), locating(asked, request), bool(data.tools), _RESULTS in (data.include or ())
    )
    if data.stream:
        steps = await begin(request.scope, asked.stream(question, param))
        return ServerSentEvent(telling.stream(steps))
    answer = await asked.query(question, param)
    return Answered(await telling.finish(answer.text, answer))


def _read(data: ResponseRequest) -> tuple[str, QueryParam]:
    items = [_Item("user", data.input)] if isinstance(data.input, str) else data.input
    turns = [Turn("developer", data.instructions)] if data.instructions else []
    for one in items:
        if one.type != "message":
            raise BadInput(f'The input has an item of type "{one.type[:40]}"; send messages alone.')
        content = one.content
        if isinstance(content, list):
            content = [structs.replace(p, type="text") if p.type in _TEXTS else p for p in content]
        turns.append(Turn(one.role, content))
    question, param = read_conversation(data.model, turns)
    return question, replace(param, conversation_id=_read_id(data.conversation))


def _read_id(named: str | ConversationOf | None) -> int | None:
    """Raises NotFound for what is no id of ours."""
    given = named.id if isinstance(named, ConversationOf) else named
    if given is None:
        return None
    found = re.fullmatch(r"(?:conv_)?([1-9][0-9]{0,14})", given, re.ASCII)
    if not found:
        raise NotFound(
            f'There is no conversation "{given[:40]}"; POST /v1/conversations begins one.'
        )
    return int(found[1])


def _check(data: ResponseRequest) -> None:
    """Raises BadInput for what would change the answer and cannot be had."""
    if data.previous_response_id is not None:
        raise BadInput(
            "Responses are not kept here; send the whole conversation as the input, or name one of "
            "/v1/conversations."
        )
    if data.prompt is not None:
        raise BadInput("There are no kept prompts here; send the input, and leave out prompt.")
    if data.background:
        raise BadInput("Responses are not made in the background; leave out background.")
    if ((data.text or {}).get("format") or {"type": "text"}) != {"type": "text"}:
        raise BadInput("An answer is text; leave out text.format.")
    tools = data.tools or []
    for one in tools:
        if one.type != "file_search":
            raise BadInput(f'The tool "{one.type[:40]}" is not had here; file_search is.')
    choices = _CHOICES if tools else ("auto", "none", None)
    if data.tool_choice not in choices:
        raise BadInput("tool_choice asks for what there is not; leave it out.")


async def _aim(rag: Rag, tools: list[Tool], param: QueryParam) -> tuple[Rag, QueryParam]:
    """The workspace of the vector store, and how to search it. Raises BadInput, NotFound."""
    ids = {store_id for one in tools for store_id in one.vector_store_ids or ()}
    if len(tools) > 1 or len(ids) != 1:
        raise BadInput(
            f"file_search names {len(ids)} vector stores; a question is asked of one, so name one, "
            "in one tool."
        )
    (tool,) = tools
    if (tool.ranking_options or {}).get("score_threshold"):
        raise BadInput("An answer knows no score_threshold; leave it out, or search the store.")
    param = replace(param, filters=read_filters(tool.filters))
    if tool.max_num_results is not None:
        param = replace(param, chunk_top_k=check_most(tool.max_num_results))
    return await open_store(rag, ids.pop()), param


def _begin(data: ResponseRequest) -> Response:
    talk = _read_id(data.conversation)
    return Response(
        id=f"resp_{uuid4().hex}",
        created_at=int(time.time()),
        model=data.model,
        status="in_progress",
        instructions=data.instructions,
        metadata=data.metadata or {},
        tools=list(data.tools or ()),
        tool_choice=data.tool_choice or "auto",
        conversation={"id": f"conv_{talk}"} if talk else None,
    )
