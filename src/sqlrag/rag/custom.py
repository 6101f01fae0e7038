"""Chunks and graphs that users bring along go through the ordinary ingestion, as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import check_text
from sqlrag.parsing import too_large
from sqlrag.rag.custom_records import CustomDocument, join_chunks, read_custom_kg
from sqlrag.rag.ingestion import CustomSource, Ingestion, Recipe


def read_graph(ingestion: Ingestion, custom_kg: Mapping[str, Any], key: str | None) -> list[Source]:
    """Chunks with the entities and relationships that are found in them, in LightRAG's shape.

    Chunks of one file_path, or all with a `key`, are one document, which replaces the one of
    that key. Raises BadInput for a record that cannot be used.
    """
    sources = []
    for document in read_custom_kg(custom_kg, key):
        extraction = replace(ingestion.recipe.extraction, extractor=document, chat=None)
        recipe = Recipe("chunks and graph as given", document, extraction)
        sources.append(_make_source(document, recipe, ingestion.max_file_bytes))
    return sources


def read_chunks(ingestion: Ingestion, text: str, chunks: Sequence[str], key: str | None) -> Source:
    """A text in these chunks; what they speak of is extracted as ever.

    Without a `key`, equal texts are one document. Places are those in `text` where it holds every
    chunk, in order; else those in the chunks one after another.
    """
    if not chunks or isinstance(chunks, str):
        raise BadInput("text_chunks is a list of texts, and not an empty one.")
    for number, chunk in enumerate(chunks):
        if not check_text(f"text_chunks[{number}]", chunk).strip():
            raise BadInput(f"text_chunks[{number}] is empty; leave it out.")
    key = Source.of_text(check_text("full_text", text), key).source_key
    starts = _locate(text, chunks)
    if starts is None:
        text, starts = join_chunks(chunks)
    document = CustomDocument(key, text, tuple(chunks), starts)
    extraction = ingestion.recipe.extraction
    name = f"chunks as given; extracted by {extraction.extractor.model}"
    return _make_source(document, Recipe(name, document, extraction), ingestion.max_file_bytes)


def _make_source(document: CustomDocument, recipe: Recipe, max_bytes: int) -> Source:
    key, data = document.source_key, document.data
    if len(data) > max_bytes:
        raise too_large(key, len(data), "bytes", max_bytes)
    return CustomSource(key, data, key, "text/plain", title="", recipe=recipe)


def _locate(text: str, chunks: Sequence[str]) -> tuple[int, ...] | None:
    """Where each chunk begins after the beginning of the one before; None where one is missing."""
    starts, at = [], -1
    for chunk in chunks:
        at = text.find(chunk, at + 1)
        if at < 0:
            return None
        starts.append(at)
    return tuple(starts)
