"""Questions of clients of LightRAG: an answer, one in pieces, or what was retrieved."""

from collections.abc import AsyncGenerator, Iterable
from typing import Any

import msgspec
from litestar.params import JSONBody
from litestar.response import Stream
from litestar.types import Scope

from sqlrag.domain.errors import Conflict, ModelError, NotFound
from sqlrag.domain.retrieval import Answer, Context, QueryParam, Reference, ScoredChunk
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.lightrag.questions import (
    FailedLine,
    Found,
    FoundChunk,
    FoundEntity,
    FoundRelation,
    Line,
    QueryAnswered,
    QueryAsked,
    QueryFound,
    Referred,
    read_question,
)
from sqlrag.doors.http.dialects.lightrag.speaking import lightrag
from sqlrag.doors.http.errors import describe_error
from sqlrag.doors.http.openapi import RESPONSES
from sqlrag.doors.http.streams import begin, close_stream
from sqlrag.doors.shapes import describe
from sqlrag.rag.answering import Steps

_FAILURES = (NotFound, Conflict, ModelError)
_LINES = "application/x-ndjson"


@lightrag(
    "POST /query", "Ask as a client of LightRAG does", _FAILURES, takes=QueryAsked, role="reader"
)
async def ask_as_lightrag(data: JSONBody[Any], rag: RagOfWorkspace) -> QueryAnswered:
    """An answer, at the end of which stands what its numbers stand for, unless `include_references`
    is false. `references` are those that are cited."""
    question, param = read_question(data)
    answer = await rag.query(question, param)
    wants = param.include_references
    return QueryAnswered(
        response=answer.text + (list_cited(answer.references) if wants else ""),
        references=_cite(answer, bool(data.include_chunk_content)) if wants else None,
        response_time=round(sum(answer.seconds.values()), 3),
        llm_generated=_is_generated(rag, param),
    )


@lightrag(
    "POST /query/stream",
    "Ask as a client of LightRAG does, and read the answer as it is written",
    _FAILURES,
    takes=QueryAsked,
    returns=str,
    streams={
        _LINES: (
            {"oneOf": [describe(Line), describe(FailedLine)]},
            RESPONSES.get("stream_as_lightrag"),
        )
    },
    middleware=[close_stream],
    role="reader",
)
async def stream_as_lightrag(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> Stream:
    """A line of JSON for each piece. The first has what was found, since what will be cited is not
    known by then; the text ends with what was. What fails after that is a line with `error`."""
    question, param = read_question(data)
    steps = await begin(scope, rag.stream(question, param))
    wants_text, is_generated = bool(data.include_chunk_content), _is_generated(rag, param)
    told = _tell(steps, param.include_references, wants_text, is_generated)
    return Stream(told, media_type=_LINES)


@lightrag(
    "POST /query/data",
    "Retrieve as a client of LightRAG does",
    _FAILURES,
    takes=QueryAsked,
    role="reader",
)
async def retrieve_as_lightrag(data: JSONBody[Any], rag: RagOfWorkspace) -> QueryFound:
    """What an answer would be made of. Entities and relations are of the graph, not of a file:
    `source_id`, `file_path` and `reference_id` are of chunks alone."""
    question, param = read_question(data)
    context = await rag.search(question, param)
    counts = {
        f"final_{name}_count": len(getattr(context, kind))
        for name, kind in (
            ("entities", "entities"),
            ("relations", "relations"),
            ("chunks", "chunks"),
        )
    }
    keywords = {"high_level": context.hl_keywords, "low_level": context.ll_keywords}
    metadata = {"query_mode": context.mode, "keywords": keywords, "processing_info": counts}
    found = _find(context, param.include_references)
    return QueryFound("success", "Retrieved.", found, metadata)


async def _tell(
    steps: Steps, wants: bool, wants_text: bool, is_generated: bool
) -> AsyncGenerator[bytes, None]:
    try:
        async for step in steps:
            if isinstance(step, Context):
                found = _refer(step.chunks, wants_text) if wants else None
                yield _encode(Line(references=found, llm_generated=is_generated))
            elif isinstance(step, str):
                yield _encode(Line(response=step))
            else:
                if wants and (cited := list_cited(step.references)):
                    yield _encode(Line(response=cited))
                yield _encode(Line(response_time=round(sum(step.seconds.values()), 3)))
    except Exception as error:
        yield _encode(FailedLine(describe_error(error).detail))


def list_cited(references: Iterable[Reference]) -> str:
    """What the numbers of the text stand for, in the text, which is all that the Web UI shows."""
    lines = [
        f"- [{one.number}] {one.title or one.source_key}{f', page {one.page}' if one.page else ''}"
        for one in references
    ]
    return "\n\n### References\n\n" + "\n".join(lines) if lines else ""


def _cite(answer: Answer, wants_text: bool) -> list[Referred]:
    texts = {one.chunk_id: one.content for one in answer.context.chunks} if wants_text else {}
    return [
        Referred(
            str(one.number),
            one.source_key,
            [texts.get(one.chunk_id, one.quote)] if wants_text else None,
            one,
        )
        for one in answer.references
    ]


def _refer(chunks: Iterable[ScoredChunk], wants_text: bool = False) -> list[Referred]:
    return [
        Referred(str(one.rank), one.source_key, [one.content] if wants_text else None)
        for one in chunks
    ]


def _find(context: Context, wants: bool) -> Found:
    return Found(
        [FoundEntity(one.name, one.type, one.description) for one in context.entities],
        [
            FoundRelation(one.source, one.target, one.description, one.keywords, one.weight)
            for one in context.relations
        ],
        [
            FoundChunk(one.content, one.source_key, str(one.chunk_id), str(one.rank))
            for one in context.chunks
        ],
        _refer(context.chunks) if wants else [],
    )


def _is_generated(rag: Any, param: QueryParam) -> bool:
    """Whether a model writes, rather than that sentences are quoted or none are asked for."""
    return rag.models.chat is not None and not (param.only_need_context or param.only_need_prompt)


def _encode(line: Line | FailedLine) -> bytes:
    return msgspec.json.encode(line) + b"\n"


DOORS = (*ask_as_lightrag, *stream_as_lightrag, *retrieve_as_lightrag)
