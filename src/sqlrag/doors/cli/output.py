"""What is printed: results on stdout, everything else on stderr.

rich is imported when something is printed with it: `--help` should not wait for it.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from sqlrag.domain.choices import ExtractionSettings, RetrievalSettings
    from sqlrag.domain.costs import CostSettings
    from sqlrag.domain.retrieval import Copy, Reference
    from sqlrag.domain.summaries import SummaryReport
    from sqlrag.rag.upkeep import UpkeepReport

T = TypeVar("T")
Columns = Mapping[str, str | Callable[[Any], Any]]  # headings, and a field or a function of a row
FORMATS = {"id": "d", "seconds": ",.1f"}  # by heading; an id is there to be copied
_HEADINGS = {
    "a": "name",
    "b": "other name",
    "chunk_count": "chunks",
    "completion_tokens": "tokens out",
    "edit_id": "id",
    "edited_at": "when",
    "edited_by": "who",
    "errors": "failed",
    "prompt_tokens": "tokens in",
    "relation_count": "relations",
    "similarity": "likeness",
    "source_key": "document",
}
_COLUMNS: Columns = {"source_key": lambda one: shorten(one.source_key)}
_ENDLESS = 10_000  # columns; what is piped is not folded


@cache
def out(stderr: bool = False) -> "Console":
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _ENDLESS
    return console


def err() -> "Console":
    return out(stderr=True)


def say(*parts: str | tuple[str, str], style: str = "", stderr: bool = False) -> None:
    """A line of results; a part may have a style of its own."""
    from rich.text import Text

    out(stderr).print(Text.assemble(*parts), style=style)


def print_settings(found: "ExtractionSettings | RetrievalSettings | CostSettings") -> None:
    """An option of a workspace a line, and whether it is its own."""
    for name, value in asdict(found.options).items():
        value = str(value).lower() if isinstance(value, bool) else value
        shown = ", ".join(value) if isinstance(value, tuple) else value
        mark = "  (set here)" if name in found.changed else ""
        say(f"{name:16} {'-' if shown in (None, '') else shown}{mark}")


def print_error(sentence: str) -> None:
    say(("error: ", "red"), sentence, stderr=True)


def print_json(value: Any) -> None:
    def encode(one: Any) -> Any:
        return asdict(one) if is_dataclass(one) and not isinstance(one, type) else str(one)

    click.echo(json.dumps(value, default=encode, ensure_ascii=False, indent=2))


def show(found: T, as_json: bool, print_found: Callable[[T], Any], empty: str = "") -> None:
    """As JSON, or in words; `empty` is the sentence for nothing, if there is one."""
    if as_json:
        print_json(found)
    elif empty and not found:
        say(empty)
    else:
        print_found(found)


def columns_of(*names: str) -> Columns:
    """Fields, under their headings."""
    return {_HEADINGS.get(name, name.replace("_", " ")): _COLUMNS.get(name, name) for name in names}


def print_rows(
    rows: Iterable[Any], columns: Columns | None = None, formats: Mapping[str, str] = FORMATS
) -> None:
    """A table of what the rows hold, all their fields unless columns are named: numbers to the
    right, and on a terminal texts give way."""
    from rich.table import Table

    rows, table, cells = list(rows), Table(box=None, pad_edge=False), []
    columns = columns or columns_of(*(field.name for field in fields(rows[0])))
    for heading, column in columns.items():
        values = list(map(attrgetter(column) if isinstance(column, str) else column, rows))
        is_number = any(type(value) in (int, float) for value in values)
        is_text = any(isinstance(value, str) for value in values)
        justify: Any = "right" if is_number else "left"
        table.add_column(heading, justify=justify, no_wrap=not is_text, overflow="fold")
        cells.append([_cell(value, formats.get(heading)) for value in values])
    for row in zip(*cells, strict=True):
        table.add_row(*row)
    with out().capture() as captured:
        out().print(table)
    for line in captured.get().splitlines():
        click.echo(line if out().is_terminal else line.rstrip())


def _cell(value: Any, form: str | None) -> str:
    if type(value) in (int, float):
        return format(value, form or ("," if type(value) is int else ",.2f"))
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    return ", ".join(value) if isinstance(value, list) else str("" if value is None else value)


def print_failures(failures: Iterable[tuple[str, str]]) -> None:
    """Pairs of a document and a sentence; what many have in common is said once."""
    by_sentence: dict[str, list[str]] = {}
    for source_key, sentence in failures:
        by_sentence.setdefault(sentence, []).append(shorten(source_key))
    for sentence, names in by_sentence.items():
        shown = names if len(names) <= 4 else names[:3]
        for name in shown:
            say(("failed  ", "red"), name)
        if len(names) > len(shown):
            say(("failed  ", "red"), f"and {len(names) - len(shown)} more")
        say(f"        {sentence}")


def print_upkeep(report: "UpkeepReport") -> None:
    """What of it failed after a write; the write itself is done."""
    if report.error:
        print_error(f"the documents are stored, but the vector index was not made: {report.error}")
    print_unsummarized(report.summaries)


def print_unsummarized(made: "SummaryReport") -> None:
    if made.failed:
        print_error(
            f"{count(made.failed, 'description')} could not be summarised: {made.error} "
            "Run sqlrag summarize to try again."
        )


def print_quote(text: str, most: int | None = None) -> None:
    """Folded and indented, in so many lines at most."""
    from rich.text import Text

    width = max(20, min(out().width, 100) - 4)
    for line in Text(" ".join(text.split())).wrap(out(), width)[:most]:
        say(f"    {line.plain.rstrip()}")


def print_reference(reference: "Reference") -> None:
    span = f"characters {reference.char_start}–{reference.char_end}"
    say(
        (f"[{reference.number}]", "bold"),
        f" {place(reference.source_key, reference.page, reference.title)} ",
        (f"({span} of {shorten(reference.source_key)})", "dim"),
        (tell_copies(reference.copies), "dim"),
    )


def tell_copies(copies: Sequence["Copy"], most: int = 3) -> str:
    """Documents that have the same text, the first of many."""
    keys = list(dict.fromkeys(shorten(copy.source_key) for copy in copies))
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return f" also in {', '.join(keys[:most])}{more}" if keys else ""


def shorten(source_key: str) -> str:
    """A path as seen from here, anything else as it is."""
    return source_key.removeprefix(os.getcwd() + os.sep)


def cut(name: str, longest: int = 40) -> str:
    """A name as long as a column of a table; JSON has it whole."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def place(source_key: str, page: int | None, title: str = "") -> str:
    """A document by its title, else its key, and a page of it."""
    return (title or shorten(source_key)) + (f", page {page}" if page else "")


def count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def working(what: str) -> AbstractContextManager[Any]:
    """A spinner on a terminal, nothing elsewhere."""
    return err().status(what) if err().is_terminal else nullcontext()


@contextmanager
def progress_bars(stages: dict[str, str]) -> Iterator[Any]:
    """A bar per stage that has work, on a terminal, nothing elsewhere.

    Yields `report(stage, done, more)`.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    bar, counts, clock = BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn()
    columns = ("{task.description}", bar, counts, clock)
    with Progress(*columns, console=err(), disable=not err().is_terminal) as progress:
        tasks = {
            stage: progress.add_task(name, total=0, visible=False) for stage, name in stages.items()
        }

        def report(stage: str, done: int = 0, more: int = 0) -> None:
            total = (progress.tasks[tasks[stage]].total or 0) + more
            progress.update(tasks[stage], total=total, advance=done, visible=total > 0)

        yield report
