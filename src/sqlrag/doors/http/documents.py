"""Doors to documents and their chunks, and to the workspaces they are in."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, QueryParameter

from sqlrag.domain.documents import Document, IngestResult, added_ids
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.doors.http.errors import make_problem, respond
from sqlrag.doors.http.indexing import Indexing
from sqlrag.doors.http.openapi import IngestOperation, returns
from sqlrag.doors.http.schemas import (
    ChunkPage,
    DeletedDocument,
    DeletedDocuments,
    DocumentPage,
    IngestResults,
    Problem,
    WorkspaceList,
)
from sqlrag.doors.http.services import Injected
from sqlrag.doors.http.uploads import read_sources
from sqlrag.rag.ingesting import Ingesting
from sqlrag.rag.managing import Managing

DocumentId = FromPath[int]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many, at most.")]
After = Annotated[int, QueryParameter(ge=0, description="The `next` of the page before.")]
First = Annotated[int, QueryParameter(ge=0, description="The ordinal of the first chunk.")]
Ids = Annotated[list[int] | None, QueryParameter(name="id", description="Documents by id.")]
SourceKeys = Annotated[
    list[str] | None, QueryParameter(name="source_key", description="Documents by source key.")
]
Status = Annotated[
    Literal["ready", "partial", "failed"] | None,
    QueryParameter(description="Only these documents."),
]


@post(
    "/v1/documents",
    operation_id="ingest_documents",
    operation_class=IngestOperation,
    summary="Ingest documents",
    tags=["documents"],
    responses=returns(
        "ingest_documents", IngestResults, 201, (400, 409, 413, 415, 422, 502, 503), partial=207
    ),
)
async def ingest_documents(
    request: Request[Any, Any, Any],
    ingesting: Injected[Ingesting],
    indexing: Injected[Indexing],
    workspace: str,
) -> Response[IngestResults] | Response[Problem]:
    """Files as a form, or texts as JSON; one result for each, in their order.

    The same content again is `unchanged`; other content under the same source key replaces it.
    201: all were ingested. 207: some failed, their results say why. When all failed, the status
    is that of their failure (422 when they failed in several ways), and the results come with
    the problem.
    """
    sources = await read_sources(request)
    results = await ingesting.ingest(workspace, sources)
    indexing.start(workspace, added_ids(results))
    return answer_batch(results)


def answer_batch(results: list[IngestResult]) -> Response[IngestResults] | Response[Problem]:
    failed = [result for result in results if result.error_kind]
    if len(failed) < len(results):
        return Response(IngestResults(results), status_code=207 if failed else 201)
    kinds = {result.error_kind or "" for result in failed}
    kind = kinds.pop() if len(kinds) == 1 else "unreadable-document"
    detail = failed[0].error or ""
    if len(failed) > 1:
        detail = f"None of the {len(failed)} documents was ingested. The first: {detail}"
    return respond(make_problem(kind, detail, results=results))


@get(
    "/v1/documents",
    operation_id="list_documents",
    summary="List documents",
    tags=["documents"],
    responses=returns("list_documents", DocumentPage, 200, (400, 503)),
)
async def list_documents(
    managing: Injected[Managing],
    workspace: str,
    after: After = 0,
    limit: Limit = 50,
    status: Status = None,
) -> DocumentPage:
    """A page of documents in order of id; a workspace that does not exist has none."""
    items = await managing.list_documents(workspace, after, limit, status)
    return DocumentPage(items, items[-1].document_id if len(items) == limit else None)


@get(
    "/v1/documents/{document_id:int}",
    operation_id="get_document",
    summary="Get a document",
    tags=["documents"],
    responses=returns("get_document", Document, 200, (400, 404, 503)),
)
async def get_document(
    managing: Injected[Managing], workspace: str, document_id: DocumentId
) -> Document:
    """What is known of a document; a failed one tells why in `error`."""
    return await managing.get_document(workspace, document_id)


@delete(
    "/v1/documents/{document_id:int}",
    operation_id="delete_document",
    summary="Delete a document",
    tags=["documents"],
    responses=returns("delete_document", None, 204, (400, 404, 503)),
)
async def delete_document(
    managing: Injected[Managing],
    indexing: Injected[Indexing],
    workspace: str,
    document_id: DocumentId,
) -> None:
    """Delete a document with everything made of it."""
    if not await managing.delete_documents(workspace, [document_id]):
        raise NotFound(f'There is no document {document_id} in workspace "{workspace}".')
    indexing.start(workspace)


@delete(
    "/v1/documents",
    operation_id="delete_documents",
    summary="Delete many documents",
    tags=["documents"],
    status_code=200,
    responses=returns("delete_documents", DeletedDocuments, 200, (400, 503)),
)
async def delete_documents(
    managing: Injected[Managing],
    indexing: Injected[Indexing],
    workspace: str,
    ids: Ids = None,
    source_keys: SourceKeys = None,
) -> DeletedDocuments:
    """Delete by id and by source key, both repeatable; what is not there is no error."""
    named = [*(ids or ()), *(source_keys or ())]
    if not named:
        raise BadInput("No document is named; repeat id=… or source_key=… in the query.")
    gone = await managing.delete_documents(workspace, named)
    if gone:
        indexing.start(workspace)
    return DeletedDocuments([DeletedDocument(*document) for document in gone])


@get(
    "/v1/documents/{document_id:int}/chunks",
    operation_id="list_chunks",
    summary="List the chunks of a document",
    tags=["documents"],
    responses=returns("list_chunks", ChunkPage, 200, (400, 404, 503)),
)
async def list_chunks(
    managing: Injected[Managing],
    workspace: str,
    document_id: DocumentId,
    first: First = 0,
    limit: Limit = 100,
) -> ChunkPage:
    """A page of chunks in the order of the text."""
    items = await managing.list_chunks(workspace, document_id, first, limit)
    return ChunkPage(items, items[-1].ordinal + 1 if len(items) == limit else None)


@get(
    "/v1/workspaces",
    operation_id="list_workspaces",
    summary="List workspaces",
    tags=["workspaces"],
    responses=returns("list_workspaces", WorkspaceList, 200, (503,)),
)
async def list_workspaces(managing: Injected[Managing]) -> WorkspaceList:
    """Every workspace and how much it holds; ingesting into a new name makes one."""
    return WorkspaceList(await managing.list_workspaces())
