from sqlrag.database.pool import Statements, as_row
from sqlrag.domain.evaluation import EvalRun


class Evaluations(Statements):
    async def save_eval_run(self, workspace_id: int, run: EvalRun) -> int:
        """Keep a run with its questions; returns its id."""
        rows = []
        for question in run.questions:
            *known, measures, milliseconds, rows_read, answer = as_row(question)
            scores = measures.get("exact_match"), measures.get("f1")
            rows.append((*known, milliseconds, rows_read, answer, *scores))
        made = run.dataset, run.mode, dict(run.settings), dict(run.measures)
        run_id: int = await self.fetch_value("save_eval_run", workspace_id, *made, rows)
        return run_id

    async def average_embeddings(self, workspace_id: int) -> None:
        """Give entities and relations without a vector the mean of those of their chunks."""
        await self.execute("average_embeddings", workspace_id)
