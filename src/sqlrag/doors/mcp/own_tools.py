"""Tools whose arguments and results are chosen for models: to search, to ask, to add a text."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from msgspec import Meta, Struct

from sqlrag.app import Rag
from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import Conflict, ModelError, NotFound, UnreadableDocument
from sqlrag.domain.names import Words
from sqlrag.domain.operations import operation
from sqlrag.domain.retrieval import QueryParam, Reference, ScoredChunk
from sqlrag.doors.shapes import TextDocument
from sqlrag.rag.checking import LONGEST_QUESTION
from sqlrag.rag.citations import refer_to_chunks
from sqlrag.rag.documents import FAILURES

_FAILURES = (NotFound, Conflict, ModelError)
_HINTS = get_type_hints(QueryParam, include_extras=True)
_Question = Annotated[
    Words, Meta(max_length=LONGEST_QUESTION, description="As one would ask a person.")
]
_Mode: Any = _HINTS["mode"]
_Chunks: Any = _HINTS["chunk_top_k"]
_Tokens: Any = _HINTS["max_total_tokens"]
_Filters: Any = _HINTS["filters"]
_Wish: Any = _HINTS["user_prompt"]


class Passage(Struct, frozen=True):
    """A chunk: `content` is the characters from `char_start` to `char_end` of its document, and
    begins on `page`, from 1. `quote` is its sentence nearest to the question; `score` says how much
    of the question it answers."""

    document_id: int
    source_key: str
    title: str
    page: int | None
    char_start: int
    char_end: int
    headings: list[str]
    content: str
    quote: str
    score: float


class Found(Struct, frozen=True):
    """`mode` is the one that ran; `notes` are sentences on what had to be done without."""

    passages: list[Passage]
    mode: str
    notes: tuple[str, ...]


class Answered(Struct, frozen=True):
    """`[n]` in the answer is the reference of that number; `model` names what wrote it."""

    answer: str
    references: tuple[Reference, ...]
    model: str
    mode: str
    notes: tuple[str, ...]


@operation(
    "POST query/data",
    "Search the documents for a question",
    _FAILURES,
    role="reader",
    tool="search",
)
async def search(
    rag: Rag,
    question: _Question,
    mode: _Mode = "auto",
    chunk_top_k: _Chunks = 10,
    max_total_tokens: _Tokens = 10_000,
    filters: _Filters = None,
) -> Found:
    """Passages with their document, page and characters, best first; no model is asked for an
    answer. The default mode chooses how to search; read_document gives what stands around a
    passage.
    """
    param = QueryParam(
        mode=mode, chunk_top_k=chunk_top_k, max_total_tokens=max_total_tokens, filters=filters
    )
    context = await rag.search(question, param)
    references = await asyncio.to_thread(refer_to_chunks, context)
    passages = list(map(_make_passage, context.chunks, references))
    return Found(passages, context.mode, context.notes)


def _make_passage(chunk: ScoredChunk, reference: Reference) -> Passage:
    told = {name: getattr(chunk, name) for name in Passage.__struct_fields__ if name != "quote"}
    return Passage(**told, quote=reference.quote)


@operation("POST query", "Ask the documents a question", _FAILURES, role="reader", tool="ask")
async def ask(
    rag: Rag,
    question: _Question,
    mode: _Mode = "auto",
    filters: _Filters = None,
    user_prompt: _Wish = None,
) -> Answered:
    """An answer by the model of the server, or quotes where it has none. `[n]` stands for a
    reference with document, page, characters and quote.
    """
    answer = await rag.query(question, QueryParam(mode, filters=filters, user_prompt=user_prompt))
    context = answer.context
    return Answered(answer.text, answer.references, answer.model, context.mode, context.notes)


@operation(
    "POST documents",
    "Add a text as a document",
    FAILURES,
    role="writer",
    body=TextDocument,
    tool="add_document",
)
async def add_document(rag: Rag, document: TextDocument) -> IngestResult:
    """It can be searched when this returns. Another text under the same id replaces it; the same
    one changes nothing.
    """
    (result,) = await rag.ingest(document.make_source())
    if result.error:
        raise UnreadableDocument(result.error)
    return result


OWN_TOOLS: tuple[Callable[..., Any], ...] = (search, ask, add_document)
