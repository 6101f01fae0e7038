from collections.abc import Sequence

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.summaries import DueSummary, NewSummary, SummaryCounts


class Summaries:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def list_due_summaries(
        self,
        workspace_id: int,
        budget: int,
        limit: int,
        after: tuple[str, int],
        longest: int,
        document_ids: Sequence[int] | None,
    ) -> list[DueSummary]:
        rows = await self._db.fetch(
            SQL["list_due_summaries"], workspace_id, budget, limit, *after, longest, document_ids
        )
        return [DueSummary(**row) for row in rows]

    async def write_summaries(
        self, workspace_id: int, summaries: Sequence[NewSummary], model: str
    ) -> SummaryCounts:
        row = await self._db.fetchrow(
            SQL["write_summaries"],
            workspace_id,
            [summary.kind for summary in summaries],
            [summary.id for summary in summaries],
            [summary.summary for summary in summaries],
            [summary.inputs_sha256 for summary in summaries],
            model,
        )
        assert row, "a statement of aggregates returns one row"
        return SummaryCounts(**row)
