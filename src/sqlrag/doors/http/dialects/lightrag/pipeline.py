"""The work in the background as clients of LightRAG see it, who call it a pipeline."""

from typing import Annotated, Any, Literal

from litestar.params import JSONBody, PathParameter
from msgspec import Struct

from sqlrag.domain.errors import NotFound
from sqlrag.domain.jobs import Job
from sqlrag.domain.names import check_text
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.lightrag.speaking import lightrag
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.rag.shelf import cancel_ingestions, count_ingestions

_LATEST = 100
_ScanId: Any = Annotated[str, PathParameter(description="Any.")]
_NO_FOLDER = (
    "This server reads no folder of its own; upload the files, or name the folder to sqlrag ingest "
    "or sqlrag watch."
)


class PipelineStatus(Struct, frozen=True, kw_only=True):
    """`history_messages` are of the latest hundred documents, the oldest first."""

    busy: bool
    job_name: str
    job_start: str | None
    docs: int
    batchs: int
    cur_batch: int
    latest_message: str
    history_messages: list[str]
    update_status: dict[str, Any]
    autoscanned: bool = False
    recovery_required: bool = False


class Cancelled(Struct, frozen=True):
    status: Literal["cancellation_requested", "not_busy"]
    message: str


class Reprocessed(Struct, frozen=True):
    status: Literal["reprocessing_started"]
    message: str
    track_id: str


class Scanned(Struct, frozen=True):
    status: Literal["scanning_started"]
    message: str
    track_id: str


class Conflicts(Struct, frozen=True):
    conflicts: list[dict[str, Any]]
    next_cursor: str | None


class ScanStatus(Struct, frozen=True):
    track_id: str
    status: Literal["completed"]
    message: str
    counts: dict[str, int]


class RepairAsked(Struct, frozen=True):
    canonical_source_key: str
    primary_doc_id: str


class Repaired(Struct, frozen=True):
    """`committed` is false: there is nothing to do."""

    canonical_source_key: str
    primary_doc_id: str
    candidate_count: int
    fingerprint: str
    demoted_sample_doc_ids: list[str]
    committed: Literal[False]


class Recovered(Struct, frozen=True):
    status: Literal["no_recovery_required"]
    message: str


@lightrag(
    "GET /documents/pipeline_status",
    "Tell a client of LightRAG how far documents are",
    role="reader",
)
async def get_pipeline_status(rag: RagOfWorkspace) -> PipelineStatus:
    """How many documents are still to be read, and what became of the latest."""
    count = await count_ingestions(rag)
    jobs: list[Job] = (await rag.list_jobs(limit=_LATEST, kind="ingest"))[::-1]
    live = [job for job in jobs if not job.is_over]
    over = sum(job.is_over for job in jobs)
    messages = [_tell(job) for job in jobs]
    return PipelineStatus(
        busy=count > 0,
        job_name="Reading documents" if count else "Nothing is to be read",
        job_start=min(job.created_at for job in live).isoformat() if live else None,
        docs=count,
        batchs=over + count,
        cur_batch=over,
        latest_message=messages[-1] if messages else "",
        history_messages=messages,
        update_status={},
    )


@lightrag(
    "POST /documents/cancel_pipeline",
    "Cancel what is to be read as a client of LightRAG does",
    opt={ANY_CONTENT: True},
    role="writer",
)
async def cancel_pipeline(rag: RagOfWorkspace) -> Cancelled:
    """All documents that wait or are being read; those that were there before stay as they are."""
    if count := await cancel_ingestions(rag):
        return Cancelled("cancellation_requested", f"{count} documents are not read any more.")
    return Cancelled("not_busy", "Nothing waits to be read.")


@lightrag(
    "POST /documents/reprocess_failed",
    "Try again what failed as a client of LightRAG does",
    (NotFound,),
    opt={ANY_CONTENT: True},
    role="writer",
)
async def reprocess_failed(rag: RagOfWorkspace) -> Reprocessed:
    """All jobs that failed, each in the track that it was in."""
    retried = await rag.retry_failed_jobs()
    return Reprocessed("reprocessing_started", f"{len(retried)} jobs are tried again.", "")


@lightrag(
    "POST /documents/scan",
    "Scan a folder, or try again, as a client of LightRAG does",
    (NotFound,),
    opt={ANY_CONTENT: True},
    role="writer",
)
async def scan_folder(rag: RagOfWorkspace) -> Scanned:
    """What failed is tried again, as by LightRAG; a folder there is none, which is said."""
    retried = await rag.retry_failed_jobs()
    told = f"{len(retried)} jobs that failed are tried again. {_NO_FOLDER}"
    return Scanned("scanning_started", told, "")


@lightrag(
    "GET /documents/scan/status/{scan_id:str}",
    "Tell a client of LightRAG how far a scan is",
    role="reader",
)
async def get_scan(rag: RagOfWorkspace, scan_id: _ScanId) -> ScanStatus:
    """It was over at once: there is no folder."""
    return ScanStatus(check_text("The id", scan_id), "completed", _NO_FOLDER, {})


@lightrag(
    "GET /documents/source_conflicts",
    "Tell a client of LightRAG which documents have one source",
    role="reader",
)
async def list_conflicts(rag: RagOfWorkspace) -> Conflicts:
    """None: a source key is that of one document."""
    return Conflicts([], None)


@lightrag(
    "POST /documents/source_conflicts/repair",
    "Be told by a client of LightRAG which document a source means",
    takes=RepairAsked,
    role="writer",
)
async def repair_conflict(data: JSONBody[Any], rag: RagOfWorkspace) -> Repaired:
    """One has it, or none: nothing is changed."""
    key = data.canonical_source_key
    found = await rag.list_documents(0, 1, {"source_keys": [key]})
    return Repaired(key, data.primary_doc_id, len(found), "", [], False)


@lightrag(
    "POST /documents/recovery/force_reset",
    "Be told by a client of LightRAG to give up a recovery",
    opt={ANY_CONTENT: True},
    role="writer",
)
async def reset_recovery(rag: RagOfWorkspace) -> Recovered:
    """There is none: a document is written in one transaction."""
    return Recovered("no_recovery_required", "A document is written as a whole or not at all.")


def _tell(job: Job) -> str:
    key, made = job.source_key or f"job {job.job_id}", job.result or {}
    if job.status == "done":
        return f"{key}: {made.get('outcome', 'done')}, {made.get('chunk_count', 0)} chunks"
    return f"{key}: {job.status}" + (f", {job.error}" if job.error else "")


DOORS = (
    *get_pipeline_status, *cancel_pipeline, *reprocess_failed, *scan_folder, *get_scan,
    *list_conflicts, *repair_conflict, *reset_recovery,
)  # fmt: skip
