from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.evaluation import EvalRun


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
            [question.question_id for question in run.questions],
            [question.question for question in run.questions],
            [question.type for question in run.questions],
            ["\x1f".join(question.gold) for question in run.questions],
            ["\x1f".join(question.found) for question in run.questions],
            [question.milliseconds for question in run.questions],
            [question.rows_read for question in run.questions],
            [question.answer for question in run.questions],
            [question.measures.get("exact_match") for question in run.questions],
            [question.measures.get("f1") for question in run.questions],
        )
        return run_id

    async def average_embeddings(self, workspace_id: int) -> None:
        """Give entities and relations without a vector the mean of those of their chunks."""
        await self._db.execute(SQL["average_embeddings"], workspace_id)
