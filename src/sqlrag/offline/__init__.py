"""What works without a model: an embedder, an extractor and an answerer.

All that others may use of this room is named here.
"""

from typing import TYPE_CHECKING

from sqlrag.domain.models import Models
from sqlrag.offline.answerer import ExtractiveAnswerer
from sqlrag.offline.embedder import HashingEmbedder
from sqlrag.offline.extractor import NoExtractor, OfflineExtractor, extract_document
from sqlrag.offline.extractor.subjects import mark_subjects
from sqlrag.offline.sentences import split_sentences
from sqlrag.offline.words import is_function_word, word_set

if TYPE_CHECKING:
    from sqlrag.settings import ModelSettings

__all__ = [
    "ExtractiveAnswerer",
    "HashingEmbedder",
    "NoExtractor",
    "OfflineExtractor",
    "extract_document",
    "is_function_word",
    "mark_subjects",
    "open_models",
    "split_sentences",
    "word_set",
]


_HINT = "; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"


def open_models(settings: "ModelSettings") -> Models:
    """The provider "offline"; its description says how to get a model, unless it was asked for."""
    dimensions = settings.offline_dimensions
    named = settings.models == "offline"
    return Models(
        HashingEmbedder(dimensions),
        ExtractiveAnswerer(),
        f"models: offline (hashing embedder {dimensions}d, statistical extractor,"
        f" extractive answerer){', as SQLRAG_MODELS=offline asks' if named else _HINT}",
        OfflineExtractor(),
    )
