"""The commands on the knowledge graph: those of its operations, and files in and out."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import click

from sqlrag.domain.graph_views import DailyCost, DocumentCost
from sqlrag.domain.operations import Limit, read_operations
from sqlrag.doors.cli.derive import derive_command, editor_option
from sqlrag.doors.cli.graph_files import export, import_graph
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.options import make_option
from sqlrag.doors.cli.output import print_rows, shorten, show
from sqlrag.doors.cli.views import columns_of, print_relation
from sqlrag.rag.graph import Graph


def make_commands() -> Iterator[click.Command]:
    """In the order in which the operations are declared."""
    by_hand = {"relate": relate, "costs": costs}
    for operation in read_operations(Graph):
        if name := operation.command:
            yield by_hand.get(name) or derive_command(operation, attrgetter("graph"))
    yield from (export, import_graph)


@command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--keywords", help="In a word or a few, separated by commas.")
@click.option("--description", help="In a sentence.")
@click.option("--weight", type=float, help="How strongly; 1 otherwise.")
@click.option("--edit", "changes", is_flag=True, help="Change the relation that there is.")
@editor_option
async def relate(
    settings: Settings,
    source: str,
    target: str,
    changes: bool,
    editor: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Relate two entities.

    With --edit, change what is given of their relation.
    """
    told = {name: value for name, value in given.items() if value is not None}
    async with open_rag(settings, say_models=False) as rag:
        if changes:
            news = {f"new_{name}": value for name, value in told.items()}
            made = await rag.graph.edit_relation(source, target, **news, editor=editor)
        else:
            made = await rag.graph.create_relation(source, target, **told, editor=editor)
    show(made, as_json, print_relation)


@command()
@click.option("--by", type=click.Choice(["day", "document"]), default="day", show_default=True)
@make_option("--limit", "limit", Limit, 50)
async def costs(settings: Settings, by: str, limit: int, as_json: bool) -> None:
    """Tell what calls of models came to.

    By day, or for the costliest documents.
    """
    found: list[DailyCost] | list[DocumentCost]
    columns = columns_of(DailyCost)
    async with open_rag(settings, say_models=False) as rag:
        if by == "day":
            found = await rag.graph.cost_by_day()
        else:
            found = await rag.graph.cost_by_document(limit)
            _, *rest = columns_of(DocumentCost).items()
            columns = dict([("document", lambda one: shorten(one.source_key)), *rest])
    empty = f'No model was called for workspace "{settings.workspace}".'
    show(found, as_json, lambda rows: print_rows(rows, columns), empty)
