"""The graph as a file, read page by page from one moment of the database."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlrag.domain.errors import NotFound
from sqlrag.domain.exporting import (
    KINDS,
    ExportedEntity,
    ExportedRelation,
    Exports,
    GraphCount,
    Kind,
)
from sqlrag.domain.storage import Storage
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.writing_graphs import CsvWriter, Writer, choose_writer

PATIENCE = 300  # seconds for which a page may wait to be taken


@dataclass(frozen=True, slots=True)
class Exporting:
    """Exports are consistent while others write, and hold a page in memory, not the graph.

    An export holds a connection until it ends or is closed. A page that is not taken for
    `PATIENCE` seconds ends it with a DatabaseError. All raise NotFound for the workspace.
    """

    storage: Storage
    page_size: int = 500

    async def export(
        self,
        workspace: str,
        file_format: str,
        kind: str | None = None,
        report: Report = silent,
    ) -> AsyncGenerator[str, None]:
        """A file of `file_format` in pieces; `kind` chooses the rows of csv and, if given, jsonl.

        Raises BadInput before anything is read.
        """
        writer = choose_writer(file_format, kind)
        async with self._open(workspace, writer.kinds, report) as graph:
            yield writer.begin(graph.count)
            async for rows in graph.pages():
                yield writer.write(rows)
            yield writer.end()

    async def export_tables(
        self, workspace: str, report: Report = silent
    ) -> AsyncGenerator[tuple[Kind, str], None]:
        """Both CSV files, of one moment: pieces, each with the kind of the file it belongs to."""
        writers: dict[Kind, Writer] = {kind: CsvWriter(kind) for kind in KINDS}
        async with self._open(workspace, KINDS, report) as graph:
            for kind, writer in writers.items():
                yield kind, writer.begin(graph.count)
            async for rows in graph.pages():
                kind = "entities" if isinstance(rows[0], ExportedEntity) else "relations"
                yield kind, writers[kind].write(rows)

    @asynccontextmanager
    async def _open(
        self, workspace: str, kinds: Sequence[Kind], report: Report
    ) -> AsyncIterator["_Graph"]:
        async with self.storage.snapshot() as session:
            await session.exports.begin_export(PATIENCE)
            found = await session.workspaces.get_workspace(workspace)
            if found is None:
                raise NotFound(
                    f'There is no workspace "{workspace}"; ingest a document into it to make it.'
                )
            count = await session.exports.count_graph(found.workspace_id)
            for kind in kinds:
                report(kind, more=getattr(count, kind))
            yield _Graph(session.exports, found.workspace_id, count, kinds, self.page_size, report)


@dataclass(frozen=True, slots=True)
class _Graph:
    """The graph of a workspace at one moment."""

    exports: Exports
    workspace_id: int
    count: GraphCount
    kinds: Sequence[Kind]
    page_size: int
    report: Report

    async def pages(
        self,
    ) -> AsyncIterator[Sequence[ExportedEntity] | Sequence[ExportedRelation]]:
        if "entities" in self.kinds:
            after = 0
            while entities := await self.exports.export_entities(
                self.workspace_id, after, self.page_size
            ):
                after = entities[-1].entity_id
                yield entities
                self.report("entities", done=len(entities))
        if "relations" in self.kinds:
            after = 0
            while relations := await self.exports.export_relations(
                self.workspace_id, after, self.page_size
            ):
                after = relations[-1].relation_id
                yield relations
                self.report("relations", done=len(relations))
