from collections.abc import Sequence

from sqlrag.database.pool import Statements
from sqlrag.domain.summaries import DueSummary, NewSummary, SummaryCounts


class Summaries(Statements):
    async def list_due_summaries(
        self,
        workspace_id: int,
        budget: int,
        limit: int,
        after: tuple[str, int],
        longest: int,
        document_ids: Sequence[int] | None,
        entity_ids: Sequence[int],
    ) -> list[DueSummary]:
        """Those with more than `budget` characters of descriptions and no summary of them.

        In order of kind and id, beginning after `after`; up to `longest` characters of each. Of
        what these documents speak of and of these entities only, where documents are given.
        """
        return await self.fetch_all(
            DueSummary,
            "list_due_summaries",
            workspace_id,
            budget,
            limit,
            *after,
            longest,
            document_ids,
            entity_ids,
        )

    async def write_summaries(
        self, workspace_id: int, summaries: Sequence[NewSummary], model: str
    ) -> SummaryCounts:
        """Store summaries of what still exists; the same again changes nothing."""
        return await self.fetch_one(
            SummaryCounts,
            "write_summaries",
            workspace_id,
            [summary.kind for summary in summaries],
            [summary.id for summary in summaries],
            [summary.summary for summary in summaries],
            [summary.inputs_sha256 for summary in summaries],
            model,
        )
