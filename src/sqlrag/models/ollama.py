"""The provider "ollama": local models behind Ollama's OpenAI-compatible API, without a key."""

from typing import Any

from sqlrag.domain.models import Models
from sqlrag.models.openai import open_endpoint
from sqlrag.settings import ModelSettings

URL = "http://127.0.0.1:11434/v1"
USUAL = {"chat_model": "llama3.2", "embedding_model": "nomic-embed-text"}


def open_models(settings: ModelSettings) -> Models:
    """What was not set is as Ollama has it."""
    chosen: dict[str, Any] = {**USUAL, **settings.model_dump(include=settings.model_fields_set)}
    if not (settings.openai_base_url or "").strip():
        # The key in the environment is another endpoint's then, and none of Ollama's business.
        chosen |= {"openai_base_url": URL, "openai_api_key": None}
    return open_endpoint(settings.model_copy(update=chosen), "ollama")
