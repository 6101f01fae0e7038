"""What thinks: embedders, chat models, extractors and answerers, at an endpoint or offline."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlrag.models.choosing import ModelChoice, Models, choose_models
    from sqlrag.models.citing import find_references
    from sqlrag.models.completing import OpenAIChat
    from sqlrag.models.endpoint import Endpoint
    from sqlrag.models.extraction.by_model import ModelExtractor
    from sqlrag.models.extraction.offline import OfflineExtractor, extract_document
    from sqlrag.models.extractive import ExtractiveAnswerer
    from sqlrag.models.hashing import HashingEmbedder
    from sqlrag.models.prompting import render_context, render_messages
    from sqlrag.models.remote import OpenAIAnswerer, OpenAIEmbedder

__all__ = [
    "Endpoint",
    "ExtractiveAnswerer",
    "HashingEmbedder",
    "ModelChoice",
    "ModelExtractor",
    "Models",
    "OfflineExtractor",
    "OpenAIAnswerer",
    "OpenAIChat",
    "OpenAIEmbedder",
    "choose_models",
    "extract_document",
    "find_references",
    "render_context",
    "render_messages",
]

_HOMES = {
    "Endpoint": "endpoint",
    "ExtractiveAnswerer": "extractive",
    "HashingEmbedder": "hashing",
    "ModelChoice": "choosing",
    "ModelExtractor": "extraction.by_model",
    "Models": "choosing",
    "OfflineExtractor": "extraction.offline",
    "OpenAIAnswerer": "remote",
    "OpenAIChat": "completing",
    "OpenAIEmbedder": "remote",
    "choose_models": "choosing",
    "extract_document": "extraction.offline",
    "find_references": "citing",
    "render_context": "prompting",
    "render_messages": "prompting",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only: offline, nothing should wait for the openai client."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sqlrag.models' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"sqlrag.models.{_HOMES[name]}"), name)
