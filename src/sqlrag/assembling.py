"""The composition root: puts storage, models and parsers together into use-cases."""

from dataclasses import dataclass
from typing import Self

from sqlrag.domain.errors import BadInput
from sqlrag.domain.extraction import read_settings
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.models import Models
from sqlrag.offline import NoExtractor
from sqlrag.parsing.pool import ParserPool
from sqlrag.rag.answer_cache import AnswerCache
from sqlrag.rag.answering import Answering
from sqlrag.rag.configuring import Configuring
from sqlrag.rag.editing import Editing
from sqlrag.rag.exploring import Exploring
from sqlrag.rag.exporting import Exporting
from sqlrag.rag.extracting import Extracting
from sqlrag.rag.ingesting import Ingesting
from sqlrag.rag.managing import Managing
from sqlrag.rag.model_extraction import ModelExtractor, choose_extractor
from sqlrag.rag.reranking import Reranking
from sqlrag.rag.retrieving import Retrieving
from sqlrag.rag.storing import Storing
from sqlrag.rag.summarizing import Summarizing
from sqlrag.rag.understanding import Understanding
from sqlrag.rag.workspaces import WorkspaceDirectory
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings


@dataclass
class UseCases:
    """All that can be done, put together; `workspace` is the one that is meant by default."""

    workspace: str
    models: Models
    ingesting: Ingesting
    answering: Answering
    managing: Managing
    configuring: Configuring
    summarizing: Summarizing
    exploring: Exploring
    exporting: Exporting
    editing: Editing
    storing: Storing

    @classmethod
    def assemble(
        cls,
        workspace: str,
        settings: Settings,
        storage: Postgres,
        models: Models,
        parser: ParserPool,
    ) -> Self:
        directory = WorkspaceDirectory(storage, models.embedder)
        extracting = _extracting(settings, storage, models)
        return cls(
            workspace,
            models,
            _ingesting(settings, storage, directory, parser, models, extracting),
            _answering(settings, storage, directory, models),
            Managing(storage, directory),
            Configuring(storage, directory, extracting.options),
            Summarizing(storage, directory, extracting, extracting.chat, settings.summary_tokens),
            Exploring(storage),
            Exporting(storage),
            Editing(storage, directory, models.embedder),
            Storing(storage, directory),
        )


def make_parser(settings: Settings) -> ParserPool:
    parsing = settings.parsing
    return ParserPool(parsing.limits, parsing.splitting, parsing.parse_workers)


def _ingesting(
    settings: Settings,
    storage: Postgres,
    directory: WorkspaceDirectory,
    parser: ParserPool,
    models: Models,
    extracting: Extracting,
) -> Ingesting:
    return Ingesting(
        storage,
        directory,
        parser,
        models.embedder,
        extracting,
        _recipe(settings),
        settings.max_file_bytes,
        settings.ingest_concurrency,
        settings.ingest_in_work,
    )


def _answering(
    settings: Settings, storage: Postgres, directory: WorkspaceDirectory, models: Models
) -> Answering:
    retrieving = Retrieving(
        storage,
        directory,
        models.embedder,
        Understanding(storage, models.chat),
        Reranking(models.reranker),
    )
    cache = AnswerCache(storage, directory, *_answers_kept(settings, models))
    return Answering(retrieving, models.answerer, cache, models.chat)


def _extracting(settings: Settings, storage: Postgres, models: Models) -> Extracting:
    options = _options(settings)
    if settings.extraction == "off":
        return Extracting(storage, NoExtractor(), options=options)
    extractor, chat = choose_extractor(models), models.extraction_chat
    return Extracting(storage, extractor, chat, ModelExtractor, options)


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
