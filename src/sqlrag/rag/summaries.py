"""Summaries of what has too many descriptions to be read one by one, by map and reduce.

What is due is found in one statement, the calls are made outside any transaction, and the
summaries of a batch are written in one statement.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

from sqlrag.domain.batching import split_fitting
from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatModel, ChatRequest, Read
from sqlrag.domain.summaries import DueSummary, NewSummary, SummaryReport
from sqlrag.domain.workspaces import EVERYTHING, Change, Workspace
from sqlrag.prompts import render_summary
from sqlrag.rag.budgets import check_budget
from sqlrag.rag.extraction import Extraction
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.progress import Report, silent
from sqlrag.repositories.postgres import Postgres

CHARACTERS_PER_TOKEN = 4
BATCH = 40
GROUP = 12_000  # characters of notes in one call
LONGEST_NOTE = 4_000  # so that a group has at least three notes, and every round leaves fewer
LONGEST_INPUT = 240_000  # characters of descriptions that are read of one subject


@dataclass(slots=True)
class _Subject:
    """Something that is being summarised: the notes of it that are left, one in the end."""

    due: DueSummary
    notes: list[str]
    rounds: int = 0
    error: str | None = None

    @property
    def asks(self) -> bool:
        return self.error is None and (len(self.notes) > 1 or self.rounds == 0)

    def groups(self) -> list[list[str]]:
        """The notes in order, as many together as one call takes."""
        return list(split_fitting(self.notes, lambda note: (len(note),), (GROUP,)))


@dataclass(frozen=True, slots=True)
class Summarization:
    """Summarises what passes `budget`, in tokens. Without a chat model it does nothing.

    Safe to run at any time and twice at once: a summary is used only while what it was made of is
    what is said, the calls are kept in the ledger, and the last of two equal writes stays.
    """

    storage: Postgres
    extraction: Extraction
    chat: ChatModel | None = None
    budget: int = 1_000
    batch: int = field(default=BATCH)

    async def summarize(
        self, workspace: Workspace, report: Report = silent, change: Change = EVERYTHING
    ) -> SummaryReport:
        """Make every summary that may be due after a change; what fails stays due for the next
        time."""
        total = SummaryReport()
        nothing = change.document_ids == () and not change.entity_ids
        if self.chat is None or nothing:
            return total
        asked = workspace.id, self.budget * CHARACTERS_PER_TOKEN, self.batch
        changed = change.document_ids, change.entity_ids
        after = ("", 0)  # a batch begins after the kind and id of the one before
        while due := await self.storage.fetch_all(
            DueSummary, "list_due_summaries", *asked, *after, LONGEST_INPUT, *changed
        ):
            after = due[-1].kind, due[-1].id
            report("summarize", more=len(due))
            total += await self._summarize_batch(workspace, due, self.chat)
            report("summarize", done=len(due))
        return total

    async def check_budget(self, workspace: Workspace) -> None:
        """Raises BudgetSpent where that is why nothing is summarised."""
        if self.chat:
            await check_budget(self.storage.model_calls, workspace, self.chat.model)

    async def _summarize_batch(
        self, workspace: Workspace, due: Sequence[DueSummary], chat: ChatModel
    ) -> SummaryReport:
        ledger = Ledger(self.storage.model_calls, chat, workspace)
        subjects = [
            _Subject(one, [note[:LONGEST_NOTE] for note in one.descriptions]) for one in due
        ]
        language = self.extraction.options_of(workspace).language
        while asking := [subject for subject in subjects if subject.asks]:
            await _run_round(ledger, asking, language)
        await ledger.flush()
        errors = [subject.error for subject in subjects if subject.error]
        made = [
            NewSummary(one.due.kind, one.due.id, one.notes[0], one.due.inputs_sha256)
            for one in subjects
            if not one.error
        ]
        report = SummaryReport(failed=len(errors), error=errors[0] if errors else None)
        if made:
            report += await write_summaries(self.storage, workspace.id, made, chat.model)
        return report


async def write_summaries(
    storage: Postgres, workspace_id: int, summaries: Sequence[NewSummary], model: str
) -> SummaryReport:
    """Store summaries of what still exists; the same again changes nothing. Their numbers."""
    columns = map(list, zip(*map(astuple, summaries), strict=True))
    return await storage.fetch_one(SummaryReport, "write_summaries", workspace_id, *columns, model)


async def _run_round(ledger: Ledger, subjects: Sequence[_Subject], language: str | None) -> None:
    """One call per group of notes, all at once; each group becomes one note."""
    groups = [(subject, group) for subject in subjects for group in subject.groups()]
    replies = await ledger.complete_many(
        [
            ChatRequest(
                render_summary(subject.due.name, group, language),
                "summarize",
                read=Read(entity_ids=tuple(subject.due.entity_ids)),
            )
            for subject, group in groups
        ]
    )
    for subject in subjects:
        subject.notes, subject.rounds = [], subject.rounds + 1
    for (subject, _), reply in zip(groups, replies, strict=True):
        if isinstance(reply, ModelError):
            subject.error = subject.error or str(reply)
        elif reply.note:
            subject.error = subject.error or reply.note
        else:
            subject.notes.append(reply.text.strip()[:LONGEST_NOTE])
