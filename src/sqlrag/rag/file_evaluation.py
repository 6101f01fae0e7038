"""Measures retrieval and answers on one's own files, ingested and asked as ever."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sqlrag.domain.errors import BadInput
from sqlrag.domain.evaluation import EvalRun, MeasuredQuestion
from sqlrag.domain.models import Answerer
from sqlrag.domain.retrieval import Context, Mode, QueryParam, ScoredChunk
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.citations import find_references
from sqlrag.rag.documents import Documents
from sqlrag.rag.evaluation import make_runs, name_workspace, write_answer
from sqlrag.rag.file_datasets import FileDataset, FileQuestion
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.retrieval import Retrieval


@dataclass(frozen=True, slots=True)
class FileEvaluation:
    """Runs modes over files. With `by_words` no search is given a vector; with `select` a model
    chooses among the chunks found.

    The one stage of a report, 'eval', counts files ingested and questions measured.
    """

    documents: Documents
    retrieval: Retrieval
    answerer: Answerer
    dataset: FileDataset
    ks: Sequence[int]
    by_words: bool = False
    select: bool = False
    report: Report = silent

    async def evaluate(self, modes: Sequence[Mode]) -> list[EvalRun]:
        """A run per mode, compared with naive where that is one of them.

        Works in a workspace of its own, which it deletes.
        """
        files, questions = len(self.dataset.files), len(self.dataset.questions)
        self.report("eval", more=files + len(modes) * questions)
        async with self._filled() as (workspace, failed):
            measured = {mode: await self._measure(workspace, mode) for mode in modes}
        settings = {"files": files, "failed": failed, "select": self.select}
        return make_runs(self.dataset.name, settings, measured)

    @asynccontextmanager
    async def _filled(self) -> AsyncIterator[tuple[Workspace, list[str]]]:
        """The workspace, and why files are not in it."""
        documents = replace(self.documents, workspace=name_workspace(self.dataset.name))
        workspace = await documents.workspaces.open(documents.workspace)
        try:
            failed = await self._ingest(documents)
            await documents.storage.analyse_tables()
            yield replace(workspace, space_id=None) if self.by_words else workspace, failed
        finally:
            documents.workspaces.forget(workspace.name)
            await documents.storage.drop_workspace(workspace.id)

    async def _ingest(self, documents: Documents) -> list[str]:
        def report(stage: str, done: int = 0, more: int = 0) -> None:
            if stage == "write":
                self.report("eval", done=done)

        results = await documents.ingest(*self.dataset.files, report=report)
        failed = {one.source_key: str(one.error) for one in results if one.error}
        for question in self.dataset.questions:
            if question.source_key in failed:
                raise BadInput(f'"{question.text}" cannot be asked: {failed[question.source_key]}')
        return list(failed.values())

    async def _measure(self, workspace: Workspace, mode: Mode) -> list[MeasuredQuestion]:
        wanted = max(QueryParam().chunk_top_k, *self.ks)
        param = QueryParam(mode, chunk_top_k=wanted, select=self.select)
        measured: list[MeasuredQuestion] = []
        for question in self.dataset.questions:
            if not measured:  # plans are made and pages read once, before the clock runs
                await self.retrieval.retrieve(workspace, question.text, param)
            context = await self.retrieval.retrieve(workspace, question.text, param)
            answer = await write_answer(self.answerer, context, param)
            measured.append(self._score(question, context, answer))
            self.report("eval", done=1)
        return measured

    def _score(self, question: FileQuestion, context: Context, answer: str) -> MeasuredQuestion:
        hits = [question.is_answered_by(chunk) for chunk in context.chunks]
        gold = self._name_gold(question)
        found = tuple(
            gold if hit else self._name(chunk)
            for hit, chunk in zip(hits, context.chunks, strict=True)
        )
        measures = score_hits(question, hits, self.ks) | score_quotes(question, answer, context)
        asked = question.question_id, question.text, question.type
        milliseconds = 1000 * context.seconds["search"]
        return MeasuredQuestion(
            *asked,
            (gold,) if gold else (),
            found,
            measures,
            milliseconds,
            context.rows_read,
            answer,
            context.notes,
        )

    def _name_gold(self, question: FileQuestion) -> str:
        """What a hit holds, and where; empty where there is none."""
        if not question.is_answerable:
            return ""
        held = f"“{question.quotes[0]}”" if question.quotes else f"page {question.page}"
        return f"{self._below(question.source_key)}: {held}" if question.source_key else held

    def _name(self, chunk: ScoredChunk) -> str:
        return f"{self._below(chunk.source_key)}, chunk {chunk.ordinal + 1}"

    def _below(self, source_key: str) -> str:
        return os.path.relpath(source_key, self.dataset.root)


def score_hits(question: FileQuestion, hits: Sequence[bool], ks: Sequence[int]) -> dict[str, float]:
    """hit@k: whether one of the first k chunks answers. None for what cannot be answered."""
    if not question.is_answerable:
        return {}
    return {f"hit@{k}": float(any(hits[:k])) for k in ks}


def score_quotes(question: FileQuestion, answer: str, context: Context) -> dict[str, float]:
    """Whether the answer holds one of the quotes (`quoted`), and does so where it first cites
    (`first`); of what cannot be answered, whether it cites nothing (`refused`)."""
    if not question.is_answerable:
        return {"refused": float(not find_references(answer, context))}
    if not question.quotes:
        return {}
    paragraphs = answer.split("\n\n")
    first = next((one for one in paragraphs if find_references(one, context)), "")
    return {
        "quoted": float(question.is_quoted_by(answer)),
        "first": float(question.is_quoted_by(first)),
    }
