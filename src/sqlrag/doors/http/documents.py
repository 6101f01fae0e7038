"""Doors that are not as their operations are: documents come in many ways, and go by the dozen."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter
from msgspec import structs

from sqlrag.app import Rag
from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import (
    BadInput,
    Conflict,
    DocumentTooLarge,
    ModelError,
    UnreadableDocument,
    UnsupportedMediaType,
)
from sqlrag.domain.extraction import ExtractionSettings
from sqlrag.doors.http.errors import make_problem, respond
from sqlrag.doors.http.openapi import IngestOperation, body, door
from sqlrag.doors.http.schemas import (
    CustomChunks,
    CustomKg,
    DeletedDocument,
    DeletedDocuments,
    IngestResults,
)
from sqlrag.doors.http.uploads import read_sources

FullDocId = Annotated[
    str | None, QueryParameter(description="The source key of all chunks; else their file_path.")
]
Ids = Annotated[list[int] | None, QueryParameter(name="id", description="Documents by id.")]
SourceKeys = Annotated[
    list[str] | None, QueryParameter(name="source_key", description="Documents by source key.")
]
_FAILURES = (Conflict, DocumentTooLarge, UnreadableDocument, ModelError)
_MADE: dict[str, Any] = {"returns": IngestResults, "status": 201}
_BATCH = {**_MADE, "partial": 207}


@door(
    "POST /v1/documents",
    "Ingest documents",
    (*_FAILURES, UnsupportedMediaType),
    **_BATCH,
    operation_class=IngestOperation,
)
async def ingest_documents(
    request: Request[Any, Any, Any], state: State, workspace: str
) -> Response[Any]:
    """Files as a form, or texts as JSON; one result for each, in their order.

    The same content again is `unchanged`; other content under the same source key replaces it.
    201: all were ingested. 207: some failed, their results say why. When all failed, the status
    is that of their failure (422 when they failed in several ways), and the results come with
    the problem.
    """
    sources = await read_sources(request)
    return _answer_batch(await state.rag.in_workspace(workspace).ingest(*sources))


@door("POST /v1/graph/custom", "Insert a graph of your own", _FAILURES, **_BATCH)
async def insert_custom_kg(
    data: Annotated[CustomKg, body("insert_custom_kg")],
    state: State,
    workspace: str,
    full_doc_id: FullDocId = None,
) -> Response[Any]:
    """Chunks with the entities and relationships that are found in them; nothing is extracted.

    Chunks of one file_path are one document, which replaces the one of that key. 400 names the
    record that cannot be used, and nothing was written.
    """
    rag = state.rag.in_workspace(workspace)
    return _answer_batch(await rag.insert_custom_kg(structs.asdict(data), full_doc_id))


@door("POST /v1/documents/custom-chunks", "Insert a text in chunks of your own", _FAILURES, **_MADE)
async def insert_custom_chunks(
    data: Annotated[CustomChunks, body("insert_custom_chunks")], state: State, workspace: str
) -> Response[Any]:
    """The text is not split; what its chunks speak of is extracted as ever."""
    rag = state.rag.in_workspace(workspace)
    return _answer_batch([await rag.insert_custom_chunks(**structs.asdict(data))])


def _answer_batch(results: list[IngestResult]) -> Response[Any]:
    failed = [result for result in results if result.error_kind]
    if len(failed) < len(results):
        return Response(IngestResults(results), status_code=207 if failed else 201)
    kinds = {result.error_kind or "" for result in failed}
    kind = kinds.pop() if len(kinds) == 1 else "unreadable-document"
    detail = failed[0].error or ""
    if len(failed) > 1:
        detail = f"None of the {len(failed)} documents was ingested. The first: {detail}"
    return respond(make_problem(kind, detail, results=results))


@door("DELETE /v1/documents", "Delete many documents")
async def delete_documents(
    state: State, workspace: str, ids: Ids = None, source_keys: SourceKeys = None
) -> DeletedDocuments:
    """Delete by id and by source key, both repeatable; what is not there is no error."""
    named = [*(ids or ()), *(source_keys or ())]
    if not named:
        raise BadInput("No document is named; repeat id=… or source_key=… in the query.")
    gone = await state.rag.in_workspace(workspace).delete(*named)
    return DeletedDocuments([DeletedDocument(*document) for document in gone])


DOCUMENT_DOORS = [ingest_documents, insert_custom_kg, insert_custom_chunks, delete_documents]


@door("PATCH /v1/workspaces/{workspace:str}/extraction", "Change how entities are extracted")
async def configure_extraction(
    state: State,
    workspace: FromPath[str],
    data: Annotated[dict[str, Any], body("configure_extraction")],
) -> ExtractionSettings:
    """Change some of entity_types, language, examples, gleaning_rounds, max_entities and
    max_relations; null gives one back to the defaults.

    Documents are extracted anew, with what is changed, when they are ingested again; every
    process has the change after five seconds. A workspace that does not exist is made.
    """
    rag: Rag = state.rag.in_workspace(workspace)
    return await rag.configure_extraction(**data)
