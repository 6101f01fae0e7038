"""Conversations: begun, listed, looked at, renamed, exported, deleted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, convert

from sqlrag.domain.conversations import (
    Conversation,
    Transcript,
    TranscriptFormat,
    Turn,
    list_principals,
)
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.names import LONGEST_NAME, check_text, check_values
from sqlrag.domain.operations import Id, Limit, operation
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.talking import no_conversation
from sqlrag.rag.transcripts import write_transcript
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

_PAGE = 1_000
_Of = Annotated[Id, Meta(description="The id of a conversation.")]
_Title = Annotated[str, Meta(max_length=LONGEST_NAME, description="What it is called.")]
_Metadata = Annotated[
    Mapping[str, Any], Meta(description="Any JSON, for whoever keeps conversations.")
]
_End = Annotated[datetime, Meta(tz=True)]


@dataclass
class Conversations(Witnessed):
    """Whoever has a key sees the conversations that were begun with it while it stood for the same,
    and admins see all; those of others are answered like those that do not exist."""

    storage: Postgres
    workspaces: Workspaces

    @operation(
        "POST conversations",
        "Begin a conversation",
        (NotFound,),
        status=201,
        role="reader",
        discreet=True,
    )
    async def create_conversation(
        self,
        title: _Title = "",
        metadata: Annotated[
            _Metadata | None, Meta(description="Any JSON, for whoever keeps conversations.")
        ] = None,
        expires_at: Annotated[_End | None, Meta(description="When it is to be gone.")] = None,
    ) -> Conversation:
        """Questions with its id as `conversation_id` know its earlier turns and join them. Without
        a title it is called by its first question.

        Without an end it lasts, or as long as the server keeps conversations after their last turn.
        """
        check_text("The title of a conversation", title)
        check_values("The metadata of a conversation", metadata or {})
        ends = _read_end(expires_at)
        workspace = await self.workspaces.get(self.workspace)
        owners = [self.access.prefix] if self.access.prefix else []
        told = owners, list_principals(self.access), title, metadata or {}, ends
        made = await self.storage.fetch_value("add_conversation", workspace.id, *told)
        return await self._find_conversation(workspace.id, made)

    @operation(
        "GET conversations",
        "List conversations",
        (NotFound,),
        cursor=lambda conversation: conversation.conversation_id,
        role="reader",
    )
    async def list_conversations(
        self,
        before: Annotated[Id | None, Meta(description="The `next` of the page before.")] = None,
        limit: Limit = 50,
    ) -> list[Conversation]:
        """Those that one may see, the newest first."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, before, limit, *self._only_of()
        return await self.storage.fetch_all(Conversation, "list_conversations", *asked)

    @operation(
        "GET conversations/{conversation_id:int}",
        "Get a conversation",
        (NotFound,),
        role="reader",
    )
    async def get_conversation(
        self,
        conversation_id: _Of,
        after: Annotated[
            int, Meta(ge=0, le=2**31 - 1, description="The last turn of the page before.")
        ] = 0,
        limit: Limit = 100,
    ) -> Transcript:
        """With its turns, the oldest first: questions, answers, what these cite and the chunks that
        were found. There are more where the last has another number than `turn_count`."""
        workspace = await self.workspaces.get(self.workspace)
        found = await self._find_conversation(workspace.id, conversation_id)
        asked = workspace.id, conversation_id, after, limit
        rows = await self.storage.fetch("list_turns", *asked)
        return Transcript(**asdict(found), turns=[convert(dict(row), Turn) for row in rows])

    @operation(
        "PATCH conversations/{conversation_id:int}",
        "Rename a conversation",
        (NotFound,),
        role="reader",
        discreet=True,
    )
    async def change_conversation(
        self,
        conversation_id: _Of,
        title: _Title | None = None,
        metadata: Annotated[_Metadata | None, Meta(description="In place of what it has.")] = None,
        expires_at: Annotated[_End | None, Meta(description="When it is to be gone.")] = None,
        lasts: Annotated[bool, Meta(description="Take its end away.")] = False,
    ) -> Conversation:
        """What is not given stays as it is."""
        check_text("The title of a conversation", title or "")
        check_values("The metadata of a conversation", metadata or {})
        ends = _read_end(expires_at)
        if ends and lasts:
            raise BadInput("The conversation is to end and to last; give expires_at or lasts.")
        workspace = await self.workspaces.get(self.workspace)
        await self._find_conversation(workspace.id, conversation_id)
        changes = title, metadata, ends, lasts
        await self.storage.execute("change_conversation", workspace.id, conversation_id, *changes)
        return await self._find_conversation(workspace.id, conversation_id)

    @operation(
        "DELETE conversations/{conversation_id:int}",
        "Delete a conversation",
        (NotFound,),
        status=204,
        role="reader",
    )
    async def delete_conversation(self, conversation_id: _Of) -> None:
        """With all its turns. Answers that are kept, and calls of models, age as they do."""
        workspace = await self.workspaces.get(self.workspace)
        await self._find_conversation(workspace.id, conversation_id)
        await self.storage.execute("delete_conversation", workspace.id, conversation_id)

    async def export_conversation(
        self, conversation_id: int, form: TranscriptFormat = "markdown"
    ) -> str:
        """All of it: as JSON, which is what get_conversation tells, or as Markdown for people, with
        what each answer cites. Raises NotFound."""
        found = await self.get_conversation(conversation_id, limit=_PAGE)
        page = found.turns
        while len(page) == _PAGE:
            rest = await self.get_conversation(conversation_id, page[-1].turn, _PAGE)
            page = rest.turns
            found.turns.extend(page)
        return write_transcript(found, form)

    async def _find_conversation(self, workspace_id: int, conversation_id: int) -> Conversation:
        asked = workspace_id, conversation_id + 1, 1, *self._only_of()
        found = await self.storage.find_one(Conversation, "list_conversations", *asked)
        if found is None or found.conversation_id != conversation_id:
            raise no_conversation(conversation_id, self.workspace)
        return found

    def _only_of(self) -> tuple[str | None, list[str] | None]:
        """The owner whose conversations one sees, None for all, and whom he stands for."""
        owner = None if self.access.has_role("admin") else self.access.prefix or ""
        return owner, list_principals(self.access)


def _read_end(given: datetime | None) -> datetime | None:
    """Of UTC where it does not say. Raises BadInput for what is over."""
    ends = given.replace(tzinfo=UTC) if given and given.tzinfo is None else given
    if ends and ends <= datetime.now(UTC):
        raise BadInput(f"The conversation would end at {ends}, which is over; give a later time.")
    return ends
