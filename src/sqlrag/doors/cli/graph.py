"""The knowledge graph: the group of commands, and those that read."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from sqlrag.domain.exploring import (
    EntityDetails,
    Neighbour,
    PathStep,
    Said,
)
from sqlrag.doors.cli.group import Commands, json_option, open_rag, runs, workspace_option
from sqlrag.doors.cli.output import count, out, print_json, print_table, shorten

if TYPE_CHECKING:
    from sqlrag.domain.editing import EditedEntity
    from sqlrag.settings import Settings

GROUP_EXAMPLES = """\b
Examples:
  sqlrag graph popular                      what the documents speak of most
  sqlrag graph show "Paul Graham"           what one of it is
  sqlrag graph path "Paul Graham" Yahoo     how two are connected, in quotes
  sqlrag graph export -o graph.graphml
"""
NOT_YET = 'No entities in workspace "{}". Documents bring them: sqlrag ingest PATH'


@click.group(cls=Commands, epilog=GROUP_EXAMPLES)
def graph() -> None:
    """The knowledge graph: look at it, edit it, export it.

    Entities go by any of their names, in any case.
    """


def limit_option(default: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    kind = click.IntRange(1, 1000)
    return click.option(
        "--limit", type=kind, default=default, show_default=True, help="How many at most."
    )


@graph.command()
@click.argument("name")
@json_option
@workspace_option
@runs
async def show(settings: "Settings", name: str, as_json: bool) -> None:
    """Describe an entity."""
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.entity(name)
    if as_json:
        print_json(found)
    else:
        print_entity(found)


def print_entity(entity: "EntityDetails | EditedEntity") -> None:
    from rich.text import Text

    counts = f"{count(entity.chunk_count, 'chunk')}, {count(entity.relation_count, 'relation')}"
    edited = f", edited by {entity.edited_by}" if entity.edited_by else ""
    out().print(
        Text.assemble((entity.name, "bold"), f"  {entity.type}  ", (counts + edited, "dim"))
    )
    if entity.aliases:
        out().print(f"also {', '.join(entity.aliases)}")
    if entity.description:
        out().print()
        out().print(entity.description)


@graph.command()
@click.argument("words")
@limit_option(20)
@json_option
@workspace_option
@runs
async def search(settings: "Settings", words: str, limit: int, as_json: bool) -> None:
    """Search entities by parts of names.

    By the beginning of a name or of one of its words; when those are few, by likeness.
    """
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.search_entities(words, limit)
    if as_json:
        print_json(found)
    elif not found:
        out().print(f'No entity of workspace "{settings.workspace}" has a name like that.')
    else:
        rows = [
            (one.name, one.type, f"{one.chunk_count:,}", f"{one.similarity:.2f}") for one in found
        ]
        print_table(
            ("name", "type", "chunks", "likeness"), rows, ("chunks", "likeness"), ("name", "type")
        )


@graph.command()
@limit_option(20)
@json_option
@workspace_option
@runs
async def popular(settings: "Settings", limit: int, as_json: bool) -> None:
    """List the entities that most chunks mention."""
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.popular_entities(limit)
    if as_json:
        print_json(found)
    elif not found:
        out().print(NOT_YET.format(settings.workspace))
    else:
        rows = [
            (one.name, one.type, f"{one.chunk_count:,}", f"{one.relation_count:,}") for one in found
        ]
        columns = ("name", "type", "chunks", "relations")
        print_table(columns, rows, ("chunks", "relations"), ("name", "type"))


@graph.command()
@click.argument("name")
@limit_option(20)
@json_option
@workspace_option
@runs
async def neighbours(settings: "Settings", name: str, limit: int, as_json: bool) -> None:
    """List what an entity is related to.

    Strongest first. The arrow tells the direction: → from the entity, ← towards it.
    """
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.neighbours(name, limit)
    if as_json:
        print_json(found)
    elif not found:
        out().print(f'"{name}" has no relations. Relate it by hand: sqlrag graph relate')
    else:
        _print_neighbours(found)


def _print_neighbours(found: list[Neighbour]) -> None:
    arrows = {"out": "→", "in": "←"}
    rows = [
        (
            f"{one.weight:.2f}",
            f"{arrows[one.direction]} {one.name}",
            one.type,
            one.keywords or " ".join(one.description.split())[:120],
        )
        for one in found
    ]
    folded = ("name", "type", "how")
    print_table(("weight", "name", "type", "how"), rows, ("weight",), folded)


PATH_EXAMPLES = """\b
Examples:
  sqlrag graph path "Paul Graham" "Robert Morris"
  sqlrag graph path "Paul Graham" Yahoo --max-hops 6 --json
