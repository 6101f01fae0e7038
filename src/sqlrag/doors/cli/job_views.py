"""How jobs are shown: one, many, and the work of a workspace at a glance."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import convert

from sqlrag.domain.jobs import Board, Job, JobChange
from sqlrag.domain.retrieval import Reference
from sqlrag.doors.cli.output import Columns, count, print_reference, print_rows, say, shorten

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLES = {"running": "cyan", "waiting": "dim", "done": "green", "failed": "red"}
_LABEL = 12  # characters


def tell_progress(job: Job | JobChange) -> str:
    """How far one is that runs, when it is tried again, or why it is not done."""
    if job.status != "running":
        return job.error or ""
    return ", ".join(f"{name} {one['done']}/{one['total']}" for name, one in job.progress.items())


LIST_OF_JOBS: Columns = {
    "id": "job_id",
    "kind": "kind",
    "status": "status",
    "attempts": "attempts",
    "created": "created_at",
    "of": lambda job: _subject(job),
    "more": tell_progress,
}


def print_job(job: Job) -> None:
    """All there is to say of it, its result last: of a question the answer, readably, which in a
    conversation is there."""
    facts = f"{job.kind}, {job.status}, attempt {job.attempts} of {job.max_attempts}"
    say((f"job {job.job_id}", "bold"), f"  {facts}")
    for name in ("source_key", "question", "track_id", "worker"):
        _print_field(name, getattr(job, name))
    for name in ("created_at", "started_at", "finished_at"):
        _print_field(name.removesuffix("_at"), getattr(job, name))
    if job.status == "waiting":
        _print_field("run_after", job.run_after)
    for name, one in job.progress.items():
        _print_field(name, f"{one['done']} of {one['total']}, {one['seconds']:.1f} s")
    _print_field("error", job.error, "red")
    if job.kind == "query" and "answer" in (job.result or {}):
        say()
        _print_answer(job.result or {})
    else:
        for name, value in (job.result or {}).items():
            _print_field(name, value)


def _print_field(name: str, value: Any, style: str = "") -> None:
    if isinstance(value, datetime):
        value = f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    if value is not None:
        say((f"{name.replace('_', ' '):{_LABEL}} ", style or "dim"), str(value))


def _print_answer(result: dict[str, Any]) -> None:
    say(str(result.get("answer", "")).rstrip("\n"))
    if references := convert(result.get("references", ()), tuple[Reference, ...]):
        say()
        for reference in references:
            print_reference(reference)


def print_board(board: Board) -> None:
    """As lines, for those who read it by a program or later."""
    say(_tell_counts(board))
    if board.jobs:
        say()
        columns: Columns = {
            "id": "job_id",
            "kind": "kind",
            "status": "status",
            "attempts": "attempts",
            "changed": "changed_at",
            "of": _subject,
            "more": tell_progress,
        }
        print_rows(board.jobs, columns)
    say()
    say(_tell_workers(board))


def render_board(board: Board) -> "RenderableType":
    """As a table for a terminal, a line a job."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("id", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("of", no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column("progress, or why it is not done", no_wrap=True, overflow="ellipsis", ratio=3)
    for job in board.jobs:
        status, more = Text(job.status, _STYLES.get(job.status, "")), tell_progress(job)
        table.add_row(f"{job.job_id}", status, job.kind, Text(_subject(job)), Text(more))
    head, foot = Text(_tell_counts(board), "bold"), Text(_tell_workers(board), "dim")
    return Group(head, "", table, "", foot) if board.jobs else Group(head, "", foot)


def _tell_counts(board: Board) -> str:
    counts = board.counts
    oldest = counts.oldest_waits
    waits = f" (the oldest for {_tell_seconds(oldest)})" if oldest is not None else ""
    return (
        f"{counts.waiting:,} waiting{waits}, {counts.running:,} running, {counts.failed:,} failed, "
        f"{counts.done_last_hour:,} done in the last hour"
    )


def _tell_workers(board: Board) -> str:
    alive = [one for one in board.workers if one.is_alive]
    if not alive:
        return "No worker is alive: start one with sqlrag worker."
    places = sum(one.concurrency for one in alive)
    names = ", ".join(f"{one.host}:{one.pid} {one.running}/{one.concurrency}" for one in alive[:6])
    more = ", …" if len(alive) > 6 else ""
    return f"{count(len(alive), 'worker')}, {count(places, 'place')}: {names}{more}"


def _tell_seconds(seconds: float) -> str:
    for length, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} seconds"


def _subject(job: Job | JobChange) -> str:
    return shorten(job.source_key or job.question or "")
