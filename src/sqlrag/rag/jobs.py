"""Work in the background: asked for, looked at, cancelled, tried again."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any
from uuid import UUID, uuid4

from msgspec import Meta

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BacklogFull, NotFound, UnreadableDocument
from sqlrag.domain.jobs import Job, JobStatus, NewJob, Track, TrackCost
from sqlrag.domain.operations import Id, Limit, operation
from sqlrag.domain.retrieval import QueryParam
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.checking import check_background, check_question
from sqlrag.rag.files import File, find_files, read_source
from sqlrag.rag.ingestion import Ingestion, check_source, is_of_no_kind
from sqlrag.rag.talking import open_talk
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

JobId = Annotated[Id, Meta(description="The id of a job.")]
PRIVATE = "private"  # of the arguments of a job: what those who look at jobs are not shown
SOONER = 10  # the priority of what somebody waits for
_AT_ONCE = 16 * 2**20  # bytes of documents in a statement


@dataclass
class Jobs(Witnessed):
    """The queue of a workspace. What is asked for here is done by the workers; `max_backlog` jobs
    wait at most.
    """

    storage: Postgres
    workspaces: Workspaces
    ingestion: Ingestion
    max_backlog: int

    async def enqueue_documents(self, *given: str | os.PathLike[str] | Source | File) -> Track:
        """Have files, or sources, ingested in the background, one job for each.

        They are kept in the database until then; files in folders that no parser reads get none.
        Raises BadInput, what is wrong with a file, and
        BacklogFull.
        """
        sources: list[Source | File] = [one for one in given if isinstance(one, Source | File)]
        paths = [one for one in given if not isinstance(one, Source | File)]
        if paths:
            sources += await asyncio.to_thread(find_files, paths)
        workspace, track_id = await self.workspaces.add(self.workspace), uuid4()
        await self._check_backlog(workspace)
        batch, size = list[NewJob](), 0
        for one in sources:
            if isinstance(one, File):
                most = self.ingestion.max_file_bytes
                try:
                    one = await asyncio.to_thread(read_source, one, most)
                except UnreadableDocument as error:
                    if is_of_no_kind(one, error):
                        continue
                    raise
            check_source(one)
            batch.append(_job_of(one, track_id))
            size += len(one.data)
            if size > _AT_ONCE:
                await self.storage.jobs.enqueue(workspace.id, batch)
                batch, size = [], 0
        if batch:
            await self.storage.jobs.enqueue(workspace.id, batch)
        await self.witness.tell("enqueue_documents", f"track {track_id}")
        return await self.get_track(track_id) if sources else Track.of(track_id, [])

    async def enqueue_question(self, question: str, param: QueryParam | None = None) -> Job:
        """Have a question answered in the background; the answer is the `result` of the job, or
        where that names it, a turn of its conversation: jobs are shown to all who may look.

        Raises what is wrong with the question, NotFound, Forbidden and BacklogFull.
        """
        param = param or QueryParam()
        check_question(question, param)
        check_background(param)
        workspace = await self.workspaces.get(self.workspace)
        if param.conversation_id is not None:
            await open_talk(self.storage, workspace, self.access, param.conversation_id)
        await self._check_backlog(workspace)
        parameters = {
            one.name: value
            for one in fields(param)
            if (value := getattr(param, one.name)) != one.default
        }
        arguments: dict[str, Any] = {"question": question, "parameters": parameters}
        if param.conversation_id is not None:
            arguments = {PRIVATE: arguments}
        if self.access.prefix or self.access.reads_as is not None:
            asked_by = {
                "key": self.access.prefix,
                "principals": self.access.principals,
                "role": self.access.role,
            }
            arguments["asked_by"] = asked_by
        job = NewJob("query", priority=SOONER, arguments=arguments)
        (job_id,) = await self.storage.jobs.enqueue(workspace.id, [job])
        return await self.get_job(job_id)

    async def enqueue(self, *jobs: NewJob) -> list[int]:
        """Add jobs of any kind; returns their ids, in order."""
        workspace = await self.workspaces.add(self.workspace)
        return await self.storage.jobs.enqueue(workspace.id, jobs)

    @operation(
        "GET jobs", "List jobs", cursor=lambda job: job.job_id, command="list", role="reader"
    )
    async def list_jobs(
        self,
        before: Annotated[Id | None, Meta(description="The `next` of the page before.")] = None,
        limit: Limit = 50,
        status: Annotated[JobStatus | None, Meta(description="Only these jobs.")] = None,
        kind: Annotated[str | None, Meta(description="Only jobs of this kind.")] = None,
    ) -> list[Job]:
        """The latest first; a workspace that does not exist has none."""
        workspace = await self.workspaces.look_up(self.workspace)
        if workspace is None:
            return []
        asked = workspace.id, before, limit, status, kind
        return await self.storage.fetch_all(Job, "list_jobs", *asked)

    @operation("GET jobs/{job_id:int}", "Get a job", (NotFound,), command="show", role="reader")
    async def get_job(self, job_id: JobId) -> Job:
        """Its status, how far it is, and its result: what a document became, or an answer."""
        workspace = await self.workspaces.get(self.workspace)
        asked = workspace.id, job_id + 1, 1, None, None
        found = await self.storage.find_one(Job, "list_jobs", *asked)
        if found is None or found.job_id != job_id:
            raise self._no_job(job_id)
        return found

    @operation(
        "POST jobs/{job_id:int}/cancel",
        "Cancel a job",
        (NotFound,),
        command="cancel",
        role="writer",
    )
    async def cancel_job(self, job_id: JobId) -> Job:
        """One that waits or runs: what it would have written is not written. One that is over stays
        as it is."""
        workspace = await self.workspaces.get(self.workspace)
        await self.storage.fetch("cancel_jobs", workspace.id, [job_id])
        return await self.get_job(job_id)

    @operation(
        "POST jobs/{job_id:int}/retry", "Retry a job", (NotFound,), command="retry", role="writer"
    )
    async def retry_job(self, job_id: JobId) -> Job:
        """One that failed or was cancelled, with as many attempts as at first. Another stays as it
        is, as does one for a document of which a newer job waits."""
        workspace = await self.workspaces.get(self.workspace)
        await self.storage.fetch("retry_jobs", workspace.id, [job_id])
        return await self.get_job(job_id)

    @operation(
        "POST jobs/retry",
        "Retry all jobs that failed",
        (NotFound,),
        listed="retried",
        command="retry-failed",
        role="writer",
    )
    async def retry_failed_jobs(self) -> list[int]:
        """Returns their ids."""
        workspace = await self.workspaces.get(self.workspace)
        rows = await self.storage.fetch("retry_jobs", workspace.id, None)
        return [row["job_id"] for row in rows]

    @operation(
        "GET tracks/{track_id:uuid}", "Get what was given in a request", (NotFound,), role="reader"
    )
    async def get_track(
        self, track_id: Annotated[UUID, Meta(description="The id of a track.")]
    ) -> Track:
        """Its jobs, in their order, how many have which status, how far they are by stage, and what
        they cost."""
        workspace = await self.workspaces.get(self.workspace)
        jobs = await self.storage.fetch_all(Job, "list_track", workspace.id, track_id)
        if not jobs:
            raise NotFound(f'There is no track {track_id} in workspace "{self.workspace}".')
        asked = workspace.id, track_id
        costs = await self.storage.fetch_all(TrackCost, "list_costs_of_track", *asked)
        return Track.of(track_id, jobs, costs)

    async def _check_backlog(self, workspace: Workspace) -> None:
        if await self.storage.fetch_value("is_backlog_full", workspace.id, self.max_backlog):
            raise BacklogFull(
                f'{self.max_backlog:,} jobs wait in workspace "{workspace.name}" already; try '
                "again when some are done, start more workers, or raise SQLRAG_MAX_BACKLOG."
            )

    def _no_job(self, job_id: int) -> NotFound:
        return NotFound(
            f'There is no job {job_id} in workspace "{self.workspace}"; what is over is deleted '
            "after a time."
        )


def _job_of(source: Source, track_id: UUID | None = None) -> NewJob:
    """What source_of reads again, and what rag.enqueue_document adds."""
    said = {
        "source_key": source.source_key,
        "file_name": source.file_name,
        "media_type": source.media_type,
        "title": source.title,
        "language": source.language,
        "metadata": dict(source.metadata),
        "tags": list(source.tags),
        "read": source.read,
    }
    key = document_key(source.source_key)
    return NewJob("ingest", key, track_id, arguments=said, input=source.data)


def source_of(arguments: Mapping[str, Any], data: bytes) -> Source:
    """The source of an ingestion that was asked for."""
    said = dict(arguments)
    read = said.pop("read", None)
    listed = {"tags": tuple(said.get("tags") or ()), "read": None if read is None else tuple(read)}
    return Source(data=data, **{**said, **listed})


def document_key(source_key: str) -> str:
    """The deduplication key of all that is done to a document."""
    return f"document:{source_key}"
