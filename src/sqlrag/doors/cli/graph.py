"""The commands on the knowledge graph: those of its operations, and files in and out."""

import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph_views import KINDS, Format, Kind
from sqlrag.domain.operations import Limit, read_operations
from sqlrag.doors.cli.derive import EDITOR, derive_command, make_option
from sqlrag.doors.cli.documents import exit_code, print_results
from sqlrag.doors.cli.group import Commands, Rag, Settings, command, open_rag
from sqlrag.doors.cli.output import err, print_rows, progress_bars, show, working
from sqlrag.doors.cli.views import print_relation
from sqlrag.rag.graph import Graph
from sqlrag.rag.progress import Report

STAGES = {"entities": "Exporting entities", "relations": "Exporting relations"}


@click.group(cls=Commands)
def graph() -> None:
    """The knowledge graph: look at it, edit it, export it.

    Entities go by any of their names, in any case.
    """


@command(params=[EDITOR])
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--keywords", "new_keywords", help="In a word or a few, separated by commas.")
@click.option("--description", "new_description", help="In a sentence.")
@click.option("--weight", "new_weight", type=float, help="How strongly; 1 otherwise.")
@click.option("--edit", "changes", is_flag=True, help="Change the relation that there is.")
async def relate(settings: Settings, changes: bool, as_json: bool, **given: Any) -> None:
    """Relate two entities.

    With --edit, change what is given of their relation.
    """
    told = {name.removeprefix("new_"): one for name, one in given.items() if one is not None}
    async with open_rag(settings, say_models=False) as rag:
        graph = rag.graph
        made = await (graph.edit_relation(**given) if changes else graph.create_relation(**told))
    show(made, as_json, print_relation)


@command(params=[make_option("--limit", "limit", Limit, 50)])
@click.option("--by", type=click.Choice(["day", "document"]), default="day", show_default=True)
async def costs(settings: Settings, by: str, limit: int, as_json: bool) -> None:
    """Tell what calls of models came to.

    By day, or for the costliest documents.
    """
    async with open_rag(settings, say_models=False) as rag:
        graph = rag.graph
        found = await (graph.cost_by_day() if by == "day" else graph.cost_by_document(limit))
    empty = f'No model was called for workspace "{settings.workspace}".'
    show(found, as_json, print_rows, empty)


_FORMAT = make_option("--format", "file_format", Format, "graphml")
_KIND = make_option("--kind", "kind", Kind, help="Only these rows, for csv and jsonl.")


@command(in_json=False, params=[_FORMAT, _KIND])
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file; for csv without --kind, a folder. Standard output otherwise.",
)
async def export(
    settings: Settings, file_format: Format, kind: Kind | None, output: Path | None
) -> None:
    """Export the graph to a file.

    The whole of it, as it is at one moment, also while documents are written.

    In CSV, a text that a spreadsheet would take for a formula begins with an apostrophe. A file
    is there when it is complete, or not at all.
    """
    if file_format == "csv" and kind is None and output is None:
        raise click.UsageError("CSV makes two files: name a folder with -o, or one with --kind.")
    async with open_rag(settings, say_models=False) as rag:
        with progress_bars(STAGES) as report:
            if file_format == "csv" and kind is None and output:
                await _write_tables(rag, output, report)
            else:
                await _write_pieces(rag.graph.export(file_format, kind, report), output)
    if output is not None:
        err().print(f"Exported to {output}", style="dim")


async def _write_tables(rag: Rag, folder: Path, report: Report) -> None:
    from sqlrag.rag.graph_export import export_tables

    with ExitStack() as files:
        opened = {kind: files.enter_context(_write(folder / f"{kind}.csv")) for kind in KINDS}
        async with aclosing(export_tables(rag.storage, rag.workspace, report)) as pieces:
            async for kind, piece in pieces:
                opened[kind].write(piece.encode())


async def _write_pieces(pieces: AsyncGenerator[str, None], path: Path | None) -> None:
    with _write(path) as file:
        async with aclosing(pieces):
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


@command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option("--key", help="Make all chunks one document of this key; of their file_path else.")
async def import_graph(settings: Settings, file: Path, key: str | None, as_json: bool) -> int:
    """Import chunks, entities and relationships from JSON.

    Each file_path becomes a document, whose graph is the one given; importing it again replaces
    it. Exits with 1 when a document failed; the others are stored.
    """
    graph = _read(file)
    async with open_rag(settings, say_models=not as_json) as rag:
        with working("Importing…"):
            results = await rag.insert_custom_kg(graph, key)
    show(results, as_json, print_results)
    return exit_code(results)


def _read(path: Path) -> dict[str, Any]:
    name = "standard input" if str(path) == "-" else str(path)
    try:
        with click.open_file(str(path), "rb") as file:
            return msgspec.json.decode(file.read(), type=dict[str, Any])
    except OSError as error:
        raise BadInput(
            f"{name} cannot be read ({error.strerror}); name a file of JSON, or - for standard "
            "input."
        ) from error
    except msgspec.ValidationError as error:
        raise BadInput(
            f"{name} holds no JSON object; it needs one with chunks, entities and relationships."
        ) from error
    except msgspec.DecodeError as error:
        raise BadInput(f"{name} is not JSON ({error}); correct it.") from error


_BY_HAND = {"relate": relate, "costs": costs}
# In the order in which the operations are declared.
for operation in read_operations(Graph):
    if name := operation.command:
        graph.add_command(_BY_HAND.get(name) or derive_command(operation, attrgetter("graph")))
graph.add_command(export)
graph.add_command(import_graph)
