"""Rewrites a question: on its own, without the conversation, and by its keywords."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlrag.domain.errors import LimitReached, ModelError
from sqlrag.domain.models import ChatModel, Read
from sqlrag.domain.retrieval import MODES, Message, QueryParam
from sqlrag.domain.search import RewrittenQuestion
from sqlrag.domain.workspaces import Workspace
from sqlrag.prompts import read_keywords, render_keywords
from sqlrag.rag.following import find_subject
from sqlrag.rag.ledger import Ledger
from sqlrag.repositories.postgres import Postgres

_LAST_TURNS = 4  # whose names are looked up where no model rewrites the question
_LONGEST_TURN = 600  # characters of each: a look-up costs eight index probes a word


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Asks a chat model, if there is one and where that is of use; what it says is kept."""

    storage: Postgres
    chat: ChatModel | None = None

    def asks(self, param: QueryParam) -> bool:
        """Whether a model is asked: about follow-ups, and for keywords that nobody has given."""
        given = param.ll_keywords or param.hl_keywords
        wanted = not given and {"names", "themes"} & {*MODES[param.mode]}
        return self.chat is not None and bool(wanted or param.conversation_history)

    async def rewrite(
        self, workspace: Workspace, question: str, param: QueryParam
    ) -> RewrittenQuestion:
        """Never fails for a model's sake: without its reply the question is taken as it stands."""
        history = param.conversation_history
        asked = RewrittenQuestion(
            question,
            param.ll_keywords,
            param.hl_keywords,
            last_turns(history),
        )
        if self.chat is None:
            return replace(asked, subject=find_subject(question, history))
        if not self.asks(param):
            return asked
        ledger = Ledger(self.storage.model_calls, self.chat, workspace)
        request = render_keywords(question, history)
        if not history:
            request = replace(request, read=Read())
        unreadable = f"The reply of {self.chat.model} names no keywords."
        found = await ledger.ask(request, read_keywords, unreadable)
        if isinstance(found, LimitReached):  # nor could it be answered
            raise found
        if isinstance(found, ModelError):
            return replace(asked, notes=(f"The question was taken as it stands. {found}",))
        follows_up = bool(param.conversation_history and found.question)
        return RewrittenQuestion(
            found.question if follows_up else question,
            param.ll_keywords or found.ll_keywords,
            param.hl_keywords or found.hl_keywords,
            None if follows_up else asked.history,
        )


def last_turns(history: Sequence[Message]) -> str | None:
    """The text of the last turns, the latest first; None without any."""
    turns = [turn.content[:_LONGEST_TURN] for turn in history if turn.role != "system"]
    return "\n".join(reversed(turns[-_LAST_TURNS:])).replace("\x00", " ") or None
