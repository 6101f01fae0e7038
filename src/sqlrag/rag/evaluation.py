"""Measures retrieval on questions whose gold passages are known."""

import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from typing import Any

from sqlrag.domain.documents import ChunkDraft, ParsedDocument, PreparedDocument, Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.evaluation import EvalRun, MeasuredQuestion
from sqlrag.domain.models import Answerer, Completion, Embedder
from sqlrag.domain.retrieval import Context, Mode, QueryParam
from sqlrag.domain.search import SearchRequest
from sqlrag.domain.workspaces import Workspace
from sqlrag.offline import choose_phrases
from sqlrag.parsing import detect_language, estimate_tokens
from sqlrag.prompts import render_messages
from sqlrag.rag.cited_text import read_cited
from sqlrag.rag.datasets import Dataset, Question
from sqlrag.rag.extraction import Extraction
from sqlrag.rag.ingestion import Ingestion, Recipe
from sqlrag.rag.measures import compare, score_answer, score_ranking, summarise
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.retrieval import Clock, Retrieval
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

_NO_LIMIT = 2**31 - 1
_SHORT_ANSWER = "Answer with the shortest phrase that answers the question, and nothing else."


class WholePassages:
    """Makes one chunk of each source, as evaluation wants it."""

    async def prepare(self, source: Source) -> PreparedDocument:
        text = source.data.decode()
        chunk = ChunkDraft(text, max(1, estimate_tokens(text)), 0, len(text))
        parsed = ParsedDocument(text, "text/plain", source.title)
        return PreparedDocument(parsed, detect_language(text), (chunk,))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Runs modes over a dataset. With an answerer, questions with known answers are answered too.

    With `by_words` no search is given a vector; with `select` a model chooses among the passages
    found. The one stage of a report, 'eval', counts passages ingested and questions measured.
    """

    retrieval: Retrieval
    embedder: Embedder
    extraction: Extraction
    dataset: Dataset
    ks: Sequence[int]
    answerer: Answerer | None = None
    by_words: bool = False
    select: bool = False
    report: Report = silent

    @property
    def storage(self) -> Postgres:
        return self.retrieval.storage

    async def evaluate(self, modes: Sequence[Mode]) -> list[EvalRun]:
        """A run per mode, compared with naive where that is one of them.

        Works in a workspace of its own, which it deletes.
        """
        passages, questions = len(self.dataset.passages), len(self.dataset.questions)
        self.report("eval", more=passages + len(modes) * questions)
        async with self._filled() as workspace:
            measured = {mode: await self._measure(workspace, mode) for mode in modes}
        given = self.dataset.passage_vectors is not None
        settings = {"passages": passages, "embeddings": given, "select": self.select}
        return make_runs(self.dataset.name, settings, measured)

    @asynccontextmanager
    async def _filled(self) -> AsyncIterator[Workspace]:
        workspaces = Workspaces(self.storage, self.embedder)
        workspace = await workspaces.open(name_workspace(self.dataset.name))
        try:
            recipe = Recipe("whole", WholePassages(), self.extraction, embeds_graph=False)
            ingestion = Ingestion(self.storage, workspaces, recipe, _NO_LIMIT)
            await self._ingest(workspace, ingestion)
            await self.storage.index_embeddings(workspace.id)
            # Entities and relations without a vector get the mean of those of their chunks.
            await self.storage.execute("average_embeddings", workspace.id)
            await self.storage.analyse_tables()
            yield workspace
        finally:
            await self.storage.drop_workspace(workspace.id)

    async def _ingest(self, workspace: Workspace, ingestion: Ingestion) -> None:
        sources = [
            Source(str(row["id"]), row["text"].encode(), "", "text/plain", row.get("title", ""))
            for row in self.dataset.passages
        ]

        def report(stage: str, done: int = 0, more: int = 0) -> None:
            if stage == "write":
                self.report("eval", done=done)

        for result in await ingestion.ingest(workspace, sources, report):
            if result.outcome == "failed":
                raise BadInput(f"Passage {result.source_key} cannot be ingested: {result.error}")

    async def _measure(self, workspace: Workspace, mode: Mode) -> list[MeasuredQuestion]:
        param = QueryParam(
            mode,
            chunk_top_k=max(10, *self.ks),
            max_total_tokens=_NO_LIMIT,
            enable_rerank=False,
            select=self.select,
        )
        wide = self.retrieval.widen(param)
        measured: list[MeasuredQuestion] = []
        for question in self.dataset.questions:
            vector = None if self.by_words else (await self.embedder.embed([question.text]))[0]
            request = SearchRequest(question.text, embedding=vector)
            if not measured:  # plans are made and pages read once, before the clock runs
                await self.storage.searches.search(workspace.id, request, wide)
            start = time.perf_counter()
            found = await self.storage.searches.search(workspace.id, request, wide)
            milliseconds = 1000 * (time.perf_counter() - start)
            asked = workspace, question.text, found, param
            found = await self.retrieval.arrange(*asked, Clock())
            measured.append(await self._score(question, found, milliseconds))
            self.report("eval", done=1)
        return measured

    async def _score(
        self, question: Question, found: Context, milliseconds: float
    ) -> MeasuredQuestion:
        """Answers are made from the ten best chunks."""
        keys, answer = tuple(_list_keys(found, question.gold_ids)), None
        measures = score_ranking(keys, question.gold_ids, self.ks)
        if self.answerer and question.answers:
            param = QueryParam(user_prompt=_SHORT_ANSWER)
            context = Context(question.text, "", found.chunks[:10])
            answer = await write_answer(self.answerer, context, param)
            measures |= score_answer(answer, question.answers)
        asked = question.question_id, question.text, question.type, tuple(sorted(question.gold_ids))
        told = milliseconds, found.rows_read, answer, found.notes
        return MeasuredQuestion(*asked, keys, measures, *told)


def _list_keys(found: Context, gold_ids: frozenset[str]) -> Iterator[str]:
    """What was found, best first; of copies, which one chunk stands for, those that are gold."""
    for chunk in found.chunks:
        yield chunk.source_key
        yield from (copy.source_key for copy in chunk.copies if copy.source_key in gold_ids)


def name_workspace(dataset: str) -> str:
    """A workspace that nobody has."""
    return f"eval-{dataset}-{secrets.token_hex(4)}"


async def write_answer(answerer: Answerer, context: Context, param: QueryParam) -> str:
    """The whole answer to the question of a context; as asking does, it asks no model where
    nothing was found."""
    if not context.chunks:
        return choose_phrases(context.question).unknown
    messages = render_messages(context.question, context, param)
    pieces = answerer.stream(context.question, context, messages, param)
    *written, last = [piece async for piece in pieces]
    text = last.text if isinstance(last, Completion) else "".join(map(str, (*written, last)))
    return read_cited(text, context)


def make_runs(
    dataset: str, settings: Mapping[str, Any], measured: Mapping[Mode, list[MeasuredQuestion]]
) -> list[EvalRun]:
    """A run per mode, compared with naive where that is one of them.

    Its `notes` say what had to be done without, and for how many questions.
    """
    runs = []
    for mode, found in measured.items():
        measures = summarise(found)
        if mode != "naive" and "naive" in measured:
            measures["versus_naive"] = compare(found, measured["naive"])
        notes = Counter(note for question in found for note in question.notes)
        told = {**settings, "notes": dict(notes)} if notes else settings
        runs.append(EvalRun(dataset, mode, told, measures, found))
    return runs


async def save_eval_run(storage: Postgres, workspace_id: int, run: EvalRun) -> None:
    """Keep a run with its questions."""
    rows = []
    for question in run.questions:
        *known, measures, milliseconds, rows_read, answer, _ = astuple(question)
        scores = measures.get("exact_match"), measures.get("f1")
        rows.append((*known, milliseconds, rows_read, answer, *scores))
    made = run.dataset, run.mode, run.settings, run.measures
    await storage.execute("save_eval_run", workspace_id, *made, rows)
