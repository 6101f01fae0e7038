"""Documents as clients of LightRAG list them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from sqlrag.domain.errors import NotFound
from sqlrag.domain.jobs import Job, Track
from sqlrag.domain.shelf import ShelfOrder, ShelfStatus, ShelvedDocument
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.lightrag.speaking import lightrag
from sqlrag.parsing import list_suffixes
from sqlrag.rag.shelf import read_shelf

Status = Literal[
    "pending", "parsing", "analyzing", "preprocessed", "processing", "processed", "failed"
]
_OURS: Mapping[str, ShelfStatus] = {
    "pending": "pending",
    "processing": "processing",
    "processed": "processed",
    "failed": "failed",
}
_OF_JOBS = {"waiting": "pending", "running": "processing", "done": "processed"}
JOB = "job-"  # before the number of a job, in place of the id of a document that is not yet there
_TrackId: Any = Annotated[
    str, PathParameter(description="What an upload gave.", schema_extra={"format": "uuid"})
]


class PageAsked(Struct, frozen=True):
    status_filter: Status | None = None
    status_filters: list[Status] | None = None
    page: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Meta(ge=10, le=200)] = 50
    sort_field: Literal["created_at", "updated_at", "id", "file_path"] = "updated_at"
    sort_direction: Literal["asc", "desc"] = "desc"


class ListedDocument(Struct, frozen=True):
    """`file_path` is the source key; what is still to be read has the id of its job."""

    id: str
    content_summary: str
    content_length: int
    status: Status
    created_at: str
    updated_at: str
    track_id: str | None
    chunks_count: int | None
    error_msg: str | None
    metadata: dict[str, Any]
    file_path: str


class Pagination(Struct, frozen=True):
    page: int
    page_size: int
    total_count: int
    total_pages: int
    has_next: bool
    has_prev: bool


class DocumentsPage(Struct, frozen=True):
    documents: list[ListedDocument]
    pagination: Pagination
    status_counts: dict[str, int]


class StatusCounts(Struct, frozen=True):
    status_counts: dict[str, int]


class FileTypes(Struct, frozen=True):
    supported_extensions: list[str]
    engines: dict[str, list[str]]


class TrackStatus(Struct, frozen=True):
    track_id: str
    documents: list[ListedDocument]
    total_count: int
    status_summary: dict[str, int]


@lightrag(
    "POST /documents/paginated",
    "Page through documents as a client of LightRAG does",
    takes=PageAsked,
    role="reader",
)
async def page_documents(data: JSONBody[Any], rag: RagOfWorkspace) -> DocumentsPage:
    """Documents that are there, and those that are still to be read. A workspace that does not
    exist has none."""
    asked = data.status_filters or ([data.status_filter] if data.status_filter else [])
    statuses = [_OURS[one] for one in asked if one in _OURS]
    size, first = data.page_size, (data.page - 1) * data.page_size
    order: ShelfOrder = "source_key" if data.sort_field == "file_path" else data.sort_field
    is_descending = data.sort_direction == "desc"
    if asked and not statuses:  # nothing is ever parsed, or analysed, for itself
        shelf = await read_shelf(rag)
        total, listed = 0, []
    else:
        shelf = await read_shelf(rag, statuses, order, is_descending, size, first)
        total, listed = shelf.total, shelf.documents
    pages = max(1, -(-total // size))
    told = Pagination(data.page, size, total, pages, data.page < pages, data.page > 1)
    return DocumentsPage([_list(one) for one in listed], told, _count(shelf.counts))


@lightrag(
    "GET /documents/status_counts",
    "Count documents by status for a client of LightRAG",
    role="reader",
)
async def count_statuses(rag: RagOfWorkspace) -> StatusCounts:
    """Of all documents, and how many there are."""
    return StatusCounts(_count((await read_shelf(rag)).counts))


@lightrag(
    "GET /documents/supported_file_types",
    "Tell a client of LightRAG which files are read",
    role="reader",
)
async def list_file_types(rag: RagOfWorkspace) -> FileTypes:
    """By their names; what has another name is read where its bytes tell what it is."""
    return FileTypes([f".{one}" for one in list_suffixes()], {})


@lightrag(
    "GET /documents/track_status/{track_id:str}",
    "Tell a client of LightRAG what became of an upload",
    (NotFound,),
    role="reader",
)
async def get_track_status(rag: RagOfWorkspace, track_id: _TrackId) -> TrackStatus:
    """The documents of a request, and how many of them have which status; a cancelled one has
    failed."""
    try:
        known = UUID(track_id)
    except ValueError as error:
        raise NotFound(f'"{track_id[:80]}" is not the id of a track.') from error
    track: Track = await rag.get_track(known)
    listed = [_list_job(job) for job in track.jobs]
    summary: dict[str, int] = {}
    for one in listed:
        summary[one.status] = summary.get(one.status, 0) + 1
    return TrackStatus(str(known), listed, len(listed), summary)


def _list(one: ShelvedDocument) -> ListedDocument:
    return ListedDocument(
        id=str(one.document_id) if one.document_id else f"{JOB}{one.job_id}",
        content_summary=one.beginning,
        content_length=one.char_count,
        status=one.status,
        created_at=one.created_at.isoformat(),
        updated_at=one.updated_at.isoformat(),
        track_id=str(one.track_id) if one.track_id else None,
        chunks_count=one.chunk_count,
        error_msg=one.error,
        metadata={},
        file_path=one.source_key,
    )


def _list_job(job: Job) -> ListedDocument:
    """A document as its job tells of it, whose text nobody has seen yet."""
    made = job.result or {}
    known = made.get("document_id")
    status: Any = _OF_JOBS.get(job.status, "failed")
    cancelled = "It was cancelled." if job.status == "cancelled" else None
    return ListedDocument(
        id=str(known) if known else f"{JOB}{job.job_id}",
        content_summary="",
        content_length=0,
        status=status,
        created_at=job.created_at.isoformat(),
        updated_at=(job.finished_at or job.started_at or job.created_at).isoformat(),
        track_id=str(job.track_id) if job.track_id else None,
        chunks_count=made.get("chunk_count"),
        error_msg=job.error or cancelled,
        metadata={},
        file_path=job.source_key or "",
    )


def _count(counts: Mapping[ShelfStatus, int]) -> dict[str, int]:
    return {"all": sum(counts.values()), **{one: counts.get(one, 0) for one in _OURS.values()}}


DOORS = (*page_documents, *count_statuses, *list_file_types, *get_track_status)
