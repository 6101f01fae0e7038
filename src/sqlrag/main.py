"""The composition root: puts storage, models and parsers together into a Rag."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlrag.domain.documents import Document, IngestResult, Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.evaluation import EvalRun
from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import Answer, Context, Mode, QueryParam
from sqlrag.embedded import start_postgres
from sqlrag.migrating import migrate
from sqlrag.models.choosing import ModelChoice, Models, choose_models
from sqlrag.models.extraction.by_model import ModelExtractor
from sqlrag.models.nothing import NoExtractor
from sqlrag.parsing.limits import Limits, Splitting
from sqlrag.parsing.pool import ParserPool
from sqlrag.rag.answering import Answering
from sqlrag.rag.datasets import Dataset
from sqlrag.rag.evaluating import Evaluating
from sqlrag.rag.extracting import Extracting
from sqlrag.rag.files import find_files
from sqlrag.rag.ingesting import Ingesting
from sqlrag.rag.managing import Managing
from sqlrag.rag.retrieving import Retrieving
from sqlrag.rag.workspaces import WorkspaceDirectory
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings

if TYPE_CHECKING:
    from litestar import Litestar


class Rag:
    """Documents in, cited answers out: `async with Rag.open() as rag`.

    Every method works on `rag.workspace` and raises the errors of sqlrag.domain.errors.
    """

    def __init__(
        self,
        workspace: str,
        models: Models,
        ingesting: Ingesting,
        answering: Answering,
        managing: Managing,
    ) -> None:
        self.workspace = workspace
        self.models = models
        self.ingesting = ingesting
        self.answering = answering
        self.managing = managing

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database_url: str | None = None,
        *,
        workspace: str | None = None,
        settings: Settings | None = None,
    ) -> "AsyncIterator[Rag]":
        """Connect to `database_url`, else DATABASE_URL, else the embedded Postgres.

        The embedded one is started and migrated as needed; another database must have been
        migrated. Raises DatabaseError.
        """
        settings = settings or Settings()
        url = await prepare_database(settings, database_url)
        async with AsyncExitStack() as stack:
            models = await stack.enter_async_context(open_models(settings))
            storage = Postgres(url, settings.pool_size)
            await storage.open()
            stack.push_async_callback(storage.close)
            parser = ParserPool(_limits(settings), _splitting(settings), settings.parse_workers)
            stack.push_async_callback(parser.close)
            directory = WorkspaceDirectory(storage, models.embedder)
            retrieving = Retrieving(storage, directory, models.embedder)
            yield cls(
                workspace or settings.workspace,
                models,
                Ingesting(
                    storage,
                    directory,
                    parser,
                    models.embedder,
                    _extracting(settings, storage, models),
                    _recipe(settings, models),
                    settings.max_file_bytes,
                    settings.ingest_concurrency,
                ),
                Answering(retrieving, models.answerer),
                Managing(storage, directory),
            )

    async def insert(
        self,
        texts: str | Sequence[str],
        ids: str | Sequence[str] | None = None,
        *,
        titles: Sequence[str | None] | None = None,
        metadata: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        tags: Iterable[str] = (),
        media_type: str = "text/plain",
    ) -> list[IngestResult]:
        """Insert texts. Without ids, equal texts are one document.

        One metadata mapping and the tags go to all texts; a list of mappings is one per text.
        """
        listed, tags = [texts] if isinstance(texts, str) else list(texts), tuple(tags)
        keys = _one_each("ids", [ids] if isinstance(ids, str) else ids, len(listed))
        named = _one_each("titles", titles, len(listed))
        each = metadata if isinstance(metadata, Sequence) else [metadata or {}] * len(listed)
        sources = [
            Source.of_text(
                text, key, title=title, metadata=fields, tags=tags, media_type=media_type
            )
            for text, key, title, fields in zip(
                listed, keys, named, _one_each("metadata", each, len(listed)), strict=True
            )
        ]
        results = await self.ingesting.ingest(self.workspace, sources)
        await self.ingesting.index(self.workspace)
        return results

    async def ingest(self, *paths: str | os.PathLike[str]) -> list[IngestResult]:
        """Ingest files, folders and globs, each file under its absolute path."""
        found = await asyncio.to_thread(find_files, paths)
        results = await self.ingesting.ingest(self.workspace, found)
        await self.ingesting.index(self.workspace)
        return results

    async def query(self, question: str, param: QueryParam | None = None) -> Answer:
        return await self.answering.answer(self.workspace, question, param or QueryParam())

    def stream(
        self, question: str, param: QueryParam | None = None
    ) -> AsyncIterator[Context | str | Answer]:
        """The context, then the answer piece by piece, then the whole Answer."""
        return self.answering.stream(self.workspace, question, param or QueryParam())

    async def search(self, question: str, param: QueryParam | None = None) -> Context:
        """Retrieve without answering."""
        retrieving = self.answering.retrieving
        return await retrieving.retrieve(self.workspace, question, param or QueryParam())

    async def evaluate(
        self,
        dataset: Dataset,
        modes: Sequence[Mode] = ("naive", "multihop"),
        ks: Sequence[int] = (2, 5, 10),
        by_words: bool = False,
        save: bool = False,
        advance: Callable[[int], None] = lambda done: None,
    ) -> list[EvalRun]:
        """Measure modes on questions with known answers, in a workspace that is then deleted.

        With `save` the runs are kept in this workspace, for rag.eval_runs.
        """
        answerer = self.models.answerer if self.models.chat else None
        extracting = self.ingesting.extracting
        storage = self.managing.storage
        evaluating = Evaluating(storage, self.embedder, extracting, ks, answerer, by_words)
        runs = await evaluating.evaluate(dataset, modes, advance)
        if save:
            opened = await self.ingesting.directory.open(self.workspace)
            for run in runs:
                await storage.evaluations.save_eval_run(opened.workspace_id, run)
        return runs

    async def list_documents(
        self, after: int = 0, limit: int = 50, filters: Mapping[str, Any] | None = None
    ) -> list[Document]:
        """A page of documents in order of id, beginning after the id `after`."""
        return await self.managing.list_documents(self.workspace, after, limit, filters=filters)

    async def delete(self, *documents: int | str) -> list[tuple[int, str]]:
        """Delete by id or source key; returns (document_id, source_key) of what was there."""
        return await self.managing.delete_documents(self.workspace, documents)

    @property
    def embedder(self) -> Embedder:
        return self.models.embedder


async def start_database(settings: Settings) -> str:
    """The URL of the database as it is; the embedded one is started, if it is the one."""
    if settings.database_url:
        return settings.database_url.get_secret_value()
    return await asyncio.to_thread(start_postgres, settings.home)


def create_application(settings: Settings) -> "Litestar":
    """The HTTP application; it opens its Rag when it starts, in the process that serves."""
    from sqlrag.api.application import create_app  # slow to import, and only servers need it

    return create_app(
        partial(Rag.open, settings=settings), settings.workspace, settings.max_file_bytes
    )


def application() -> "Litestar":
    """For servers: `granian --interface asgi --factory sqlrag.main:application`."""
    return create_application(Settings())


async def prepare_database(settings: Settings, database_url: str | None = None) -> str:
    """The URL of the database; the embedded one is started and migrated first."""
    if database_url:
        return database_url
    url = await start_database(settings)
    if not settings.database_url and not await _is_current(url):
        await asyncio.to_thread(migrate, url)
    return url


@asynccontextmanager
async def open_models(settings: Settings) -> AsyncIterator[Models]:
    """The models alone, without a database."""
    models = choose_models(_model_choice(settings))
    try:
        yield models
    finally:
        await models.close()


async def _is_current(url: str) -> bool:
    return await Postgres(url, 1).is_current()


def _model_choice(settings: Settings) -> ModelChoice:
    key = settings.openai_api_key
    return ModelChoice(
        models=settings.models,
        api_key=key.get_secret_value() if key else None,
        base_url=settings.openai_base_url,
        chat_model=settings.chat_model,
        extraction_model=settings.extraction_model,
        embedding_model=settings.embedding_model,
        embedding_dimensions=settings.embedding_dimensions,
        embedding_batch=settings.embedding_batch,
        concurrency=settings.model_concurrency,
        timeout=settings.model_timeout,
        retries=settings.model_retries,
        offline_dimensions=settings.offline_dimensions,
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_file_bytes=settings.max_file_bytes,
        max_text_chars=settings.max_text_chars,
        max_pages=settings.max_pages,
        timeout=settings.parse_timeout,
        memory_bytes=settings.parse_memory_bytes,
    )


def _splitting(settings: Settings) -> Splitting:
    return Splitting(
        min_tokens=settings.chunk_min_tokens,
        max_tokens=settings.chunk_max_tokens,
        overlap_tokens=settings.chunk_overlap_tokens,
    )


def _extracting(settings: Settings, storage: Postgres, models: Models) -> Extracting:
    if settings.extraction == "off":
        return Extracting(storage, models.embedder, NoExtractor())
    return Extracting(
        storage, models.embedder, models.extractor, models.extraction_chat, ModelExtractor
    )


def _recipe(settings: Settings, models: Models) -> str:
    extractor = "none" if settings.extraction == "off" else models.extractor.model
    return (
        f"split {settings.chunk_min_tokens}-{settings.chunk_max_tokens} "
        f"overlap {settings.chunk_overlap_tokens}; extracted by {extractor}"
    )


def _one_each(name: str, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    if values is None:
        return [None] * count
    if len(values) != count:
        raise BadInput(f"There are {count} texts but {len(values)} {name}; give one for each.")
    return values
