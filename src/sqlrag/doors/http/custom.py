"""Doors for chunks and graphs that users bring along."""

from typing import Annotated

from litestar import Response, post
from litestar.openapi.spec import Example
from litestar.params import Body, QueryParameter
from msgspec import structs

from sqlrag.domain.documents import added_ids
from sqlrag.doors.http.documents import answer_batch
from sqlrag.doors.http.graph_examples import GRAPH_REQUESTS
from sqlrag.doors.http.graph_schemas import CustomChunks, CustomKg
from sqlrag.doors.http.indexing import Indexing
from sqlrag.doors.http.openapi import returns
from sqlrag.doors.http.schemas import IngestResults, Problem
from sqlrag.doors.http.services import Injected
from sqlrag.rag.custom import Custom
from sqlrag.rag.ingesting import Ingesting

FullDocId = Annotated[
    str | None, QueryParameter(description="The source key of all chunks; else their file_path.")
]
_FAILURES = (400, 409, 413, 422, 502, 503)


@post(
    "/v1/graph/custom",
    operation_id="insert_custom_kg",
    summary="Insert a graph of your own",
    tags=["graph"],
    responses=returns("insert_custom_kg", IngestResults, 201, _FAILURES, partial=207),
)
async def insert_custom_kg(
    data: Annotated[CustomKg, Body(examples=[Example(value=GRAPH_REQUESTS["insert_custom_kg"])])],
    ingesting: Injected[Ingesting],
    indexing: Injected[Indexing],
    workspace: str,
    full_doc_id: FullDocId = None,
) -> Response[IngestResults] | Response[Problem]:
    """Chunks with the entities and relationships that are found in them; nothing is extracted.

    Chunks of one file_path are one document, which replaces the one of that key. 400 names the
    record that cannot be used, and nothing was written.
    """
    custom = Custom(ingesting)
    results = await custom.insert_custom_kg(workspace, structs.asdict(data), full_doc_id)
    indexing.start(workspace, added_ids(results))
    return answer_batch(results)


@post(
    "/v1/documents/custom-chunks",
    operation_id="insert_custom_chunks",
    summary="Insert a text in chunks of your own",
    tags=["documents"],
    responses=returns("insert_custom_chunks", IngestResults, 201, _FAILURES),
)
async def insert_custom_chunks(
    data: Annotated[
        CustomChunks, Body(examples=[Example(value=GRAPH_REQUESTS["insert_custom_chunks"])])
    ],
    ingesting: Injected[Ingesting],
    indexing: Injected[Indexing],
    workspace: str,
) -> Response[IngestResults] | Response[Problem]:
    """The text is not split; what its chunks speak of is extracted as ever."""
    custom = Custom(ingesting)
    result = await custom.insert_custom_chunks(
        workspace, data.full_text, data.text_chunks, data.doc_id
    )
    indexing.start(workspace, added_ids([result]))
    return answer_batch([result])


CUSTOM_DOORS = [insert_custom_kg, insert_custom_chunks]
