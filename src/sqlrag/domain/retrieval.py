"""Questions, contexts and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Mode = Literal["naive", "bypass"]
MODES: tuple[Mode, ...] = ("naive", "bypass")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; role is 'system', 'user' or 'assistant'."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class QueryParam:
    """How a question is to be retrieved for and answered.

    `chunk_top_k` bounds the chunks of the context and `max_total_tokens` their summed tokens.
    `filters` takes document_ids, tags, metadata (containment, or the operators $eq $ne $in $nin
    $lt $lte $gt $gte $and $or), created_after and created_before.
    """

    mode: Mode = "naive"
    chunk_top_k: int = 20
    max_total_tokens: int = 30_000
    filters: Mapping[str, Any] | None = None
    conversation_history: tuple[Message, ...] = ()
    response_type: str = "Multiple Paragraphs"
    user_prompt: str | None = None
    only_need_context: bool = False
    only_need_prompt: bool = False
    include_references: bool = True
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a retrieval that found a chunk, at which rank (from 1) and raw score."""

    arm: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A retrieved chunk with its place in its document and why it was found.

    `page_breaks` are the characters of the document at which pages after `page` begin.
    """

    rank: int
    score: float
    chunk_id: int
    document_id: int
    source_key: str
    title: str
    content: str
    token_count: int
    ordinal: int
    char_start: int
    char_end: int
    page: int | None
    page_end: int | None
    page_breaks: list[int]
    headings: list[str]
    metadata: dict[str, Any]
    created_at: datetime
    arms: list[Arm]


@dataclass(frozen=True, slots=True)
class Context:
    """What retrieval returns; `seconds` holds the timings of its steps."""

    question: str
    mode: str
    chunks: tuple[ScoredChunk, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """What `[number]` in an answer stands for, exact to the chunk."""

    number: int
    chunk_id: int
    document_id: int
    source_key: str
    title: str
    page: int | None
    char_start: int
    char_end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its references; `model` names what wrote it.

    With only_need_context or only_need_prompt, `text` is that context or prompt.
    `seconds` holds the timings of its steps.
    """

    text: str
    references: tuple[Reference, ...]
    context: Context
    model: str
    seconds: dict[str, float] = field(default_factory=dict)
