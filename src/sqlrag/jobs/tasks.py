"""What each kind of job does. A task ends its job itself, together with what it writes."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from msgspec import ValidationError, convert, to_builtins

from sqlrag.app import Rag
from sqlrag.domain.access import Access
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput, ModelError
from sqlrag.domain.jobs import Claim, ClaimedJob
from sqlrag.domain.models import list_read
from sqlrag.domain.retrieval import QueryParam
from sqlrag.domain.workspaces import EVERYTHING
from sqlrag.rag.answering import spread_answer
from sqlrag.rag.checking import check_background
from sqlrag.rag.jobs import PRIVATE, source_of
from sqlrag.rag.progress import Report

Task = Callable[[Rag, ClaimedJob, Claim, Report], Awaitable[None]]


async def ingest(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """Of the document's bytes and what is said of it; upkeep of its workspace follows."""
    await _ingest(rag, job, held, report, source_of(job.arguments, job.input or b""))


async def _ingest(rag: Rag, job: ClaimedJob, held: Claim, report: Report, source: Source) -> None:
    workspace = await rag.workspaces.open(job.workspace)
    result = await rag.ingestion.ingest_for(held, workspace, source, report)
    if result.outcome == "unchanged":
        told = {"outcome": result.outcome, "document_id": result.document_id}
        await rag.storage.jobs.finish_job(held, told)


async def delete(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """Of one document, by its source key; that it is not there is no error."""
    await rag.storage.jobs.delete_document(job.arguments["source_key"], held)


async def row(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """The document of a row of a watched table, as the row is now: ingested, or deleted."""
    named = job.workspace_id, job.arguments["watch_id"], job.arguments["key"]
    found = await rag.storage.watched_tables.read_row(*named)
    if found is None:
        await delete(rag, job, held, report)
    else:
        source = Source.of_text(found.pop("content"), job.arguments["source_key"], **found)
        await _ingest(rag, job, held, report, source)


async def table(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """A job for each row of a watched table, and for each document that may have lost its row."""
    asked = job.workspace_id, job.arguments["watch_id"], job.track_id
    after = await rag.storage.watched_tables.follow_table(*asked, None)
    while after is not None:
        report("enqueue", done=1, more=1)
        after = await rag.storage.watched_tables.follow_table(*asked, after)
    await rag.storage.jobs.finish_job(held, {})


async def query(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """The answer as POST /v1/query gives it, and what was read for it: for when that is erased. In
    a conversation it is a turn, in whose transaction the job ends."""
    said = job.arguments.get(PRIVATE) or job.arguments
    try:
        param = convert(said.get("parameters", {}), QueryParam, strict=False)
    except ValidationError as error:
        raise BadInput(f"The parameters of the question cannot be used: {error}.") from error
    check_background(param)
    question = str(said.get("question", ""))
    asking = rag.in_workspace(job.workspace, read_asker(job.arguments))
    answer = await asking.query(question, param, held)
    if answer.turn is not None:
        return
    told = spread_answer(answer, question, param) | {"read": list_read(answer.context)}
    await rag.storage.jobs.finish_job(held, to_builtins(told))


def read_asker(arguments: Mapping[str, Any]) -> Access:
    """Who asked a question of a job, and is to have its answer."""
    asked_by = arguments.get("asked_by") or {}
    whom = asked_by.get("principals")
    known = None if whom is None else tuple(whom)
    return Access(asked_by.get("role", "admin"), principals=known, prefix=asked_by.get("key"))


async def upkeep(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """Indexes and summaries that are due. What of it failed is the error of the job."""
    workspace = await rag.workspaces.get(job.workspace)
    made = await rag.upkeep.look_after(workspace, EVERYTHING, report)
    if made.failed:
        await rag.summarization.check_budget(workspace)
        raise ModelError(f"{made.failed} descriptions could not be summarised: {made.error}")
    await rag.storage.jobs.finish_job(held, to_builtins(made))


async def prune(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """Jobs that have been over for `days`, 7 unless the job says otherwise."""
    keep = timedelta(days=float(job.arguments.get("days", 7)))
    pruned = await rag.storage.fetch_value("prune_jobs", job.workspace_id, keep, keep)
    await rag.storage.jobs.finish_job(held, {"pruned": pruned})


async def switch_space(rag: Rag, job: ClaimedJob, held: Claim, report: Report) -> None:
    """Embeds the workspace by another model, `model`; begun again it goes on where it was."""
    done = await rag.in_workspace(job.workspace).switch_space(job.arguments["model"], report)
    await rag.storage.jobs.finish_job(held, to_builtins(done))


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        task.__name__: task
        for task in (ingest, delete, row, table, query, upkeep, prune, switch_space)
    }
)
