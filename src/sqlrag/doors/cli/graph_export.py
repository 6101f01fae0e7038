"""The knowledge graph as a file."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from sqlrag.domain.errors import BadInput
from sqlrag.domain.exporting import FORMATS, KINDS, Kind
from sqlrag.doors.cli.group import open_rag, runs, workspace_option
from sqlrag.doors.cli.output import err, progress_bars

if TYPE_CHECKING:
    from sqlrag.settings import Settings

STAGES = {"entities": "Exporting entities", "relations": "Exporting relations"}
EXAMPLES = """\b
Examples:
  sqlrag graph export -o graph.graphml                    for networkx, Gephi, Cytoscape
  sqlrag graph export --format csv -o tables              tables/entities.csv, tables/relations.csv
  sqlrag graph export --format jsonl | gzip > graph.jsonl.gz
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--format", "file_format", type=click.Choice(FORMATS), default="graphml", show_default=True
)
@click.option("--kind", type=click.Choice(KINDS), help="Only these rows, for csv and jsonl.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file; for csv without --kind, a folder. Standard output otherwise.",
)
@workspace_option
@runs
async def export(
    settings: "Settings", file_format: str, kind: Kind | None, output: Path | None
) -> None:
    """Export the graph to a file.

    The whole of it, as it is at one moment, also while documents are written.

    In CSV, a text that a spreadsheet would take for a formula begins with an apostrophe. A file
    is there when it is complete, or not at all.
    """
    in_folder = file_format == "csv" and kind is None
    if in_folder and output is None:
        raise click.UsageError("CSV makes two files: name a folder with -o, or one with --kind.")
    async with open_rag(settings, say_models=False) as rag:
        with progress_bars(STAGES) as report, ExitStack() as files:
            if in_folder:
                assert output, "it has been asked for"
                opened = {
                    kind: files.enter_context(_write(output / f"{kind}.csv")) for kind in KINDS
                }
                tables = rag.exporting.export_tables(rag.workspace, report)
                async with aclosing(tables):
                    async for table, piece in tables:
                        opened[table].write(piece.encode())
            else:
                file = files.enter_context(_write(output))
                pieces = rag.exporting.export(rag.workspace, file_format, kind, report)
                async with aclosing(pieces):
                    await _copy(pieces, file)
    if output is not None:
        err().print(f"Exported to {output}", style="dim")


async def _copy(pieces: AsyncIterator[str], file: IO[bytes]) -> None:
    async for piece in pieces:
        file.write(piece.encode())


@contextmanager
def _write(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that gets its name when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}); name another file."
        ) from error
    finally:
        part.unlink(missing_ok=True)
