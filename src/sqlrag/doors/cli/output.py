"""What is printed: results on stdout, everything else on stderr.

rich is imported when something is printed with it: `--help` should not wait for it.
"""

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

_ENDLESS = 10_000  # columns; what is piped is not folded


@cache
def out() -> "Console":
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _ENDLESS
    return console


@cache
def err() -> "Console":
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def print_error(sentence: str) -> None:
    from rich.text import Text

    err().print(Text.assemble(("error: ", "red"), sentence))


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, default=_jsonable, ensure_ascii=False, indent=2))


def _jsonable(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Collection[str] = (),
    folded: Collection[str] = (),
) -> None:
    """Columns as wide as their content; on a terminal the `folded` ones give way to the others."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=heading not in folded,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    with out().capture() as captured:
        out().print(table)
    for line in captured.get().splitlines():
        click.echo(line if out().is_terminal else line.rstrip())


def print_failures(failures: Iterable[tuple[str, str]]) -> None:
    """Pairs of a document and a sentence; what many have in common is said once."""
    from rich.text import Text

    by_sentence: dict[str, list[str]] = {}
    for source_key, sentence in failures:
        by_sentence.setdefault(sentence, []).append(shorten(source_key))
    for sentence, names in by_sentence.items():
        shown = names if len(names) <= 4 else names[:3]
        for name in shown:
            out().print(Text.assemble(("failed  ", "red"), name))
        if len(names) > len(shown):
            out().print(Text.assemble(("failed  ", "red"), f"and {len(names) - len(shown)} more"))
        out().print(f"        {sentence}")


def shorten(source_key: str) -> str:
    """A path as seen from here, anything else as it is."""
    return source_key.removeprefix(os.getcwd() + os.sep)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def working(what: str) -> AbstractContextManager[Any]:
    """A spinner on a terminal, nothing elsewhere."""
    return err().status(what) if err().is_terminal else nullcontext()


@contextmanager
def progress_bars(stages: dict[str, str]) -> Iterator[Any]:
    """A bar per stage that has work, on a terminal, nothing elsewhere.

    Yields `report(stage, done, more)`.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err(), disable=not err().is_terminal) as progress:
        tasks = {
            stage: progress.add_task(name, total=0, visible=False) for stage, name in stages.items()
        }
        totals: Counter[str] = Counter()

        def report(stage: str, done: int = 0, more: int = 0) -> None:
            totals[stage] += more
            total = totals[stage]
            progress.update(tasks[stage], total=total, advance=done, visible=total > 0)

        yield report
