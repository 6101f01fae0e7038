"""From what a user gives to what can be searched: parse, split, embed, write.

Parsing and model calls happen outside any transaction; then one transaction per document writes
all of it, so that readers never see half a document.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from sqlrag.domain.documents import ChunkDraft, IngestResult, PreparedDocument, Source
from sqlrag.domain.errors import BadInput, Conflict, DatabaseError, SqlragError
from sqlrag.domain.models import Embedder
from sqlrag.domain.storage import DocumentState, NewChunk, NewDocument, Session, Storage, Workspace
from sqlrag.rag.files import read_source
from sqlrag.rag.workspaces import WorkspaceDirectory

_WRITERS_MET = 5


class Parser(Protocol):
    async def prepare(self, source: Source) -> PreparedDocument: ...


class Report(Protocol):
    """Told of progress: a stage ('parse', 'embed', 'write') did `done` of, now, `more` to do."""

    def __call__(self, stage: str, done: int = 0, more: int = 0) -> None: ...


def _silent(stage: str, done: int = 0, more: int = 0) -> None:
    return None


class _AnotherWriter(Exception):
    """Somebody else wrote the document since its state was read."""


@dataclass(frozen=True, slots=True)
class Ingesting:
    """Ingests sources into workspaces. Safe to run from many tasks and processes at once."""

    storage: Storage
    directory: WorkspaceDirectory
    parser: Parser
    embedder: Embedder
    recipe: str
    max_file_bytes: int
    concurrency: int = 4

    async def ingest(
        self, workspace: str, sources: Sequence[Source | Path], report: Report = _silent
    ) -> list[IngestResult]:
        """Ingest sources, or files by their paths; one result each, in order.

        What is wrong with one source is told in its result and stops no other. Raises
        SpaceMismatch, ModelError or DatabaseError where no source could be ingested at all.
        """
        opened = await self.directory.open(workspace)
        for stage in ("parse", "write"):
            report(stage, more=len(sources))
        waiting = iter(enumerate(sources))
        results: dict[int, IngestResult] = {}

        async def work() -> None:
            for place, source in waiting:
                results[place] = await self._ingest_safely(opened, source, report)
                report("write", done=1)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.concurrency, len(sources))):
                group.create_task(work())
        return [results[place] for place in sorted(results)]

    async def index(self, workspace: str) -> bool:
        """Make the vector index when the workspace has outgrown exact search; True if made."""
        opened = await self.directory.open(workspace)
        return await self.storage.index_embeddings(opened.workspace_id)

    async def _ingest_safely(
        self, workspace: Workspace, given: Source | Path, report: Report
    ) -> IngestResult:
        source: Source | None = None
        try:
            if isinstance(given, Path):
                source = await asyncio.to_thread(read_source, given, self.max_file_bytes)
            else:
                source = given
            return await self._ingest_one(workspace, source, report)
        except SqlragError as error:
            key = source.source_key if source else str(given)
            if source and not isinstance(error, DatabaseError):
                with suppress(SqlragError):
                    await self._remember_failure(workspace, source, str(error))
            return IngestResult(key, "failed", error=str(error), error_kind=error.kind)

    async def _ingest_one(
        self, workspace: Workspace, source: Source, report: Report
    ) -> IngestResult:
        source = _checked(source)
        digest = hashlib.sha256(source.data).digest()
        for _ in range(_WRITERS_MET):
            state = await self.storage.documents.get_document_state(
                workspace.workspace_id, source.source_key
            )
            if state and self._is_same(state, source, digest):
                report("parse", done=1)
                return IngestResult(source.source_key, "unchanged", state.document_id)
            prepared = await self.parser.prepare(source)
            report("parse", done=1)
            document = self._document(source, prepared, digest)
            chunks = await self._chunks(prepared, state, report)
            with suppress(_AnotherWriter):
                return await self._write(workspace, document, chunks, state)
        raise Conflict(
            f"{source.source_key} was not ingested: other writers changed it {_WRITERS_MET} times "
            "meanwhile; ingest it again when they are done."
        )

    def _is_same(self, state: DocumentState, source: Source, digest: bytes) -> bool:
        return (
            state.status == "ready"
            and state.error is None
            and state.content_sha256 == digest
            and state.recipe == self.recipe
            and state.metadata == dict(source.metadata)
            and state.tags == list(source.tags)
            and source.title in (None, state.title)
            and source.language in (None, state.language)
        )

    def _document(self, source: Source, prepared: PreparedDocument, digest: bytes) -> NewDocument:
        return NewDocument(
            source_key=source.source_key,
            title=prepared.parsed.title or "",
            media_type=prepared.parsed.media_type,
            language=prepared.language,
            content_sha256=digest,
            recipe=self.recipe,
            metadata=source.metadata,
            tags=source.tags,
            char_count=len(prepared.parsed.text),
        )

    async def _chunks(
        self, prepared: PreparedDocument, state: DocumentState | None, report: Report
    ) -> list[NewChunk]:
        """The chunks to store; only those the document does not have yet are embedded."""
        chunks = [_new_chunk(draft, prepared) for draft in prepared.chunks]
        stored = Counter(state.chunk_hashes if state else ())
        new = [place for place, chunk in enumerate(chunks) if not _take(stored, chunk)]
        report("embed", more=len(new))
        vectors = await self.embedder.embed([chunks[place].indexed for place in new])
        for place, vector in zip(new, vectors, strict=True):
            chunks[place] = replace(chunks[place], embedding=vector)
        report("embed", done=len(new))
        return chunks

    async def _write(
        self,
        workspace: Workspace,
        document: NewDocument,
        chunks: Sequence[NewChunk],
        state: DocumentState | None,
    ) -> IngestResult:
        assert workspace.space_id is not None, "an opened workspace has a space"
        space_id = workspace.space_id

        async def write(session: Session) -> IngestResult:
            document_id = await session.documents.put_document(
                workspace.workspace_id, document, state.revision if state else 0
            )
            if document_id is None:
                raise _AnotherWriter
            changes = await session.chunks.write_chunks(
                workspace.workspace_id, document_id, chunks, document.language, space_id
            )
            was_there = state is not None and state.status == "ready"
            return IngestResult(
                document.source_key,
                "updated" if was_there else "added",
                document_id,
                len(chunks),
                changes.added,
            )

        return await self.storage.run(write)

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


def _checked(source: Source) -> Source:
    if not source.source_key.strip():
        raise BadInput("A document needs a source key: a path, a URL or an id of your own.")
    for name, value in (("source key", source.source_key), ("title", source.title or "")):
        if "\x00" in value:
            raise BadInput(f"The {name} holds a NUL character, which Postgres cannot store.")
    return source


def _take(stored: Counter[bytes], chunk: NewChunk) -> bool:
    """Whether one more stored chunk of this hash is left; takes it."""
    if stored[chunk.content_sha256] < 1:
        return False
    stored[chunk.content_sha256] -= 1
    return True


def _new_chunk(draft: ChunkDraft, prepared: PreparedDocument) -> NewChunk:
    title = prepared.parsed.title or ""
    above = " > ".join(draft.headings)
    indexed = "\n".join(part for part in (title, above, draft.content) if part)
    parts = (prepared.language, title, *draft.headings, draft.content)
    return NewChunk(
        content=draft.content,
        content_sha256=hashlib.sha256("\x1f".join(parts).encode()).digest(),
        indexed=indexed,
        token_count=draft.token_count,
        char_start=draft.char_start,
        char_end=draft.char_end,
        page=draft.page,
        page_breaks=draft.page_breaks,
        headings=draft.headings,
        embedding=None,
    )
