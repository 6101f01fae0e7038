"""Erasing, with a receipt: `sqlrag erase`."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import click

from sqlrag.domain.erasing import Receipt
from sqlrag.doors.cli.group import Settings, command, confirm, open_rag
from sqlrag.doors.cli.output import columns_of, count, print_json, print_rows, say

_F = TypeVar("_F", bound=Callable[..., Any])


def _many(flag: str, name: str, metavar: str, told: str, kind: Any = str) -> Callable[[_F], _F]:
    return click.option(flag, name, type=kind, multiple=True, metavar=metavar, help=told)


@command("erase")
@_many("--document", "documents", "ID", "A document by its id; repeatable.", click.IntRange(1))
@_many("--source", "sources", "KEY", "A document by its source key; repeatable.")
@_many("--words", "words", "WORDS", "Words that are to be said nowhere; repeatable.")
@_many("--principal", "principals", "NAME", "Whom keys stand for, and who edited; repeatable.")
@click.option("--dry-run", is_flag=True, help="Only list what it would come to.")
@click.option("--vacuum", is_flag=True, help="Clear the files of the tables, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
async def erase(
    settings: Settings, as_json: bool, dry_run: bool, vacuum: bool, yes: bool, **named: Any
) -> None:
    """Erase documents, words or a principal with every trace, and print a receipt.

    Unlike deleting, it also takes kept answers, calls of models, jobs, evaluations, edits and the
    audit. It shows what it would come to, and asks. There is no way back.
    """
    async with open_rag(settings, say_models=False) as rag:
        if dry_run or not yes:
            receipt = await rag.erase(**named, dry_run=True)
            if dry_run or not as_json:
                _tell(receipt, as_json)
            if dry_run or not receipt.erased:
                return
            confirm("There is no way back. Erase it?")
        receipt = await rag.erase(**named, vacuum=vacuum)
    _tell(receipt, as_json)


def _tell(receipt: Receipt, as_json: bool) -> None:
    if as_json:
        print_json(asdict(receipt))
        return
    done = "would be erased" if receipt.is_dry_run else "erased"
    rows = sum(one.rows for one in receipt.erased)
    say((f"{count(rows, 'row')} {done}", "bold"), f'  workspace "{receipt.workspace}"')
    if receipt.documents:
        print_rows(receipt.documents, columns_of("document_id", "source_key", "title"))
    if receipt.erased:
        print_rows(receipt.erased, columns_of("table", "rows", "ids_sha256"))
    if not receipt.is_dry_run:
        say(f"At {receipt.at:%Y-%m-%d %H:%M:%S %Z}, sha256 {receipt.sha256}")
        for note in receipt.notes:
            say(note, style="dim")
