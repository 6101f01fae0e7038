"""A question in a conversation: what it is to know of it, and how the turn is kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import UUID, uuid4

from msgspec import to_builtins

from sqlrag.database.pool import Statements, as_row
from sqlrag.domain.access import Access
from sqlrag.domain.conversations import KeptChunk, NewTurn, OpenConversation
from sqlrag.domain.errors import Forbidden, NotFound
from sqlrag.domain.jobs import Claim
from sqlrag.domain.models import Read, list_read
from sqlrag.domain.retrieval import Answer, QueryParam, Reference, ScoredChunk
from sqlrag.domain.workspaces import Workspace
from sqlrag.parsing import estimate_tokens
from sqlrag.rag.citations import find_references
from sqlrag.repositories.postgres import Postgres

MOST_TURNS, MOST_TOKENS = 20, 8_000  # that a question is asked with
LONGEST_TITLE = 80  # characters of a question that a conversation is called by
_OF_THE_ASKING = ("conversation_id", "conversation_history", "stream", "use_cache")


@dataclass(frozen=True, slots=True)
class Talk:
    """One asking of one question in a conversation, with what was there when it was asked.

    Nothing is written until it is answered, and then all at once: what fails leaves no trace. Of
    questions that are asked at the same time each knows what was answered before it was asked; the
    one that is answered first comes first. `shows_all` where a model is shown the whole context.
    """

    storage: Postgres
    workspace_id: int
    conversation: OpenConversation
    shows_all: bool
    asked_as: UUID = field(default_factory=uuid4)

    def go_on(self, param: QueryParam) -> QueryParam:
        """With the turns that it follows."""
        history = self.conversation.history()
        return replace(param, conversation_id=None, conversation_history=history)

    async def keep(
        self, question: str, param: QueryParam, answer: Answer, job: Claim | None
    ) -> int:
        """Add the turn, and end its job, if it has one, with the number of the turn as its result.

        Raises NotFound where the conversation is gone by now, ClaimLost.
        """
        made = as_row(await asyncio.to_thread(self._make, question, param, answer))
        at = self.workspace_id, self.conversation.conversation_id
        title = _shorten(question)

        async def write(statements: Statements) -> int:
            turn: int | None = await statements.fetch_value("add_turn", *at, made, title)
            if turn is None:
                raise NotFound(
                    f"Conversation {at[1]} was deleted while it was asked; begin another."
                )
            if job:
                result = {"conversation_id": at[1], "turn": turn}
                await statements.execute("finish_job", as_row(job), result)
            return turn

        return await (self.storage.run(write) if job else write(self.storage))

    def _make(self, question: str, param: QueryParam, answer: Answer) -> NewTurn:
        context = answer.context
        references = answer.references
        if not param.include_references and param.mode != "bypass":
            references = find_references(answer.text, context)
        read, keys = self._list_read(answer, references)
        return NewTurn(
            follows=self.conversation.turn_count,
            asked_as=self.asked_as,
            question=question,
            searched=context.searched or question,
            answer=answer.text,
            citations=to_builtins(references),
            mode=context.mode,
            parameters=to_builtins(_list_given(param)),
            chunks=to_builtins(list(map(_keep_chunk, context.chunks))),
            model=answer.model,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            seconds=answer.seconds,
            is_cached=answer.cached,
            finish_reason=answer.finish_reason,
            notes=context.notes,
            token_count=estimate_tokens(question) + estimate_tokens(answer.text),
            document_ids=read.document_ids,
            entity_ids=read.entity_ids,
            source_keys=keys,
        )

    def _list_read(
        self, answer: Answer, references: Sequence[Reference]
    ) -> tuple[Read, tuple[str, ...]]:
        """Whose text may be in the answer. What quotes, without a model, has that of what it
        quotes; a model had all that it was shown, and may repeat what earlier turns say."""
        if not self.shows_all:
            quoted = Read(_merge(*map(_list_ids, references)))
            return quoted, _merge(*map(_list_keys, references))
        known, read = self.conversation, list_read(answer.context)
        chunks = answer.context.chunks
        return (
            Read(
                _merge(known.document_ids, read.document_ids),
                _merge(known.entity_ids, read.entity_ids),
            ),
            _merge(known.source_keys, *map(_list_keys, chunks)),
        )


async def open_talk(
    storage: Postgres,
    workspace: Workspace,
    access: Access,
    conversation_id: int,
    shows_all: bool = False,
) -> Talk:
    """Raises NotFound, for another's as for one that there is not, and Forbidden to who may see it
    and not go on with it."""
    asked = workspace.id, conversation_id, MOST_TURNS, MOST_TOKENS
    found = await storage.find_one(OpenConversation, "open_conversation", *asked)
    is_own = found is not None and found.is_of(access)
    if found is None or not (is_own or access.has_role("admin")):
        raise no_conversation(conversation_id, workspace.name)
    if not is_own:
        raise Forbidden(
            f"Conversation {conversation_id} is another's, or was answered for others than you "
            "stand for now; begin one of your own."
        )
    return Talk(storage, workspace.id, found, shows_all)


def no_conversation(conversation_id: int, workspace: str) -> NotFound:
    return NotFound(f'There is no conversation {conversation_id} in workspace "{workspace}".')


def _keep_chunk(one: ScoredChunk) -> KeptChunk:
    return KeptChunk(one.chunk_id, one.document_id, one.score)


def _list_given(param: QueryParam) -> dict[str, Any]:
    """What is not as it is by default, but for what is of the asking alone."""
    return {
        one.name: value
        for one in fields(param)
        if one.name not in _OF_THE_ASKING and (value := getattr(param, one.name)) != one.default
    }


def _list_ids(one: ScoredChunk | Reference) -> tuple[int, ...]:
    return (one.document_id, *(copy.document_id for copy in one.copies))


def _list_keys(one: ScoredChunk | Reference) -> tuple[str, ...]:
    return (one.source_key, *(copy.source_key for copy in one.copies))


def _merge(*parts: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))


def _shorten(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
