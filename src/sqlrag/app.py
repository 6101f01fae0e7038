"""The root: puts everything together from the settings; `Rag` is what users open."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from sqlrag.database.migrating import database_url, migrate
from sqlrag.database.pool import Reader
from sqlrag.domain.access import OWNER, Access
from sqlrag.domain.auditing import AuditLevel
from sqlrag.domain.choices import read_settings
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.evaluation import EvalRun
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.models import Embedder, Models
from sqlrag.domain.retrieval import Mode
from sqlrag.domain.summaries import SummaryReport
from sqlrag.domain.workspaces import SpaceSwitch
from sqlrag.offline import NoExtractor
from sqlrag.parsing import ParserPool
from sqlrag.providers import choose_models, find_embedder_of
from sqlrag.rag.answer_cache import AnswerCache
from sqlrag.rag.answering import Questions
from sqlrag.rag.auditing import Audit
from sqlrag.rag.audits import Audits
from sqlrag.rag.conversations import Conversations
from sqlrag.rag.datasets import Dataset
from sqlrag.rag.doctor import Examination, examine
from sqlrag.rag.erasing import Erasing
from sqlrag.rag.estimate import Estimate, Estimator
from sqlrag.rag.evaluation import Evaluation, save_eval_run
from sqlrag.rag.extraction import Extraction
from sqlrag.rag.feed import Feed
from sqlrag.rag.file_datasets import FileDataset
from sqlrag.rag.file_evaluation import FileEvaluation
from sqlrag.rag.files import File
from sqlrag.rag.graph import Graph
from sqlrag.rag.ingestion import Ingestion, Recipe
from sqlrag.rag.keys import Keys
from sqlrag.rag.model_extraction import ModelExtractor, choose_extractor
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.relevance import Relevance
from sqlrag.rag.retrieval import Retrieval
from sqlrag.rag.rewriting import Rewriter
from sqlrag.rag.selection import Selector
from sqlrag.rag.spaces import Switching
from sqlrag.rag.store import Store, Stores
from sqlrag.rag.summaries import Summarization
from sqlrag.rag.upkeep import Upkeep, UpkeepReport, log_failures
from sqlrag.rag.vector_stores import VectorStores
from sqlrag.rag.watched_tables import WatchedTables
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings


@dataclass
class Rag(
    VectorStores,
    Questions,
    Conversations,
    Relevance,
    Stores,
    WatchedTables,
    Keys,
    Audits,
    Erasing,
):
    """Documents in, cited answers out: `async with Rag.open() as rag`.

    Every method works on `rag.workspace` and raises the errors of sqlrag.domain.errors.
    """

    summarization: Summarization
    switching: Switching
    feed: Feed

    @classmethod
    def open(
        cls,
        database_url: str | None = None,
        *,
        workspace: str | None = None,
        settings: Settings | None = None,
        upkeep_in_background: bool = False,
        tell_upkeep: Callable[[UpkeepReport], None] = log_failures,
    ) -> "Opening":
        """Connect to `database_url`, else DATABASE_URL, else the embedded Postgres.

        The embedded one is started and migrated as needed; another database must have been
        migrated. Servers do the upkeep after their responses, in the background; `tell_upkeep`
        hears of its outcome. Raises DatabaseError, BadInput.
        """
        given = database_url, workspace, settings, upkeep_in_background, tell_upkeep
        return Opening(cls._open(*given))

    @classmethod
    @asynccontextmanager
    async def _open(
        cls,
        database_url: str | None,
        workspace: str | None,
        settings: Settings | None,
        upkeep_in_background: bool,
        tell_upkeep: Callable[[UpkeepReport], None],
    ) -> "AsyncIterator[Rag]":
        settings = settings or Settings()
        url = await prepare_database(settings, database_url)
        async with AsyncExitStack() as stack:
            models = choose_models(settings.model)
            stack.push_async_callback(models.close)
            reading = settings.read_url, settings.read_max_lag
            storage = Postgres(url, settings.pool_size, settings.pooler, *reading)
            await storage.open()
            stack.push_async_callback(storage.close)
            if models.meter:
                models.meter.pacer = storage.model_limits
            parsing, splitting = settings.parsing, settings.parsing.splitting
            parser = ParserPool(parsing.limits, splitting, parsing.parse_workers)
            stack.push_async_callback(parser.close)
            extraction = _make_extraction(settings, storage, models)
            recipe = Recipe(splitting.name, parser, extraction)
            bounds = settings.ingest_concurrency, settings.ingest_in_work
            takes = settings.max_file_bytes, settings.keep_originals
            chat, budget = extraction.chat, settings.summary_tokens
            summarization = Summarization(storage, extraction, chat, budget)
            upkeep = Upkeep(
                storage, summarization, in_background=upkeep_in_background, tell=tell_upkeep
            )
            stack.push_async_callback(upkeep.close)
            rewriter = Rewriter(storage, models.chat)
            selector = Selector(storage, models.chat)
            find_embedder = partial(find_embedder_of, models)
            workspaces = Workspaces(storage, models.embedder, find_embedder)
            open_embedder = partial(find_embedder, dimensions=settings.offline_dimensions)
            audit = Audit(storage, cast(AuditLevel, settings.audit))
            stack.push_async_callback(audit.close)
            opened: list[Store] = []
            feed = Feed(storage)
            stack.push_async_callback(feed.close)
            stack.push_async_callback(lambda: asyncio.gather(*(one.close() for one in opened)))
            yield cls(
                workspace=workspace or settings.workspace,
                storage=storage,
                workspaces=workspaces,
                access=OWNER,
                audit=audit,
                ingestion=Ingestion(storage, workspaces, recipe, *takes, *bounds),
                upkeep=upkeep,
                parser=parser,
                models=models,
                retrieval=Retrieval(storage, workspaces, rewriter, selector, models.reranker),
                cache=_make_cache(settings, storage, models),
                summarization=summarization,
                max_backlog=settings.max_backlog,
                switching=Switching(storage, workspaces, open_embedder),
                opened=opened,
                feed=feed,
            )

    def in_workspace(self, name: str, access: Access | None = None) -> "Rag":
        """The same, for another workspace, and for who may do less, or read less."""
        access = access or self.access
        if access.reads_as is None:
            return replace(self, workspace=name, access=access)
        storage = self.storage.reading_as(Reader(name, access.reads_as, access.prefix))
        return replace(
            self,
            workspace=name,
            access=access,
            storage=storage,
            ingestion=replace(self.ingestion, storage=storage),
            retrieval=replace(self.retrieval, storage=storage),
            cache=replace(self.cache, storage=storage, reader=access.reads_as),
        )

    def reading_as(self, *principals: str) -> "Rag":
        """The same, as a reader who may read what is for one of the principals or for everybody.

        `rag.reading_as("alice", "team-a").query(...)`: no answer, number or name comes from another
        document. What changes something raises Forbidden.
        """
        return self.in_workspace(self.workspace, Access("reader", principals=principals))

    async def evaluate(
        self,
        dataset: Dataset | FileDataset,
        modes: Sequence[Mode] = (),
        ks: Sequence[int] = (1, 2, 5, 10),
        by_words: bool = False,
        select: bool = False,
        save: bool = False,
        report: Report = silent,
    ) -> list[EvalRun]:
        """Measure modes on questions with known answers, in a workspace that is then deleted.

        Without modes, naive and multihop; of files, auto. Vectors of the dataset's own take the
        place of the embedder's. With `select` the chat model chooses among what is found. With
        `save` the runs are kept in this workspace, for rag.eval_runs.
        """
        more = by_words, select, report
        answerer = self.models.answerer
        if isinstance(dataset, FileDataset):
            asking = self, self.retrieval, answerer, dataset, ks
            runs = await FileEvaluation(*asking, *more).evaluate(modes or ("auto",))
        else:
            embedder = dataset.embedder or self.embedder
            made = self.retrieval, embedder, self.ingestion.recipe.extraction
            writer = answerer if self.models.chat else None
            evaluation = Evaluation(*made, dataset, ks, writer, *more)
            runs = await evaluation.evaluate(modes or ("naive", "multihop"))
        if save:
            workspace = await self.workspaces.open(self.workspace)
            for run in runs:
                await save_eval_run(self.storage, workspace.id, run)
        return runs

    async def estimate(self, *given: Source | File, report: Report = silent) -> Estimate:
        """What an ingestion would take of models; none is called for it."""
        workspace = await self.workspaces.look_up(self.workspace)
        return await Estimator(self.ingestion, self.embedder, workspace).estimate(given, report)

    async def summarize(self, report: Report = silent) -> SummaryReport:
        """Summarise all that has become too long to read; a write does it for what it changed."""
        workspace = await self.workspaces.open(self.workspace)
        return await self.summarization.summarize(workspace, report)

    async def switch_space(self, model: str, report: Report = silent) -> SpaceSwitch:
        """Embed the workspace by another model, as `sqlrag space switch` does; questions are
        answered meanwhile.

        It may be stopped and begun again. Raises NotFound, BadInput and ModelError.
        """
        done = await self.switching.switch(self.workspace, model, report)
        await self.witness.tell("switch_space", model)
        return done

    @property
    def graph(self) -> Graph:
        """The knowledge graph of the workspace."""
        return Graph(self.workspace, self.workspaces, self.storage, self.upkeep, self.witness)

    async def examine(self, workspace: str | None = None) -> Examination:
        """Examine the database, as `sqlrag doctor` does, with every workspace or one of them.
        Raises NotFound."""
        if workspace is not None:
            await self.workspaces.get(workspace)
        return await examine(self.storage, workspace)

    @property
    def embedder(self) -> Embedder:
        return self.models.embedder


class Opening(AbstractAsyncContextManager[Rag]):
    """A Rag that is opened by `async with`, and says so to who takes it for one."""

    def __init__(self, opening: AbstractAsyncContextManager[Rag]) -> None:
        self._opening = opening

    async def __aenter__(self) -> Rag:
        return await self._opening.__aenter__()

    async def __aexit__(self, *exc: Any) -> bool | None:
        return await self._opening.__aexit__(*exc)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"Rag.open() has not opened anything yet, so there is no {name}; write"
            " async with Rag.open() as rag, and use rag inside."
        )

    def __await__(self) -> Any:
        raise TypeError("Rag.open() is not awaited; write async with Rag.open() as rag.")


async def prepare_database(settings: Settings, url: str | None = None) -> str:
    """The URL of the database; the embedded one is started and migrated first."""
    if url:
        return url
    url = await asyncio.to_thread(database_url, settings)
    if not settings.database_url and not await Postgres(url, 1).is_current():
        await asyncio.to_thread(migrate, url)
    return url


def _make_cache(settings: Settings, storage: Postgres, models: Models) -> AnswerCache:
    """What an answer depends on; answers that cost nothing are not kept."""
    reranker = (models.reranker.model, settings.rerank_url or "") if models.reranker else ()
    names = (models.answerer.model, *reranker)
    return AnswerCache(storage, names, settings.answer_cache if models.chat else 0)


def _make_extraction(settings: Settings, storage: Postgres, models: Models) -> Extraction:
    types = [part.strip() for part in (settings.entity_types or "").split(",") if part.strip()]
    chosen = {"gleaning_rounds": settings.gleaning_rounds, "entity_types": types or None}
    try:
        options, _ = read_settings(chosen, ExtractionOptions())
    except BadInput as error:
        raise BadInput(f"SQLRAG_ENTITY_TYPES is wrong: {error}") from error
    if settings.extraction == "off":
        return Extraction(storage, NoExtractor(), options=options)
    extractor, chat = choose_extractor(models), models.extraction_chat
    return Extraction(storage, extractor, chat, ModelExtractor, options)
