"""What thinks: embedders and answerers, at an OpenAI-compatible endpoint or offline."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlrag.models.choosing import ModelChoice, Models, choose_models
    from sqlrag.models.citing import find_references
    from sqlrag.models.endpoint import Endpoint
    from sqlrag.models.extractive import ExtractiveAnswerer
    from sqlrag.models.hashing import HashingEmbedder
    from sqlrag.models.prompting import render_context, render_messages
    from sqlrag.models.remote import OpenAIAnswerer, OpenAIEmbedder

__all__ = [
    "Endpoint",
    "ExtractiveAnswerer",
    "HashingEmbedder",
    "ModelChoice",
    "Models",
    "OpenAIAnswerer",
    "OpenAIEmbedder",
    "choose_models",
    "find_references",
    "render_context",
    "render_messages",
]

_HOMES = {
    "Endpoint": "endpoint",
    "ExtractiveAnswerer": "extractive",
    "HashingEmbedder": "hashing",
    "ModelChoice": "choosing",
    "Models": "choosing",
    "OpenAIAnswerer": "remote",
    "OpenAIEmbedder": "remote",
    "choose_models": "choosing",
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
