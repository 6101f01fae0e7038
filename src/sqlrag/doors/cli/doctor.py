"""Examines the database and says what to do."""

from typing import TYPE_CHECKING

import click

from sqlrag.doors.cli.group import json_option, open_rag, runs
from sqlrag.doors.cli.output import print_json, print_table, working

if TYPE_CHECKING:
    from sqlrag.settings import Settings


@click.command()
@json_option
@runs
async def doctor(settings: "Settings", as_json: bool) -> int:
    """Examine server, indexes, documents and the recall of vector search.

    The exit code is 1 when something fails; warnings leave it 0.
    """
    async with open_rag(settings, say_models=False) as rag:
        with working("Examining…"):
            examination = await rag.examine()
    if as_json:
        print_json(examination)
    else:
        print_table(
            ("status", "check", "found", "what to do"),
            ((c.status, c.name, c.found, c.advice) for c in examination.checks),
            folded=("check", "found", "what to do"),
        )
    return 0 if examination.is_healthy else 1
