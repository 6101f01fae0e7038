"""Chunks and graphs that users bring along go through the ordinary ingestion, as they are."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlrag.domain.documents import IngestResult, Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph import ChunkExtraction, DocumentText, ExtractionOptions
from sqlrag.domain.names import check_text
from sqlrag.domain.workspaces import Workspace
from sqlrag.parsing import too_large
from sqlrag.rag.custom_records import CustomDocument, join_chunks, read_custom_kg
from sqlrag.rag.ingestion import Ingestion, Recipe


@dataclass(frozen=True, slots=True)
class GivenGraph:
    """An extractor that gives the graph of a custom document as it is.

    `model` is of another name for another graph, so that equal chunks take up what is new.
    """

    model: str
    extractions: tuple[ChunkExtraction, ...]
    reads_whole_documents: bool = True

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        return list(self.extractions)


async def ingest_custom_kg(
    ingestion: Ingestion, workspace: Workspace, custom_kg: Mapping[str, Any], key: str | None
) -> list[IngestResult]:
    """Chunks with the entities and relationships that are found in them, in LightRAG's shape.

    Chunks of one file_path, or all with a `key`, are one document, which replaces the one of
    that key. Raises BadInput, with nothing written, for a record that cannot be used.
    """
    documents = {one.source_key: one for one in read_custom_kg(custom_kg, key)}
    sources = [_make_source(document, ingestion.max_file_bytes) for document in documents.values()]
    usual = ingestion.recipe.extraction

    def recipe_of(source: Source) -> Recipe:
        document = documents[source.source_key]
        digest = hashlib.sha256(source.data).hexdigest()[:16]
        graph = GivenGraph(f"given {digest}", document.extractions)
        given = replace(usual, extractor=graph, chat=None)
        return Recipe("chunks and graph as given", document, given)

    return await ingestion.ingest(workspace, sources, recipe_of=recipe_of)


async def ingest_custom_chunks(
    ingestion: Ingestion, workspace: Workspace, text: str, chunks: Sequence[str], key: str | None
) -> IngestResult:
    """A text in these chunks; what they speak of is extracted as ever.

    Without a `key`, equal texts are one document. Places are those in `text` where it holds every
    chunk, in order; else those in the chunks one after another.
    """
    document = _read_chunks(text, chunks, key)
    extraction = ingestion.recipe.extraction
    name = f"chunks as given; extracted by {extraction.extractor.model}"
    recipe = Recipe(name, document, extraction)
    source = _make_source(document, ingestion.max_file_bytes)
    (result,) = await ingestion.ingest(workspace, [source], recipe_of=lambda _: recipe)
    return result


def _make_source(document: CustomDocument, max_bytes: int) -> Source:
    """Its data tell whether anything has changed."""
    data = json.dumps(asdict(document), sort_keys=True, ensure_ascii=False).encode()
    if len(data) > max_bytes:
        raise too_large(document.source_key, len(data), "bytes", max_bytes)
    return Source(document.source_key, data, document.source_key, "text/plain", title="")


def _read_chunks(text: str, chunks: Sequence[str], key: str | None) -> CustomDocument:
    if not chunks or isinstance(chunks, str):
        raise BadInput("text_chunks is a list of texts, and not an empty one.")
    for number, chunk in enumerate(chunks):
        if not check_text(f"text_chunks[{number}]", chunk).strip():
            raise BadInput(f"text_chunks[{number}] is empty; leave it out.")
    key = Source.of_text(check_text("full_text", text), key).source_key
    starts = _locate(text, chunks)
    if starts is None:
        text, starts = join_chunks(chunks)
    return CustomDocument(key, text, tuple(chunks), starts)


def _locate(text: str, chunks: Sequence[str]) -> tuple[int, ...] | None:
    """Where each chunk begins after the beginning of the one before; None where one is missing."""
    starts, at = [], -1
    for chunk in chunks:
        at = text.find(chunk, at + 1)
        if at < 0:
            return None
        starts.append(at)
    return tuple(starts)
