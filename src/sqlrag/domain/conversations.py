"""Conversations: whose they are, their turns, and what a turn rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlrag.domain.access import Access
from sqlrag.domain.retrieval import FinishReason, Message, Reference

TranscriptFormat = Literal["json", "markdown"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that follow one another. `owner` is the key that it is of, by its prefix, and None
    where none was needed; `principals` are those it stood for. It is gone from `expires_at` on."""

    conversation_id: int
    title: str
    metadata: dict[str, Any]
    owner: str | None
    principals: list[str] | None
    turn_count: int
    created_at: datetime
    changed_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Citation(Reference):
    """A reference as it was when it was answered. `source` tells what became of what it quotes: it
    is `there`, stands elsewhere in the document (`moved`), or the document was `changed` so that it
    does not say it, or `deleted`."""

    source: Literal["there", "moved", "changed", "deleted"] = "there"


@dataclass(frozen=True, slots=True)
class KeptChunk:
    """A chunk of the context; the first has rank 1, which `[1]` cites."""

    chunk_id: int
    document_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer. Turns have the order in which they were answered; one that
    `follows` another than the one before was asked before that was answered, and did not know it.

    `searched` is the question as it was searched, which stands alone. `parameters` are those that
    were given. Of a turn with `erased_at` the answer and all that it rested on was taken away with
    a document, and the question where only that says it.
    """

    turn: int
    follows: int
    answered_at: datetime
    question: str
    searched: str
    answer: str
    citations: list[Citation]
    mode: str
    parameters: dict[str, Any]
    chunks: list[KeptChunk]
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: dict[str, float]
    is_cached: bool
    finish_reason: FinishReason
    notes: list[str]
    erased_at: datetime | None


@dataclass(frozen=True)
class Transcript(Conversation):
    """A conversation with its turns, or a page of them."""

    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """One that a question is asked in: what it is to know, and what that may hold the text of."""

    conversation_id: int
    owners: list[str]
    principals: list[str] | None
    turn_count: int
    questions: list[str]
    answers: list[str]
    document_ids: list[int]
    entity_ids: list[int]
    source_keys: list[str]

    def is_of(self, access: Access) -> bool:
        """Whether whoever has this access began it, and stood for the same as now."""
        is_own = access.prefix in self.owners if access.prefix else not self.owners
        return is_own and self.principals == list_principals(access)

    def history(self) -> tuple[Message, ...]:
        said: list[Message] = []
        for question, answer in zip(self.questions, self.answers, strict=True):
            said += (Message("user", question), Message("assistant", answer))
        return tuple(said)


def list_principals(access: Access) -> list[str] | None:
    """In order, as a conversation has them."""
    return None if access.reads_as is None else sorted(access.reads_as)


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn to be added, as the row type new_turn has it; see sqlrag.turns."""

    follows: int
    asked_as: UUID
    question: str
    searched: str
    answer: str
    citations: Any
    mode: str
    parameters: Mapping[str, Any]
    chunks: Any
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: Mapping[str, float]
    is_cached: bool
    finish_reason: str
    notes: Sequence[str]
    token_count: int
    document_ids: Sequence[int]
    entity_ids: Sequence[int]
    source_keys: Sequence[str]
