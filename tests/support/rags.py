"""A Rag that ingests in another way than the settings have it."""

from dataclasses import replace
from typing import Any

from sqlrag.app import Rag
from sqlrag.domain.documents import IngestResult
from sqlrag.rag.ingestion import Given, Ingestion
from sqlrag.rag.workspaces import Workspaces


async def ingest_alone(rag: Rag, *sources: Given) -> list[IngestResult]:
    """Without what follows a write."""
    workspace = await rag.workspaces.open(rag.workspace)
    return await rag.ingestion.ingest(workspace, sources)


def with_ingestion(rag: Rag, **changes: Any) -> Rag:
    """With another `extractor` (which asks no model), `parser`, `embedder` or `concurrency`."""
    ingestion = rag.ingestion
    recipe = ingestion.recipe
    if "extractor" in changes:
        extraction = replace(recipe.extraction, extractor=changes["extractor"], chat=None)
        recipe = replace(recipe, extraction=extraction)
    workspaces = rag.workspaces
    if "embedder" in changes:
        workspaces = Workspaces(rag.storage, changes["embedder"])
    made = Ingestion(
        rag.storage,
        workspaces,
        replace(
            recipe,
            parser=changes.get("parser", recipe.parser),
            embeds_graph=changes.get("embeds_graph", True),
        ),
        ingestion.max_file_bytes,
        changes.get("concurrency", 4),
        changes.get("concurrency", 32),
    )
    return replace(rag, ingestion=made, workspaces=workspaces)
