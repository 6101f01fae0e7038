"""The knowledge graph, for editors."""

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from sqlrag.doors.cli.graph import limit_option, print_entity
from sqlrag.doors.cli.group import confirm, json_option, open_rag, runs, workspace_option
from sqlrag.doors.cli.output import count, err, out, print_json, print_table

if TYPE_CHECKING:
    from sqlrag.domain.editing import EditedEntity, EditedRelation
    from sqlrag.settings import Settings


def edits(command: Callable[..., Any]) -> Callable[..., None]:
    """What every editing command has: an editor, --json, a workspace."""
    editor = click.option(
        "--editor",
        metavar="NAME",
        default=getpass.getuser,
        help="Who edits, for the history; your login otherwise.",
    )
    return editor(json_option(workspace_option(runs(command))))


def _print_entity(entity: "EditedEntity", as_json: bool) -> None:
    if as_json:
        print_json(entity)
    else:
        print_entity(entity)


@click.command()
@click.argument("name")
@click.option("--type", "type_", default="concept", show_default=True, help="Such as person.")
@click.option("--description", default="", help="What it is.")
@edits
async def create(
    settings: "Settings", name: str, type_: str, description: str, editor: str, as_json: bool
) -> None:
    """Create an entity.

    It stays, whatever documents say.
    """
    async with open_rag(settings, say_models=False) as rag:
        made = await rag.graph.create_entity(name, type_, description, editor=editor)
    _print_entity(made, as_json)


EDIT_EXAMPLES = """\b
Examples:
  sqlrag graph edit Viaweb --type company
  sqlrag graph edit Viaweb --description "It made shops for the web."
"""


@click.command(epilog=EDIT_EXAMPLES)
@click.argument("name")
@click.option("--type", "new_type", help="Another type.")
@click.option("--description", "new_description", help="Another description.")
@edits
async def edit(
    settings: "Settings",
    name: str,
    new_type: str | None,
    new_description: str | None,
    editor: str,
    as_json: bool,
) -> None:
    """Change the type or description of an entity.

    Documents no longer do.
    """
    if new_type is None and new_description is None:
        raise click.UsageError("There is nothing to change: give --type or --description.")
    async with open_rag(settings, say_models=False) as rag:
        edited = await rag.graph.edit_entity(name, None, new_type, new_description, editor=editor)
    _print_entity(edited, as_json)


@click.command()
@click.argument("name")
@click.argument("new_name")
@edits
async def rename(
    settings: "Settings", name: str, new_name: str, editor: str, as_json: bool
) -> None:
    """Rename an entity.

    The old names lead to it as before, also in the next document.
    """
    async with open_rag(settings, say_models=False) as rag:
        renamed = await rag.graph.rename_entity(name, new_name, editor=editor)
    _print_entity(renamed, as_json)


MERGE_EXAMPLES = """\b
Examples:
  sqlrag graph merge "Robert Moris" "R. Morris" --into "Robert Morris"
  sqlrag graph duplicates                     lists candidates
"""


@click.command(epilog=MERGE_EXAMPLES)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--into", required=True, metavar="NAME", help="The one that stays, or a new name.")
@edits
async def merge(
    settings: "Settings", names: tuple[str, ...], into: str, editor: str, as_json: bool
) -> None:
    """Make one entity of several.

    All their names lead to it.
    """
    async with open_rag(settings, say_models=False) as rag:
        merged = await rag.graph.merge_entities(names, into, editor=editor)
    _print_entity(merged, as_json)


SPLIT_EXAMPLES = """\b
Examples:
  sqlrag graph split Mercury "Mercury (planet)" --document astronomy/planets.html
"""


