"""From what a user gives to what can be searched: parse, split, embed, write.

Parsing and model calls happen outside any transaction; then one statement per document writes all
of it, so that readers never see half a document.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from sqlrag.domain.documents import (
    DocumentState,
    IngestResult,
    NewDocument,
    PreparedDocument,
    Source,
)
from sqlrag.domain.errors import (
    BadInput,
    ClaimLost,
    Conflict,
    DatabaseError,
    EmptyDocument,
    LimitReached,
    ModelUnavailable,
    SpaceMismatch,
    SqlragError,
    UnsupportedMediaType,
)
from sqlrag.domain.jobs import Claim
from sqlrag.domain.names import check_text, check_values
from sqlrag.domain.workspaces import Workspace
from sqlrag.logs import note
from sqlrag.rag.drafts import Draft
from sqlrag.rag.extraction import Extraction
from sqlrag.rag.files import File, read_source
from sqlrag.rag.progress import Report, Steps, silent
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres
from sqlrag.tracing import traced

_WRITERS_MET = 5
_REFUSALS_MET = 3
_FIRST_DOCUMENTS = 16  # after so many a new database gets statistics
_CONFIGURATION = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)?", re.ASCII | re.IGNORECASE)
Given = Source | File


class Parser(Protocol):
    async def prepare(self, source: Source) -> PreparedDocument: ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a source becomes a document; another `name` makes equal content anew.

    `embeds_graph`: whether entities and relations get vectors.
    """

    name: str
    parser: Parser
    extraction: Extraction
    embeds_graph: bool = True

    def describe(self, workspace: Workspace) -> str:
        """What documents remember of it."""
        return f"{self.name}; extracted by {self.extraction.describe(workspace)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomSource(Source):
    """A source that is made in a way of its own."""

    recipe: Recipe


@dataclass(slots=True)
class _Batch:
    """The sources of a call, which go to one workspace.

    `outage`: what every source needs is gone, so the rest is not tried in vain, one by one.
    Postgres has been waited for when it is given up, so once is enough; an endpoint may refuse a
    few calls and serve the next.
    `job`: what they are ingested for, and ends with them.
    """

    workspace: Workspace
    job: Claim | None = None
    outage: SqlragError | None = None
    refusals: int = 0

    def note(self, error: SqlragError) -> None:
        self.refusals += isinstance(error, ModelUnavailable)
        if isinstance(error, DatabaseError) or self.refusals >= _REFUSALS_MET:
            self.outage = error


