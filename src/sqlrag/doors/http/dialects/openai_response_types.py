"""Answers as clients of OpenAI's responses have them, whole and in the events of a stream."""

from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from sqlrag.domain.retrieval import Answer, Reference
from sqlrag.domain.uploads import name_file
from sqlrag.doors.http.addresses import Locate
from sqlrag.rag.citations import refer_each

Status = Literal["in_progress", "completed", "incomplete", "failed"]


class FileCitation(Struct, frozen=True, tag_field="type", tag="file_citation"):
    """Of a vector store's file; `index` is where in the text it is cited."""

    file_id: str
    filename: str
    index: int
    reference: Reference


class UrlCitation(Struct, frozen=True, tag_field="type", tag="url_citation"):
    """Where no vector store was named."""

    start_index: int
    end_index: int
    title: str
    url: str
    reference: Reference


Citations = list[FileCitation | UrlCitation]


class Text(Struct, frozen=True):
    text: str
    annotations: list[Any]
    logprobs: tuple[()] = ()
    type: Literal["output_text"] = "output_text"


class Message(Struct, frozen=True, tag_field="type", tag="message"):
    id: str
    content: list[Text]
    status: Status
    role: Literal["assistant"] = "assistant"


class SearchResult(Struct, frozen=True):
    file_id: str
    filename: str
    score: float
    attributes: dict[str, Any]
    text: str


class SearchCall(Struct, frozen=True, tag_field="type", tag="file_search_call"):
    """`results` where they were asked for."""

    id: str
    queries: list[str]
    status: Status
    results: list[SearchResult] | None = None


class _Cached(Struct, frozen=True):
    cached_tokens: int = 0
    cache_write_tokens: int = 0


class _Reasoned(Struct, frozen=True):
    reasoning_tokens: int = 0


class Usage(Struct, frozen=True):
    """The tokens of the call that wrote the answer; 0 where no model was called."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: _Cached = _Cached()
    output_tokens_details: _Reasoned = _Reasoned()


class _Error(Struct, frozen=True):
    code: Literal["server_error", "rate_limit_exceeded"]
    message: str


class Incomplete(Struct, frozen=True):
    reason: Literal["max_output_tokens", "content_filter"]


class Response(Struct, frozen=True, kw_only=True):
    id: str
    created_at: int
    model: str
    status: Status
    instructions: str | None
    metadata: dict[str, str]
    tools: list[Any]
    tool_choice: Any
    output: list[SearchCall | Message] = []
    usage: Usage | None = None
    error: _Error | None = None
    incomplete_details: Incomplete | None = None
    previous_response_id: None = None
    conversation: dict[str, str] | None = None
    parallel_tool_calls: bool = True
    temperature: None = None
    top_p: None = None
    object: Literal["response"] = "response"


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a stream; which fields it has depends on its type."""

    type: str
    sequence_number: int
    response: Response | None = None
    output_index: int | None = None
    item: SearchCall | Message | None = None
    item_id: str | None = None
    content_index: int | None = None
    part: Text | None = None
    delta: str | None = None
    text: str | None = None
    logprobs: list[Any] | None = None
    annotation_index: int | None = None
    annotation: FileCitation | UrlCitation | None = None


def count(answer: Answer) -> Usage | None:
    """None where the endpoint does not count."""
    read, written = answer.prompt_tokens, answer.completion_tokens
    if read is None or written is None:
        return None
    return Usage(read, written, read + written)


def end(response: Response, answer: Answer, output: list[SearchCall | Message]) -> Response:
    """With its output, completed or as far as the model came."""
    cut = None
    if answer.finish_reason != "stop":
        cuts: Any = {"length": "max_output_tokens"}
        cut = Incomplete(cuts.get(answer.finish_reason, answer.finish_reason))
    status: Status = "incomplete" if cut else "completed"
    told = {"status": status, "output": output, "usage": count(answer), "incomplete_details": cut}
    return replace(response, **told)


def fail(response: Response, status: int, message: str) -> Response:
    code: Any = "rate_limit_exceeded" if status == 429 else "server_error"
    return replace(response, status="failed", error=_Error(code, message))


def annotate(text: str, answer: Answer, locate_source: Locate | None) -> Citations:
    """Of files, or by addresses."""
    cited: Citations = []
    for at, found in refer_each(text, answer.context):
        if locate_source is None:
            named = name_file(found.document_id, found.source_key)
            cited.append(FileCitation(*named, at.end, found))
        else:
            title = found.title or found.source_key
            cited.append(UrlCitation(at.start, at.end, title, locate_source(found), found))
    return cited