"""


@graph.command(epilog=PATH_EXAMPLES)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option(
    "--max-hops",
    type=click.IntRange(1, 10),
    default=4,
    show_default=True,
    help="Steps at most.",
)
@json_option
@workspace_option
@runs
async def path(
    settings: "Settings", source: str, target: str, max_hops: int, as_json: bool
) -> None:
    """Find the way from one entity to another.

    The shortest, the strongest among equals, with what is said of each step.
    """
    async with open_rag(settings, say_models=False) as rag:
        steps = await rag.graph.find_path(source, target, max_hops)
    if as_json:
        print_json(steps)
    elif not steps:
        longer = "" if max_hops == 10 else "; allow more with --max-hops"
        out().print(
            f'No way of at most {count(max_hops, "step")} leads from "{source}" to "{target}"'
            f"{longer}."
        )
    else:
        for step in steps:
            _print_step(step)


def _print_step(step: PathStep) -> None:
    from rich.text import Text

    out().print(
        Text.assemble(
            f"{step.step}  ",
            (f"{step.source} → {step.target}", "bold"),
            f"  {step.keywords}" if step.keywords else "",
        )
    )
    _print_quote(step.quote, step.document, step.page)


def _print_quote(quote: str, document: str | None, page: int | None) -> None:
    """A quote, folded and indented, and where it stands."""
    from rich.text import Text

    width = max(20, min(out().width, 100) - 4)
    for line in Text(" ".join(quote.split())).wrap(out(), width):
        out().print(f"    {line.plain.rstrip()}")
    if document is not None:
        place = f", page {page}" if page else ""
        out().print(Text(f"    {shorten(document)}{place}", "dim"))


@graph.command()
@click.argument("name")
@click.argument("other", required=False)
@limit_option(20)
@json_option
@workspace_option
@runs
async def said(
    settings: "Settings", name: str, other: str | None, limit: int, as_json: bool
) -> None:
    """Quote what documents say of an entity.

    With OTHER, of the relation of both.
    """
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.where_said(name, other, limit)
    if as_json:
        print_json(found)
    elif not found:
        what = f'"{name}"' if other is None else f'"{name}" and "{other}" together'
        out().print(f"No document speaks of {what}.")
    else:
        for one in found:
            _print_said(one)


def _print_said(one: Said) -> None:
    from rich.text import Text

    page = f", page {one.page}" if one.page else ""
    title = f"{one.title or shorten(one.document)}{page} "
    place = f"(character {one.char_start} of {shorten(one.document)})"
    out().print(Text.assemble((title, "bold"), (place, "dim")))
    _print_quote(one.quote, None, None)


@graph.command()
@limit_option(50)
@json_option
@workspace_option
@runs
async def duplicates(settings: "Settings", limit: int, as_json: bool) -> None:
    """List pairs of entities that may be one."""
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.duplicates(limit)
    if as_json:
        print_json(found)
    elif not found:
        out().print(f'No likely duplicates in workspace "{settings.workspace}".')
    else:
        rows = [(one.a, one.b, one.type, f"{one.similarity:.2f}", one.by) for one in found]
        columns = ("name", "other name", "type", "likeness", "by")
        print_table(columns, rows, ("likeness",), ("name", "other name", "type"))
        out().print('Make one of two: sqlrag graph merge NAME "OTHER NAME" --into NAME')


@graph.command()
@limit_option(100)
@json_option
@workspace_option
@runs
async def orphans(settings: "Settings", limit: int, as_json: bool) -> int:
    """List what hangs in the air.

    There should be nothing. Exits with 1 when there is.
    """
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.orphans(limit)
    if as_json:
        print_json(found)
    elif not found:
        out().print("No orphans: documents or people speak of every entity and relation.")
    else:
        rows = [(one.kind, str(one.id), one.name or "") for one in found]
        print_table(("kind", "id", "name"), rows, ("id",), ("name",))
    return 1 if found else 0
