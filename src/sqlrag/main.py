"""The Rag that users open, and the application that serves it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlrag.assembling import UseCases, make_parser
from sqlrag.database.embedded import start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.domain.documents import Document, IngestResult, Source, added_ids
from sqlrag.domain.errors import BadInput
from sqlrag.domain.evaluation import EvalRun
from sqlrag.domain.extraction import ExtractionSettings
from sqlrag.domain.items import Metric
from sqlrag.domain.models import Embedder, Models
from sqlrag.domain.retrieval import Answer, Context, Mode, QueryParam
from sqlrag.domain.summaries import SummaryReport
from sqlrag.providers import choose_models
from sqlrag.rag.custom import Custom
from sqlrag.rag.datasets import Dataset
from sqlrag.rag.evaluating import Evaluating
from sqlrag.rag.examining import Examination, Examining
from sqlrag.rag.files import find_files
from sqlrag.rag.graph import Graph
from sqlrag.rag.ingesting import Given
from sqlrag.rag.storing import Store
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings

if TYPE_CHECKING:
    from litestar import Litestar


class Rag(UseCases):
    """Documents in, cited answers out: `async with Rag.open() as rag`.

    Every method works on `rag.workspace` and raises the errors of sqlrag.domain.errors.
    """

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
            parser = make_parser(settings)
            stack.push_async_callback(parser.close)
            rag = cls.assemble(workspace or settings.workspace, settings, storage, models, parser)
            stack.push_async_callback(rag.storing.close)
            yield rag

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
        await self.summarizing.summarize(self.workspace, document_ids=added_ids(results))
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

    async def get_extraction(self) -> ExtractionSettings:
        """How entities and relations are extracted here, and which of it is this workspace's."""
        return await self.configuring.get_extraction(self.workspace)

    async def configure_extraction(self, **changes: Any) -> ExtractionSettings:
        """Change fields of ExtractionOptions for this workspace; None is the default again.

        Documents are extracted anew, with what is changed, when they are ingested again.
        """
        return await self.configuring.configure_extraction(self.workspace, changes)

    async def summarize(self) -> SummaryReport:
        """Summarise all that has become too long to read; ingesting does it for what it wrote."""
        return await self.summarizing.summarize(self.workspace)

    @property
    def graph(self) -> Graph:
        """The knowledge graph of the workspace."""
        return Graph(self.workspace, self.exploring, self.exporting, self.editing)

    async def store(
        self,
        name: str,
        dimensions: int,
        metric: Metric = "cosine",
        *,
        language: str = "simple",
        overwrite: bool = False,
    ) -> Store:
        """A store for vectors of your own, in a workspace of its own; see Storing.open_store."""
        return await self.storing.open_store(
            name, dimensions, metric, language=language, overwrite=overwrite
        )

    async def examine(self) -> Examination:
        """Examine the database, as `sqlrag doctor` does."""
        return await Examining(self.managing.storage.doctor).examine()

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
    from sqlrag.doors.http.application import create_app  # slow to import, and only servers need it

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
    models = choose_models(settings.model)
    try:
        yield models
    finally:
        await models.close()


async def _is_current(url: str) -> bool:
    return await Postgres(url, 1).is_current()


def _one_each(name: str, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    if values is None:
        return [None] * count
    if len(values) != count:
        raise BadInput(f"There are {count} texts but {len(values)} {name}; give one for each.")
    return values