@click.command(epilog=SPLIT_EXAMPLES)
@click.argument("name")
@click.argument("new_name")
@click.option(
    "--document",
    "documents",
    multiple=True,
    required=True,
    metavar="KEY",
    help="The source key of a document that means the other one; repeatable.",
)
@edits
async def split(
    settings: "Settings",
    name: str,
    new_name: str,
    documents: tuple[str, ...],
    editor: str,
    as_json: bool,
) -> None:
    """Tell two apart that have one name.

    Some documents mean NEW_NAME by it.
    """
    async with open_rag(settings, say_models=False) as rag:
        made = await rag.graph.split_entity(name, new_name, documents, editor=editor)
    _print_entity(made, as_json)


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@edits
async def delete(settings: "Settings", name: str, yes: bool, editor: str, as_json: bool) -> None:
    """Delete an entity with its relations.

    Documents do not bring it back, `create` does.
    """
    if not yes:
        confirm(f'Delete "{name}" and its relations from the graph?')
    async with open_rag(settings, say_models=False) as rag:
        gone = await rag.graph.delete_entity(name, editor=editor)
    if as_json:
        print_json(gone)
    else:
        out().print(
            f'Deleted "{gone.name}" with {count(gone.mentions, "mention")} and '
            f"{count(gone.relations, 'relation')}."
        )


RELATE_EXAMPLES = """\b
Examples:
  sqlrag graph relate "Paul Graham" Viaweb --keywords founder --weight 3
  sqlrag graph relate "Paul Graham" Viaweb --edit --description "He founded it in 1995."
"""


@click.command(epilog=RELATE_EXAMPLES)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--keywords", help="In a word or a few, separated by commas.")
@click.option("--description", help="In a sentence.")
@click.option("--weight", type=float, help="How strongly; 1 otherwise.")
@click.option("--edit", "changes", is_flag=True, help="Change the relation that there is.")
@edits
async def relate(
    settings: "Settings",
    source: str,
    target: str,
    keywords: str | None,
    description: str | None,
    weight: float | None,
    changes: bool,
    editor: str,
    as_json: bool,
) -> None:
    """Relate two entities.

    With --edit, change what is given of their relation.
    """
    async with open_rag(settings, say_models=False) as rag:
        if changes:
            made = await rag.graph.edit_relation(
                source, target, keywords, description, weight, editor=editor
            )
        else:
            made = await rag.graph.create_relation(
                source,
                target,
                keywords or "",
                description or "",
                1.0 if weight is None else weight,
                editor=editor,
            )
    _print_relation(made, as_json)


def _print_relation(relation: "EditedRelation", as_json: bool) -> None:
    from rich.text import Text

    if as_json:
        print_json(relation)
        return
    facts = f"  weight {relation.weight:g}, {count(relation.chunk_count, 'chunk')}"
    out().print(
        Text.assemble(
            (f"{relation.source} → {relation.target}", "bold"),
            f"  {relation.keywords}" if relation.keywords else "",
            (facts, "dim"),
        )
    )
    if relation.description:
        out().print(relation.description)


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--yes", is_flag=True, help="Do not ask.")
@edits
async def unrelate(
    settings: "Settings", source: str, target: str, yes: bool, editor: str, as_json: bool
) -> None:
    """Delete the relation of two entities.

    Documents do not bring it back, `relate` does.
    """
    if not yes:
        confirm(f'Delete the relation of "{source}" and "{target}"?')
    async with open_rag(settings, say_models=False) as rag:
        gone = await rag.graph.delete_relation(source, target, editor=editor)
    if as_json:
        print_json(gone)
    else:
        out().print(f'Deleted "{gone.source} → {gone.target}".')


@click.command()
@click.argument("subject", required=False)
@limit_option(50)
@click.option(
    "--before", type=click.IntRange(1), metavar="ID", help="Older than this: the next page."
)
@json_option
@workspace_option
@runs
async def history(
    settings: "Settings", subject: str | None, limit: int, before: int | None, as_json: bool
) -> None:
    """List who edited what, newest first.

    Of SUBJECT only, by its name of then; a relation is "SOURCE — TARGET".
    """
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.graph.list_edits(subject, before, limit)
    if as_json:
        print_json(found)
    elif not found:
        of_it = f' of "{subject}"' if subject else ""
        out().print(f'No edits{of_it} in workspace "{settings.workspace}".')
    else:
        rows = [
            (
                str(one.edit_id),
                f"{one.edited_at.astimezone():%Y-%m-%d %H:%M}",
                one.edited_by,
                one.action.replace("_", " "),
                one.subject,
            )
            for one in found
        ]
        print_table(("id", "when", "who", "what", "subject"), rows, ("id",), ("who", "subject"))
        if len(found) == limit:
            err().print(f"There may be more: --before {found[-1].edit_id}", style="dim")
