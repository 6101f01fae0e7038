from typing import Any

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.evaluation import EvalRun, MeasuredQuestion


class Evaluations:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def save_eval_run(self, workspace_id: int, run: EvalRun) -> int:
        """Keep a run with its questions; returns its id."""
        run_id: int = await self._db.fetch_value(
            SQL["save_eval_run"],
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
        await self._db.execute(SQL["average_embeddings"], workspace_id)


def _row(question: MeasuredQuestion) -> tuple[Any, ...]:
    """As the row type new_eval_question has it."""
    return (
        question.question_id,
        question.question,
        question.type,
        list(question.gold),
        list(question.found),
        question.milliseconds,
        question.rows_read,
        question.answer,
        question.measures.get("exact_match"),
        question.measures.get("f1"),
    )
