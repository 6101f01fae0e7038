"""What works without a model: an embedder, an extractor and an answerer.

All that others may use of this room is named here.
"""

from typing import TYPE_CHECKING

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Models
from sqlrag.offline.answerer import ExtractiveAnswerer
from sqlrag.offline.embedder import HashingEmbedder
from sqlrag.offline.extractor import NoExtractor, OfflineExtractor, extract_document
from sqlrag.offline.extractor.subjects import mark_subjects
from sqlrag.offline.local import USUAL, open_local
from sqlrag.offline.phrases import choose_phrases
from sqlrag.offline.questions import Asked, read_question
from sqlrag.offline.sentences import split_sentences
from sqlrag.offline.words import is_function_word, word_set

if TYPE_CHECKING:
    from sqlrag.settings import ModelSettings

__all__ = [
    "Asked",
    "ExtractiveAnswerer",
    "HashingEmbedder",
    "NoExtractor",
    "OfflineExtractor",
    "choose_phrases",
    "extract_document",
    "is_function_word",
    "mark_subjects",
    "open_local",
    "open_models",
    "read_question",
    "split_sentences",
    "word_set",
]


_HINT = "; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"


def open_models(settings: "ModelSettings") -> Models:
    """The provider "offline"; its description says how to get a model, unless it was asked for.

    Raises BadInput for an embedding model that does not run here.
    """
    chosen = settings.embedding_model if "embedding_model" in settings.model_fields_set else ""
    name = chosen.strip() or USUAL
    embedder = open_local(name, settings.offline_dimensions)
    if embedder is None:
        raise BadInput(
            f"SQLRAG_EMBEDDING_MODEL is {name}, which needs an endpoint; set OPENAI_API_KEY or"
            f" OPENAI_BASE_URL, or take a model that runs here, such as {USUAL}."
        )
    named = settings.models == "offline"
    return Models(
        embedder,
        ExtractiveAnswerer(embedder if name == USUAL else None),
        f"models: offline ({name} embedder, statistical extractor, extractive answerer)"
        f"{', as SQLRAG_MODELS=offline asks' if named else _HINT}",
        OfflineExtractor(),
    )
