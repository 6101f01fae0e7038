from collections.abc import Sequence

from sqlrag.database.pool import Statements
from sqlrag.domain.summaries import DueSummary, NewSummary, SummaryReport
from sqlrag.domain.workspaces import Change


class Summaries(Statements):
    async def list_due_summaries(
        self,
        workspace_id: int,
        budget: int,
        limit: int,
        after: tuple[str, int],
        longest: int,
        change: Change,
    ) -> list[DueSummary]:
        """Those with more than `budget` characters of descriptions and no summary of them.

        In order of kind and id, beginning after `after`; up to `longest` characters of each. Of
        what the change may have made due only, where it knows its documents.
        """
        asked = workspace_id, budget, limit, *after, longest
        changed = change.document_ids, change.entity_ids
        return await self.fetch_all(DueSummary, "list_due_summaries", *asked, *changed)

    async def write_summaries(
        self, workspace_id: int, summaries: Sequence[NewSummary], model: str
    ) -> SummaryReport:
        """Store summaries of what still exists; the same again changes nothing. Their numbers."""
        return await self.fetch_one(
            SummaryReport,
            "write_summaries",
            workspace_id,
            [summary.kind for summary in summaries],
            [summary.id for summary in summaries],
            [summary.summary for summary in summaries],
            [summary.inputs_sha256 for summary in summaries],
            model,
        )
