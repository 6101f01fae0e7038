"""The graph as a file, read page by page from one moment of the database."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing

from sqlrag.domain.graph_views import KINDS, Kind
from sqlrag.domain.workspaces import unknown_workspace
from sqlrag.rag.graph_formats import COLUMNS, CSV, Row, Writer, choose_writer
from sqlrag.rag.progress import Report, silent
from sqlrag.repositories.graph import Graph
from sqlrag.repositories.postgres import Postgres

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
    writer, kinds = choose_writer(file_format, kind)
    async with aclosing(_write(storage, workspace, writer, kinds, report)) as pieces:
        async for _, piece in pieces:
            yield piece


def export_tables(
    storage: Postgres, workspace: str, report: Report = silent
) -> AsyncGenerator[tuple[Kind, str], None]:
    """Both CSV files, of one moment: pieces, each with the kind of the file it belongs to."""
    return _write(storage, workspace, CSV, KINDS, report)


async def _write(
    storage: Postgres, name: str, writer: Writer, kinds: Sequence[Kind], report: Report
) -> AsyncGenerator[tuple[Kind, str], None]:
    async with storage.snapshot() as session:
        await session.graph.begin_export(PATIENCE)
        workspace = await session.workspaces.get_workspace(name)
        if workspace is None:
            raise unknown_workspace(name)
        count = await session.graph.count_graph(workspace.id)
        for kind in kinds:
            report(kind, more=getattr(count, kind))
        for kind in kinds:
            yield kind, writer.begin(kind, count)
            async for rows in _read_pages(session.graph, workspace.id, kind):
                yield kind, writer.write(kind, rows)
                report(kind, done=len(rows))
        yield kinds[-1], writer.end


async def _read_pages(graph: Graph, workspace_id: int, kind: Kind) -> AsyncIterator[Sequence[Row]]:
    read: Callable[[int, int, int], Awaitable[Sequence[Row]]]
    read = graph.export_entities if kind == "entities" else graph.export_relations
    after = 0
    while rows := await read(workspace_id, after, PAGE_SIZE):
        yield rows
        after = getattr(rows[-1], COLUMNS[kind][0])
