from typing import Any

from sqlrag.database.pool import Statements, as_row
from sqlrag.domain.evaluation import EvalRun, MeasuredQuestion


class Evaluations(Statements):
    async def save_eval_run(self, workspace_id: int, run: EvalRun) -> int:
        """Keep a run with its questions; returns its id."""
        run_id: int = await self.fetch_value(
            "save_eval_run",
            workspace_id,
            run.dataset,
            run.mode,
            dict(run.settings),
            dict(run.measures),
            [_row(question) for question in run.questions],
        )
        return run_id

    async def average_embeddings(self, workspace_id: int) -> None:
        """Give entities and relations without a vector the mean of those of their chunks."""
        await self.execute("average_embeddings", workspace_id)


def _row(question: MeasuredQuestion) -> tuple[Any, ...]:
    """As the row type new_eval_question has it."""
    *known, _, milliseconds, rows_read, answer = as_row(question)
    measured = question.measures.get("exact_match"), question.measures.get("f1")
    return (*known, milliseconds, rows_read, answer, *measured)
