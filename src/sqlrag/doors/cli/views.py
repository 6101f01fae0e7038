"""How the graph is shown: what has no view of its own is a table of the fields of its type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlrag.domain.graph_views import (
    DeletedEntity,
    DeletedRelation,
    Duplicate,
    Edit,
    Entity,
    FoundEntity,
    Neighbour,
    Orphan,
    PathStep,
    Relation,
    Said,
)
from sqlrag.domain.jobs import Job
from sqlrag.doors.cli.job_views import print_job
from sqlrag.doors.cli.output import Columns, columns_of, count, place, print_quote, say, shorten


@dataclass(frozen=True, slots=True)
class View:
    """How rows of a type are shown: in `columns`, or by `print` one by one.

    `note` is what only a terminal has to explain, `empty` a sentence that depends on what was
    given, `hint` comes after the rows; `question` is asked before rows are deleted, `limit` is how
    many a screen takes, and `code` the exit code where there are any.
    """

    columns: Columns | None = None
    print: Callable[[Any], None] | None = None
    note: str = ""
    empty: Callable[[dict[str, Any]], str] | None = None
    hint: str = ""
    question: str = "Delete it?"
    limit: int | None = None
    code: int = 0


def print_entity(entity: Entity) -> None:
    counts = f"{count(entity.chunk_count, 'chunk')}, {count(entity.relation_count, 'relation')}"
    edited = f", edited by {entity.edited_by}" if entity.edited_by else ""
    say((entity.name, "bold"), f"  {entity.type}  ", (counts + edited, "dim"))
    if entity.aliases:
        say(f"also {', '.join(entity.aliases)}")
    if entity.description:
        say()
        say(entity.description)


def print_relation(relation: Relation) -> None:
    facts = f"  weight {relation.weight:g}, {count(relation.chunk_count, 'chunk')}"
    _print_pair("", relation, facts)
    if relation.description:
        say(relation.description)


def _print_step(step: PathStep) -> None:
    _print_pair(f"{step.step}  ", step)
    print_quote(step.quote)
    if step.document is not None:
        say(f"    {place(step.document, step.page)}", style="dim")


def _print_pair(number: str, pair: Relation | PathStep, facts: str = "") -> None:
    ends = (f"{pair.source} → {pair.target}", "bold")
    keywords = f"  {pair.keywords}" if pair.keywords else ""
    say(number, ends, keywords, (facts, "dim"))


def _print_said(one: Said) -> None:
    where = f" (character {one.char_start} of {shorten(one.document)})"
    say((place(one.document, one.page, one.title), "bold"), (where, "dim"))
    print_quote(one.quote)


def _say_no_path(given: dict[str, Any]) -> str:
    longer = "" if given["max_hops"] == 10 else "; allow more with --max-hops"
    return (
        f'No way of at most {count(given["max_hops"], "step")} leads from "{given["source"]}" to '
        f'"{given["target"]}"{longer}.'
    )


def _say_nothing_said(given: dict[str, Any]) -> str:
    both = f' and "{given["other"]}" together' if given["other"] else ""
    return f'No document speaks of "{given["name"]}"{both}.'


def _say_no_edits(given: dict[str, Any]) -> str:
    of_it = f' of "{given["subject"]}"' if given["subject"] else ""
    return f'No edits{of_it} in workspace "{given["workspace"]}".'


def _print_deleted_entity(gone: DeletedEntity) -> None:
    went = f"{count(gone.mentions, 'mention')} and {count(gone.relations, 'relation')}"
    say(f'Deleted "{gone.name}" with {went}.')


VIEWS: dict[Any, View] = {
    Entity: View(print=print_entity),
    Relation: View(print=print_relation),
    FoundEntity: View(columns_of("name", "type", "chunk_count", "similarity")),
    Neighbour: View(
        {
            "weight": "weight",
            "name": lambda one: f"{'→' if one.direction == 'out' else '←'} {one.name}",
            "type": "type",
            "how": lambda one: one.keywords or " ".join(one.description.split())[:120],
        },
        note="The arrow tells the direction: → from the entity, ← towards it.",
    ),
    PathStep: View(print=_print_step, empty=_say_no_path),
    Said: View(print=_print_said, empty=_say_nothing_said, limit=20),
    Duplicate: View(hint='Make one of two: sqlrag graph merge NAME "OTHER NAME" --into NAME'),
    Orphan: View(note="Exits with 1 when there is something.", code=1),
    DeletedEntity: View(
        print=_print_deleted_entity, question='Delete "{name}" and its relations from the graph?'
    ),
    DeletedRelation: View(
        print=lambda gone: say(f'Deleted "{gone.source} → {gone.target}".'),
        question='Delete the relation of "{source}" and "{target}"?',
    ),
    Edit: View(
        {
            **columns_of("edit_id", "edited_at", "edited_by"),
            "what": lambda one: one.action.replace("_", " "),
            "subject": "subject",
        },
        empty=_say_no_edits,
    ),
    Job: View(print=print_job),
}