@dataclass
class Ingestion:
    """Ingests sources into workspaces. Safe to run from many tasks and processes at once.

    `concurrency` documents are written at once, whoever ingests them; up to `in_work` of a call are
    parsed, extracted and embedded meanwhile, so that neither the models nor Postgres wait for the
    other. With `keeps_originals` the bytes of documents are stored with them.
    """

    storage: Postgres
    workspaces: Workspaces
    recipe: Recipe
    max_file_bytes: int
    keeps_originals: bool = True
    concurrency: int = 4
    in_work: int = 16

    def __post_init__(self) -> None:
        self._writers = asyncio.Semaphore(self.concurrency)
        self._written = 0

    async def ingest(
        self, workspace: Workspace, sources: Sequence[Given], report: Report = silent
    ) -> list[IngestResult]:
        """Ingest sources, or files by their paths; one result each, in order.

        What is wrong with one source is told in its result and stops no other; when Postgres or
        the endpoint has gone for good, that is the result of all that were left. Raises BadInput
        for settings of the workspace that cannot be used.
        """
        self.recipe.extraction.options_of(workspace)
        for stage in ("parse", "write"):
            report(stage, more=len(sources))
        waiting = iter(enumerate(sources))
        results: dict[int, IngestResult] = {}
        batch = _Batch(workspace)

        async def work() -> None:
            for place, given in waiting:
                steps = Steps(report)
                source: Source | None = None
                try:
                    if batch.outage:
                        raise batch.outage
                    if isinstance(given, Source):
                        source = given
                    else:
                        source = await asyncio.to_thread(read_source, given, self.max_file_bytes)
                    results[place] = await self._ingest_one(batch, source, steps)
                except SqlragError as error:
                    is_skipped = is_of_no_kind(given, error)
                    if error is not batch.outage and not is_skipped:
                        batch.note(error)
                        await self._remember_failure(workspace, source, error)
                    results[place] = IngestResult(
                        given.source_key,
                        "skipped" if is_skipped else "failed",
                        error=str(error),
                        error_kind=error.kind,
                        remarks=("it is empty",)
                        * (is_skipped and isinstance(error, EmptyDocument)),
                    )
                steps.finish()

        async with asyncio.TaskGroup() as group:
            for _ in range(min(max(self.in_work, self.concurrency), len(sources))):
                group.create_task(work())
        return [results[place] for place in sorted(results)]

    async def ingest_for(
        self, job: Claim, workspace: Workspace, source: Source, report: Report = silent
    ) -> IngestResult:
        """Ingest the source of a job, which ends in the statement that writes the document.

        One that is `unchanged` is not written, and its job goes on. Raises what is wrong, and
        ClaimLost.
        """
        steps = Steps(report)
        for stage in ("parse", "write"):
            report(stage, more=1)
        try:
            return await self._ingest_one(_Batch(workspace, job), source, steps)
        except (ClaimLost, LimitReached):
            raise
        except SqlragError as error:
            await self._remember_failure(workspace, source, error, job)
            raise
        finally:
            steps.finish()

    @traced("ingest")
    async def _ingest_one(self, batch: _Batch, source: Source, report: Report) -> IngestResult:
        note(workspace=batch.workspace.name, document=source.source_key)
        check_source(source)
        recipe = source.recipe if isinstance(source, CustomSource) else self.recipe
        digest = await asyncio.to_thread(_digest, source.data)
        extractor = recipe.extraction.describe(batch.workspace)
        made_by = recipe.describe(batch.workspace)
        for _ in range(_WRITERS_MET):
            workspace = batch.workspace
            state = await self.storage.documents.get_document_state(
                workspace.id, source.source_key, extractor
            )
            if state and is_same(state, source, digest, made_by):
                if self._keeps(source) and not state.is_kept:
                    kept = state.document_id, digest, source.data
                    await self.storage.execute("add_original", workspace.id, *kept)
                report("parse", done=1)
                return IngestResult(source.source_key, "unchanged", state.document_id)
            draft = Draft(await recipe.parser.prepare(source), state)
            report("parse", done=1)
            report("embed", more=len(draft.new))
            await recipe.extraction.extract(workspace, source.source_key, draft, report)
            embedder = await self.workspaces.embedder_of(workspace)
            await draft.embed(embedder, recipe.embeds_graph)
            report("embed", done=len(draft.new))
            document = draft.make_document(source, digest, made_by)
            if batch.job:
                report("write", done=1)  # what it has done stands in the job when it is written
            try:
                original = source.data if self._keeps(source) else None
                result = await self._write(workspace, batch, document, draft, original)
            except SpaceMismatch:  # switched since the batch began
                batch.workspace = await self.workspaces.renew(workspace)
                continue
            if result:
                return result
        raise Conflict(
            f"{source.source_key} was not ingested: other writers changed it {_WRITERS_MET} times "
            "meanwhile; ingest it again when they are done."
        )

    def _keeps(self, source: Source) -> bool:
        return self.keeps_originals and not isinstance(source, CustomSource)

    async def _write(
        self,
        workspace: Workspace,
        batch: _Batch,
        document: NewDocument,
        draft: Draft,
        original: bytes | None,
    ) -> IngestResult | None:
        """None where somebody else wrote the document since its state was read.

        Raises SpaceMismatch where the workspace has left the space of the vectors.
        """
        state = draft.state
        assert workspace.space_id is not None, "an opened workspace has a space"
        outcome = "updated" if state and state.status != "failed" else "added"
        remarks = draft.prepared.parsed.remarks
        told = {"outcome": outcome, "chunk_count": len(draft.chunks)}
        told |= {"remarks": remarks} if remarks else {}
        async with self._writers:
            if isinstance(batch.outage, DatabaseError):  # met by those before: waited for already
                raise batch.outage
            written = await self.storage.documents.write_document(
                workspace.id,
                document,
                draft.chunks,
                draft.graph,
                workspace.space_id,
                state,
                batch.job,
                told if batch.job else None,
                original,
            )
        if written is None:
            return None
        if written.added_count:
            batch.refusals = 0
        self._written += 1
        if self._written == _FIRST_DOCUMENTS:
            with suppress(SqlragError):  # the document is written
                await self.storage.analyse_tables(only_young=True)
        counts = len(draft.chunks), written.added_count
        named = document.source_key, outcome, written.document_id
        return IngestResult(*named, *counts, remarks=remarks)

    async def _remember_failure(
        self,
        workspace: Workspace,
        source: Source | None,
        error: SqlragError,
        job: Claim | None = None,
    ) -> None:
        """Keep why an attempt failed; content that was good stays."""
        if source is None or isinstance(error, DatabaseError):
            return
        told = source.title or source.file_name, source.media_type or "application/octet-stream"
        digest = hashlib.sha256(source.data).digest()
        held = (job.job_id, job.claim) if job else (None, None)
        failed = workspace.id, source.source_key, *told, digest, str(error), *held
        with suppress(SqlragError):
            await self.storage.execute("fail_document", *failed)


def is_of_no_kind(given: Given, error: SqlragError) -> bool:
    """Whether it is a file that a folder holds beside what is read, or an empty one; nobody asked
    for it."""
    is_beside = isinstance(error, UnsupportedMediaType | EmptyDocument)
    return isinstance(given, File) and given.is_found and is_beside


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def is_same(state: DocumentState, source: Source, digest: bytes, recipe: str) -> bool:
    return (
        state.status == "ready"
        and state.error is None
        and state.content_sha256 == digest
        and state.recipe == recipe
        and state.metadata == dict(source.metadata)
        and state.tags == list(source.tags)
        and (source.read is None or sorted(set(source.read)) == state.read)
        and source.title in (None, state.title)
        and source.language in (None, state.language)
    )


def check_source(source: Source) -> None:
    """Raises BadInput for what is said of a source and cannot be used."""
    if not source.source_key.strip():
        raise BadInput("A document needs a source key: a path, a URL or an id of your own.")
    if source.language and not _CONFIGURATION.fullmatch(source.language):
        raise BadInput(
            f'The language "{source.language}" is not the name of a text search configuration; '
            "use one such as english, or leave it out to have it detected."
        )
    check_text("The source key", source.source_key)
    check_text("The title", source.title or "")
    check_values("The metadata", source.metadata)
    check_values("A tag", source.tags)
    check_readers(source.read or ())


def check_readers(principals: Iterable[str]) -> None:
    """Raises BadInput for what is no list of principals."""
    if isinstance(principals, str):
        raise BadInput(f'read is one text; give a list of principals, such as ["{principals}"].')
    for principal in principals:
        if not isinstance(principal, str) or not principal.strip():
            raise BadInput(f"A principal is {principal!r}; give the name of a person or a group.")
        check_text("A principal", principal)
