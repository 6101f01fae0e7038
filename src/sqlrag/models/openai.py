"""The provider "openai": any endpoint that speaks its API."""

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Models
from sqlrag.domain.pacing import Pace
from sqlrag.models.chat import OpenAIChat
from sqlrag.models.embedder import OpenAIEmbedder
from sqlrag.models.endpoint import Endpoint
from sqlrag.settings import ModelSettings


def open_models(settings: ModelSettings) -> Models:
    """Raises BadInput where there is neither a key nor a URL."""
    if not settings.names_endpoint:
        raise BadInput(
            "SQLRAG_MODELS is openai, but there is no endpoint to call; set OPENAI_API_KEY, or"
            " OPENAI_BASE_URL for a local server, or SQLRAG_MODELS=offline."
        )
    return open_endpoint(settings, "openai")


def open_endpoint(settings: ModelSettings, provider: str) -> Models:
    """All models of one endpoint; no call is made. Raises BadInput."""
    limits = settings.model_timeout, settings.model_retries, settings.model_concurrency
    url = (settings.openai_base_url or "").strip() or None
    endpoint = Endpoint(settings.key, url, *limits, paces=_read_paces(settings))
    embedding = settings.embedding_dimensions, settings.embedding_batch
    extraction_model = (settings.extraction_model or "").strip() or settings.chat_model
    named = [settings.chat_model, settings.embedding_model]
    if extraction_model != settings.chat_model:
        named.append(f"{extraction_model} for extraction")
    chat = OpenAIChat(endpoint, settings.chat_model)

    def open_embedder(model: str) -> OpenAIEmbedder:
        return OpenAIEmbedder(endpoint, model, *embedding)

    return Models(
        open_embedder(settings.embedding_model),
        chat,
        f"models: {provider} {', '.join(named)} at {endpoint.host}",
        chat=chat,
        extraction_chat=OpenAIChat(endpoint, extraction_model, "extraction"),
        open_embedder=open_embedder,
        closers=(endpoint.close,),
        meter=endpoint.meter,
    )


def _read_paces(settings: ModelSettings) -> dict[str, Pace]:
    chat = Pace(settings.chat_requests_per_minute, settings.chat_tokens_per_minute)
    embedding = Pace(settings.embedding_requests_per_minute, settings.embedding_tokens_per_minute)
    return {"chat": chat, "extraction": chat, "embedding": embedding}
