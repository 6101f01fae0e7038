"""The composition root: puts storage, models and parsers together into a Rag."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlrag.domain.documents import Document, IngestResult, Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.extraction import ExtractionSettings, read_settings
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import Answer, Context, QueryParam
from sqlrag.domain.summaries import SummaryReport
from sqlrag.embedded import start_postgres
from sqlrag.migrating import migrate
from sqlrag.models.choosing import ModelChoice, Models, choose_models
from sqlrag.models.extraction.by_model import ModelExtractor
from sqlrag.models.nothing import NoExtractor
from sqlrag.parsing.limits import Limits, Splitting
from sqlrag.parsing.pool import ParserPool
from sqlrag.rag.answer_cache import AnswerCache
from sqlrag.rag.answering import Answering
from sqlrag.rag.configuring import Configuring
from sqlrag.rag.custom import Custom
from sqlrag.rag.editing import Editing
from sqlrag.rag.exploring import Exploring
from sqlrag.rag.exporting import Exporting
from sqlrag.rag.extracting import Extracting
from sqlrag.rag.files import find_files
from sqlrag.rag.graph import Graph
from sqlrag.rag.ingesting import Given, Ingesting
from sqlrag.rag.managing import Managing
from sqlrag.rag.reranking import Reranking
from sqlrag.rag.retrieving import Retrieving
from sqlrag.rag.summarizing import Summarizing
from sqlrag.rag.understanding import Understanding
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
        configuring: Configuring,
        summarizing: Summarizing,
        exploring: Exploring,
        exporting: Exporting,
        editing: Editing,
    ) -> None:
        self.workspace = workspace
        self.models = models
        self.ingesting = ingesting
        self.answering = answering
        self.managing = managing
        self.configuring = configuring
        self.summarizing = summarizing
        self.exploring = exploring
        self.exporting = exporting
        self.editing = editing

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
            retrieving = Retrieving(
                storage,
                directory,
                models.embedder,
                Understanding(storage, models.chat),
                Reranking(models.reranker),
            )
            cache = AnswerCache(storage, directory, *_answers_kept(settings, models))
            extracting = _extracting(settings, storage, models)
            yield cls(
                workspace or settings.workspace,
                models,
                Ingesting(
                    storage,
                    directory,
                    parser,
                    models.embedder,
                    extracting,
                    _recipe(settings),
                    settings.max_file_bytes,
                    settings.ingest_concurrency,
                    settings.ingest_in_work,
                ),
                Answering(retrieving, models.answerer, cache, models.chat),
                Managing(storage, directory),
                Configuring(storage, directory, extracting.options),
                Summarizing(
                    storage, directory, extracting, extracting.chat, settings.summary_tokens
                ),
                Exploring(storage),
                Exporting(storage),
                Editing(storage, directory, models.embedder),
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
        return await self._ingest(sources)

    async def ingest(self, *paths: str | os.PathLike[str]) -> list[IngestResult]:
        """Ingest files, folders and globs, each file under its absolute path."""
        return await self._ingest(await asyncio.to_thread(find_files, paths))

    async def _ingest(self, given: Sequence[Given]) -> list[IngestResult]:
        results = await self.ingesting.ingest(self.workspace, given)
        await self.ingesting.index(self.workspace)
        await self.summarizing.summarize(self.workspace)
        return results

    async def insert_custom_kg(
        self, custom_kg: Mapping[str, Any], full_doc_id: str | None = None
    ) -> list[IngestResult]:
        """Insert chunks with their entities and relationships; see sqlrag.rag.custom."""
        results = await Custom(self.ingesting).insert_custom_kg(
            self.workspace, custom_kg, full_doc_id
        )
        await self.ingesting.index(self.workspace)
        return results

    async def insert_custom_chunks(
        self, full_text: str, text_chunks: Sequence[str], doc_id: str | None = None
    ) -> IngestResult:
        """Insert a text that is in chunks already; see sqlrag.rag.custom."""
        result = await Custom(self.ingesting).insert_custom_chunks(
            self.workspace, full_text, text_chunks, doc_id
        )
        await self.ingesting.index(self.workspace)
        return result

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

    async def list_documents(
        self, after: int = 0, limit: int = 50, filters: Mapping[str, Any] | None = None
    ) -> list[Document]:
        """A page of documents in order of id, beginning after the id `after`."""
        return await self.managing.list_documents(self.workspace, after, limit, filters=filters)

    async def delete(self, *documents: int | str) -> list[tuple[int, str]]:
        """Delete by id or source key; returns (document_id, source_key) of what was there."""
        return await self.managing.delete_documents(self.workspace, documents)

    async def get_extraction(self) -> ExtractionSettings:
        """How entities and relations are extracted here, and which of it is this workspace's."""
        return await self.configuring.get_extraction(self.workspace)

    async def configure_extraction(self, **changes: Any) -> ExtractionSettings:
        """Change fields of ExtractionOptions for this workspace; None is the default again.

        Documents are extracted anew, with what is changed, when they are ingested again.
        """
        return await self.configuring.configure_extraction(self.workspace, changes)

    async def summarize(self) -> SummaryReport:
        """Summarise what has become too long to read, which ingesting does as well."""
        return await self.summarizing.summarize(self.workspace)

    @property
    def graph(self) -> Graph:
        """The knowledge graph of the workspace."""
        return Graph(self.workspace, self.exploring, self.exporting, self.editing)

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
    key, rerank_key = settings.openai_api_key, settings.rerank_api_key
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
        rerank_url=settings.rerank_url,
        rerank_model=settings.rerank_model,
        rerank_api_key=rerank_key.get_secret_value() if rerank_key else None,
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
    options = _options(settings)
    if settings.extraction == "off":
        return Extracting(storage, NoExtractor(), options=options)
    return Extracting(storage, models.extractor, models.extraction_chat, ModelExtractor, options)


def _options(settings: Settings) -> ExtractionOptions:
    types = [part.strip() for part in (settings.entity_types or "").split(",") if part.strip()]
    chosen = {"gleaning_rounds": settings.gleaning_rounds, "entity_types": types or None}
    try:
        return read_settings(chosen, ExtractionOptions()).options
    except BadInput as error:
        raise BadInput(f"SQLRAG_ENTITY_TYPES is wrong: {error}") from error


def _answers_kept(settings: Settings, models: Models) -> tuple[tuple[str, ...], int]:
    """The models that an answer depends on, and how many are kept: none that cost nothing."""
    names = (models.answerer.model, models.embedder.model)
    reranker = (models.reranker.model, settings.rerank_url or "") if models.reranker else ()
    return (*names, *reranker), settings.answer_cache if models.chat else 0


def _recipe(settings: Settings) -> str:
    return (
        f"split {settings.chunk_min_tokens}-{settings.chunk_max_tokens} "
        f"overlap {settings.chunk_overlap_tokens}"
    )


def _one_each(name: str, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    if values is None:
        return [None] * count
    if len(values) != count:
        raise BadInput(f"There are {count} texts but {len(values)} {name}; give one for each.")
    return values
