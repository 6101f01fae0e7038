"""What thinks: embedders and answerers, at an OpenAI-compatible endpoint or offline."""

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
