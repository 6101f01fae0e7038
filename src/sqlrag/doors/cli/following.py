"""Waits for what workers do, and shows how far they are."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID

from sqlrag.domain.documents import IngestResult
from sqlrag.domain.jobs import Job, JobChange, Track
from sqlrag.doors.cli.group import Rag
from sqlrag.doors.cli.output import err, progress_bars
from sqlrag.rag.board import takes_anybody
from sqlrag.rag.progress import Report

STAGES = {
    "parse": "Parsing documents",
    "embed": "Embedding chunks",
    "extract": "Reading entities",
    "write": "Writing documents",
    "summarize": "Summarising",
}
_OF_EACH = ("parse", "write")  # stages of which a document has one


class TrackProgress:
    """What jobs tell of themselves, as a Report of all of them; a second attempt tells no more than
    what the first had not done."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._told: dict[tuple[int, str], tuple[int, int]] = {}

    def take(self, change: JobChange) -> None:
        stages = {name: (one["done"], one["total"]) for name, one in change.progress.items()}
        if change.kind == "ingest":
            stages |= {name: (int(change.is_over), 1) for name in _OF_EACH if change.is_over}
            stages = {**dict.fromkeys(_OF_EACH, (0, 1)), **stages}
        for name, (done, total) in stages.items():
            before = self._told.get((change.job_id, name), (0, 0))
            now = max(done, before[0]), max(total, before[1])
            self._told[change.job_id, name] = now
            if now != before and name in STAGES:
                self._report(name, done=now[0] - before[0], more=now[1] - before[1])


async def follow_to_end(rag: Rag, track_id: UUID | None = None, job_id: int | None = None) -> None:
    """With a bar per stage on a terminal, until all is over, whoever does it. Raises NotFound."""
    workspace = await rag.workspaces.get(rag.workspace)
    with progress_bars(STAGES) as report:
        progress = TrackProgress(report)
        async with aclosing(rag.feed.follow(workspace, track_id, job_id)) as changes:
            async for some in changes:
                for change in some:
                    progress.take(change)


async def warn_of_no_worker(rag: Rag, kind: str) -> None:
    if not await takes_anybody(rag.storage, kind):
        err().print(
            f"No worker is alive that takes jobs of kind {kind}: they wait until there is one. "
            "Start it with sqlrag worker (sqlrag serve has one, too)."
        )


def read_results(track: Track) -> list[IngestResult]:
    """What became of the documents of a track that is over."""
    return [_read_result(job) for job in track.jobs]


def _read_result(job: Job) -> IngestResult:
    key, result = job.source_key or "", job.result or {}
    if job.status != "done":
        error = job.error or f"Its job was {job.status}."
        return IngestResult(key, "failed", error=error, error_kind=job.error_kind or job.status)
    told = result.get("document_id"), result.get("chunk_count", 0), result.get("embedded_count", 0)
    return IngestResult(key, result.get("outcome", "updated"), *told)


def is_well(jobs: Sequence[Job]) -> bool:
    """Whether all came to what was wanted; what a newer job replaced did."""
    return all(job.status in ("done", "replaced") for job in jobs)
