"""From what a user gives to what can be searched: parse, split, embed, write.

Parsing and model calls happen outside any transaction; then one statement per document writes all
of it, so that readers never see half a document.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlrag.domain.documents import IngestResult, PreparedDocument, Source
from sqlrag.domain.errors import (
    BadInput,
    Conflict,
    DatabaseError,
    ModelUnavailable,
    SqlragError,
)
from sqlrag.domain.graph import NewGraph
from sqlrag.domain.models import Embedder
from sqlrag.domain.storage import DocumentState, NewChunk, NewDocument, Storage, Workspace
from sqlrag.rag.drafting import draft_chunks, find_missing
from sqlrag.rag.embedding import embed_document
from sqlrag.rag.extracting import Extracting
from sqlrag.rag.files import File, read_source
from sqlrag.rag.progress import Report, Steps, silent
from sqlrag.rag.workspaces import WorkspaceDirectory

_WRITERS_MET = 5
_REFUSALS_MET = 3
_FIRST_DOCUMENTS = 16  # after so many a new database gets statistics
_CONFIGURATION = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)?", re.ASCII | re.IGNORECASE)
Given = Source | Path | File


class Parser(Protocol):
    async def prepare(self, source: Source) -> PreparedDocument: ...


class _AnotherWriter(Exception):
    """Somebody else wrote the document since its state was read."""


@dataclass(slots=True)
class _Outage:
    """Whether what every source needs is gone: then the rest is not tried in vain, one by one.

    Postgres has been waited for when it is given up, so once is enough; an endpoint may refuse a
    few calls and serve the next.
    """

    error: SqlragError | None = None
    refusals: int = 0

    def note(self, error: SqlragError) -> None:
        self.refusals += isinstance(error, ModelUnavailable)
        if isinstance(error, DatabaseError) or self.refusals >= _REFUSALS_MET:
            self.error = error

    def note_success(self) -> None:
        self.refusals = 0


@dataclass(frozen=True, slots=True)
class Ingesting:
    """Ingests sources into workspaces. Safe to run from many tasks and processes at once.

    `concurrency` documents are written at once; up to `in_work` are parsed, extracted and embedded
    meanwhile, so that neither the models nor Postgres wait for the other. `embeds_graph`: whether
    entities and relations get vectors.
    """

    storage: Storage
    directory: WorkspaceDirectory
    parser: Parser
    embedder: Embedder
    extracting: Extracting
    recipe: str
    max_file_bytes: int
    concurrency: int = 4
    in_work: int = 16
    embeds_graph: bool = True
    _writers: asyncio.Semaphore = field(init=False, repr=False, compare=False)
    _written: Iterator[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_writers", asyncio.Semaphore(self.concurrency))
        object.__setattr__(self, "_written", count(1))

    async def ingest(
        self, workspace: str, sources: Sequence[Given], report: Report = silent
    ) -> list[IngestResult]:
        """Ingest sources, or files by their paths; one result each, in order.

        What is wrong with one source is told in its result and stops no other; when Postgres or
        the endpoint has gone for good, that is the result of all that were left. Raises BadInput,
        SpaceMismatch, ModelError or DatabaseError where no source could be ingested at all.
        """
        opened = await self.directory.open(workspace)
        self.extracting.options_of(opened)
        for stage in ("parse", "write"):
            report(stage, more=len(sources))
        waiting = iter(enumerate(sources))
        results: dict[int, IngestResult] = {}
        outage = _Outage()

        async def work() -> None:
            for place, source in waiting:
                steps = Steps(report)
                if outage.error:
                    results[place] = _failure(source, outage.error)
                else:
                    results[place] = await self._ingest_safely(opened, source, steps, outage)
                steps.finish()

        async with asyncio.TaskGroup() as group:
            for _ in range(min(max(self.in_work, self.concurrency), len(sources))):
                group.create_task(work())
        return [results[place] for place in sorted(results)]

    async def index(self, workspace: str) -> bool:
        """Make the vector index when the workspace has outgrown exact search; True if made."""
        opened = await self.directory.open(workspace)
        return await self.storage.index_embeddings(opened.workspace_id)

    async def _ingest_safely(
        self, workspace: Workspace, given: Given, report: Report, outage: _Outage
    ) -> IngestResult:
        source: Source | None = None
        try:
            if isinstance(given, Source):
                source = given
            else:
                source = await asyncio.to_thread(read_source, given, self.max_file_bytes)
            result = await self._ingest_one(workspace, source, report, outage)
        except SqlragError as error:
            outage.note(error)
            if source and not isinstance(error, DatabaseError):
                with suppress(SqlragError):
                    await self._remember_failure(workspace, source, str(error))
            return _failure(given, error)
        if result.embedded_count:
            outage.note_success()
        return result

    async def _ingest_one(
        self, workspace: Workspace, source: Source, report: Report, outage: _Outage
    ) -> IngestResult:
        source = _checked(source)
        digest = hashlib.sha256(source.data).digest()
        extractor = self.extracting.describe(workspace)
        recipe = f"{self.recipe}; extracted by {extractor}"
        for _ in range(_WRITERS_MET):
            state = await self.storage.documents.get_document_state(
                workspace.workspace_id, source.source_key, extractor
            )
            if state and _is_same(state, source, digest, recipe):
                report("parse", done=1)
                return IngestResult(source.source_key, "unchanged", state.document_id)
            prepared = await self.parser.prepare(source)
            report("parse", done=1)
            chunks = draft_chunks(prepared)
            new = find_missing(chunks, state.chunk_hashes if state else ())
            report("embed", more=len(new))
            graph, gaps = await self.extracting.extract(
                workspace, source.source_key, prepared, chunks, state, report
            )
            chunks, graph = await embed_document(
                self.embedder, chunks, new, graph, self.embeds_graph
            )
            report("embed", done=len(new))
            document = _draft_document(source, prepared, digest, recipe, gaps)
            with suppress(_AnotherWriter):
                return await self._write(workspace, document, chunks, graph, state, outage)
        raise Conflict(
            f"{source.source_key} was not ingested: other writers changed it {_WRITERS_MET} times "
            "meanwhile; ingest it again when they are done."
        )

    async def _write(
        self,
        workspace: Workspace,
        document: NewDocument,
        chunks: Sequence[NewChunk],
        graph: NewGraph,
        state: DocumentState | None,
        outage: _Outage,
    ) -> IngestResult:
        assert workspace.space_id is not None, "an opened workspace has a space"
        async with self._writers:
            if isinstance(outage.error, DatabaseError):  # met by those before: waited for already
                raise outage.error
            written = await self.storage.documents.write_document(
                workspace.workspace_id, document, chunks, graph, workspace.space_id, state
            )
        if written is None:
            raise _AnotherWriter
        if next(self._written) == _FIRST_DOCUMENTS:
            with suppress(SqlragError):  # the document is written
                await self.storage.analyse_tables(only_young=True)
        return IngestResult(
            document.source_key,
            "updated" if state and state.status != "failed" else "added",
            written.document_id,
            len(chunks),
            written.added_count,
        )

    async def _remember_failure(self, workspace: Workspace, source: Source, error: str) -> None:
        document = NewDocument(
            source_key=source.source_key,
            title=source.title or source.file_name,
            media_type=source.media_type or "application/octet-stream",
            language="simple",
            content_sha256=hashlib.sha256(source.data).digest(),
            recipe="",
            metadata={},
            tags=(),
            char_count=0,
        )
        await self.storage.documents.fail_document(workspace.workspace_id, document, error)


def _is_same(state: DocumentState, source: Source, digest: bytes, recipe: str) -> bool:
    return (
        state.status == "ready"
        and state.error is None
        and state.content_sha256 == digest
        and state.recipe == recipe
        and state.metadata == dict(source.metadata)
        and state.tags == list(source.tags)
        and source.title in (None, state.title)
        and source.language in (None, state.language)
    )


def _draft_document(
    source: Source, prepared: PreparedDocument, digest: bytes, recipe: str, gaps: str | None
) -> NewDocument:
    return NewDocument(
        source_key=source.source_key,
        title=prepared.parsed.title or "",
        media_type=prepared.parsed.media_type,
        language=prepared.language,
        content_sha256=digest,
        recipe=recipe,
        metadata=source.metadata,
        tags=source.tags,
        char_count=len(prepared.parsed.text),
        partly=gaps,
    )


def _failure(given: Given, error: SqlragError) -> IngestResult:
    if isinstance(given, Source):
        key = given.source_key
    else:
        key = str(given.path if isinstance(given, File) else given)
    return IngestResult(key, "failed", error=str(error), error_kind=error.kind)


def _checked(source: Source) -> Source:
    if not source.source_key.strip():
        raise BadInput("A document needs a source key: a path, a URL or an id of your own.")
    if source.language and not _CONFIGURATION.fullmatch(source.language):
        raise BadInput(
            f'The language "{source.language}" is not the name of a text search configuration; '
            "use one such as english, or leave it out to have it detected."
        )
    for name, value in (("source key", source.source_key), ("title", source.title or "")):
        if "\x00" in value:
            raise BadInput(f"The {name} holds a NUL character, which Postgres cannot store.")
        if not _is_unicode(value):
            shown = value.encode("utf-8", "replace").decode()
            raise BadInput(
                f"The {name} {shown} is not valid Unicode, which Postgres cannot store; rename it."
            )
    return source


def _is_unicode(value: str) -> bool:
    """False for lone surrogates, which stand for bytes of a file name that are not UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
