"""The graph as a file, read page by page from one moment of the database."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlrag.domain.graph_views import KINDS, ExportedEntity, ExportedRelation, GraphCount, Kind
from sqlrag.domain.workspaces import Workspace, unknown_workspace
from sqlrag.rag.graph_formats import CsvWriter, Writer, choose_writer
from sqlrag.rag.progress import Report, silent
from sqlrag.repositories.graph import Graph
from sqlrag.repositories.postgres import Postgres

Page = Sequence[ExportedEntity] | Sequence[ExportedRelation]
PATIENCE = 300  # seconds for which a page may wait to be taken
PAGE_SIZE = 500


async def export(
    storage: Postgres,
    workspace: str,
    file_format: str,
    kind: str | None = None,
    report: Report = silent,
) -> AsyncGenerator[str, None]:
    """A file of `file_format` in pieces; `kind` chooses the rows of csv and, if given, jsonl.

    Consistent while others write, with a page in memory and not the graph. It holds a connection
    until it ends or is closed; a page that is not taken for PATIENCE seconds ends it with a
    DatabaseError. Raises NotFound, and BadInput before anything is read.
    """
    writer = choose_writer(file_format, kind)
    async with _open(storage, workspace, writer.kinds, report) as graph:
        yield writer.begin(graph.count)
        async for rows in graph.pages():
            yield writer.write(rows)
        yield writer.end()


async def export_tables(
    storage: Postgres, workspace: str, report: Report = silent
) -> AsyncGenerator[tuple[Kind, str], None]:
    """Both CSV files, of one moment: pieces, each with the kind of the file it belongs to."""
    writers: dict[Kind, Writer] = {kind: CsvWriter(kind) for kind in KINDS}
    async with _open(storage, workspace, KINDS, report) as graph:
        for kind, writer in writers.items():
            yield kind, writer.begin(graph.count)
        async for rows in graph.pages():
            kind = "entities" if isinstance(rows[0], ExportedEntity) else "relations"
            yield kind, writers[kind].write(rows)


@asynccontextmanager
async def _open(
    storage: Postgres, name: str, kinds: Sequence[Kind], report: Report
) -> AsyncIterator["_Snapshot"]:
    async with storage.snapshot() as session:
        await session.graph.begin_export(PATIENCE)
        workspace = await session.workspaces.get_workspace(name)
        if workspace is None:
            raise unknown_workspace(name)
        count = await session.graph.count_graph(workspace.id)
        for kind in kinds:
            report(kind, more=getattr(count, kind))
        yield _Snapshot(session.graph, workspace, count, kinds, report)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The graph of a workspace at one moment."""

    graph: Graph
    workspace: Workspace
    count: GraphCount
    kinds: Sequence[Kind]
    report: Report

    async def pages(self) -> AsyncIterator[Page]:
        pages: dict[Kind, Callable[..., Awaitable[Page]]]
        pages = {"entities": self.graph.export_entities, "relations": self.graph.export_relations}
        for kind in self.kinds:
            after = 0
            while rows := await pages[kind](self.workspace.id, after, PAGE_SIZE):
                after = rows[-1].id
                yield rows
                self.report(kind, done=len(rows))
