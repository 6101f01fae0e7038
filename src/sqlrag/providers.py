"""Decides which models answer, embed and extract: those of an endpoint, or the offline ones."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Answerer, ChatModel, Embedder, Extractor, Reranker
from sqlrag.offline import ExtractiveAnswerer, HashingEmbedder, OfflineExtractor
from sqlrag.rag.model_extraction import ModelExtractor

if TYPE_CHECKING:
    from sqlrag.models.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What the choice rests on; `models` is 'auto', 'openai' or 'offline'."""

    models: str = "auto"
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = field(default=None, repr=False)  # may hold a password
    chat_model: str = "gpt-4o-mini"
    extraction_model: str | None = None  # None: the chat model
    embedding_model: str = "text-embedding-3-small"
    embedding_dimensions: int | None = None
    embedding_batch: int = 128
    concurrency: int = 8
    timeout: float = 60.0
    retries: int = 4
    offline_dimensions: int = 512
    rerank_url: str | None = field(default=None, repr=False)
    rerank_model: str | None = None
    rerank_api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Models:
    """What was chosen; `description` is one line for people.

    `chat` and `extraction_chat`, which the extractor asks, are None offline.
    """

    embedder: Embedder
    answerer: Answerer
    extractor: Extractor
    description: str
    chat: ChatModel | None = None
    extraction_chat: ChatModel | None = None
    reranker: Reranker | None = None
    endpoints: "tuple[Endpoint, ...]" = ()

    async def close(self) -> None:
        for endpoint in self.endpoints:
            await endpoint.close()


def choose_models(choice: ModelChoice) -> Models:
    """With a key or a URL the endpoint, otherwise offline, unless `models` forces one of them.

    No call is made. Raises BadInput.
    """
    reachable = bool((choice.api_key or "").strip() or (choice.base_url or "").strip())
    if choice.models not in ("auto", "openai", "offline"):
        raise BadInput(f"SQLRAG_MODELS is {choice.models!r}; set it to auto, openai or offline.")
    if choice.models == "openai" and not reachable:
        raise BadInput(
            "SQLRAG_MODELS is openai, but there is no endpoint to call; set OPENAI_API_KEY, or"
            " OPENAI_BASE_URL for a local server, or SQLRAG_MODELS=offline."
        )
    offline = choice.models == "offline" or not reachable
    models = _choose_offline(choice) if offline else _choose_openai(choice)
    return _add_reranker(models, choice) if (choice.rerank_url or "").strip() else models


def _add_reranker(models: Models, choice: ModelChoice) -> Models:
    from sqlrag.models.endpoint import Endpoint
    from sqlrag.models.reranking import NAMES, HttpReranker

    endpoint = Endpoint(
        choice.rerank_api_key,
        choice.rerank_url,
        timeout=choice.timeout,
        retries=choice.retries,
        concurrency=choice.concurrency,
        names=NAMES,
    )
    reranker = HttpReranker(endpoint, (choice.rerank_model or "").strip())
    return replace(
        models,
        reranker=reranker,
        endpoints=(*models.endpoints, endpoint),
        description=f"{models.description}; reranked at {endpoint.host}",
    )


def _choose_offline(choice: ModelChoice) -> Models:
    dimensions = choice.offline_dimensions
    description = (
        f"models: offline (hashing embedder {dimensions}d, statistical extractor,"
        " extractive answerer)"
    )
    if choice.models == "offline":
        description += ", as SQLRAG_MODELS=offline asks"
    else:
        description += "; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"
    embedder = HashingEmbedder(dimensions)
    return Models(embedder, ExtractiveAnswerer(), OfflineExtractor(), description)


def _choose_openai(choice: ModelChoice) -> Models:
    # The client takes half a second to import, and only an endpoint needs it.
    from sqlrag.models.completing import OpenAIChat
    from sqlrag.models.endpoint import Endpoint
    from sqlrag.models.remote import OpenAIAnswerer, OpenAIEmbedder

    endpoint = Endpoint(
        choice.api_key,
        (choice.base_url or "").strip() or None,
        timeout=choice.timeout,
        retries=choice.retries,
        concurrency=choice.concurrency,
    )
    embedder = OpenAIEmbedder(
        endpoint, choice.embedding_model, choice.embedding_dimensions, choice.embedding_batch
    )
    extraction_chat = OpenAIChat(
        endpoint, (choice.extraction_model or "").strip() or choice.chat_model, "extraction"
    )
    return Models(
        embedder,
        OpenAIAnswerer(endpoint, choice.chat_model),
        ModelExtractor(extraction_chat),
        _describe(choice, extraction_chat.model, endpoint.host),
        OpenAIChat(endpoint, choice.chat_model),
        extraction_chat,
        endpoints=(endpoint,),
    )


def _describe(choice: ModelChoice, extraction_model: str, host: str) -> str:
    named = [choice.chat_model, choice.embedding_model]
    if extraction_model != choice.chat_model:
        named.append(f"{extraction_model} for extraction")
    return f"models: openai {', '.join(named)} at {host}"
