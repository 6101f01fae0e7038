"""Who asked and changed what: `sqlrag audit`."""

from datetime import UTC, datetime
from typing import Any

import click

from sqlrag.domain.auditing import AuditEntry
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.keys import Duration
from sqlrag.doors.cli.output import Columns, cut, print_rows, show

_COLUMNS: Columns = {
    "id": "audit_id",
    "at": "at",
    "who": lambda one: " ".join((one.who, *one.principals)),
    "what": "operation",
    "of": lambda one: cut(one.question or one.subject or ""),
    "documents": lambda one: ", ".join(map(str, one.document_ids[:5])),
    "outcome": "outcome",
}


class Moment(Duration):
    """A time, or a duration before now."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            given = datetime.fromisoformat(value)
        except ValueError:
            return datetime.now(UTC) - super().convert(value, param, ctx)
        return given if given.tzinfo else given.astimezone()


@command("audit")
@click.option("--since", type=Moment(), metavar="7d", help="A time, or how long ago.")
@click.option("--until", type=Moment(), metavar="TIME", help="Before then.")
@click.option("--who", metavar="WHO", help="The prefix of a key, a principal, or a role.")
@click.option("--document", type=click.IntRange(1), metavar="ID", help="A document by its id.")
@click.option("--every-workspace", is_flag=True, help="Of all of them, and of the server.")
@click.option("--before", type=click.IntRange(1), metavar="ID", help="Where the next page begins.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
async def audit(settings: Settings, as_json: bool, **given: Any) -> None:
    """List who asked and changed what, the latest first.

    Questions are kept with SQLRAG_AUDIT=all, changes unless it is off.
    """
    async with open_rag(settings, say_models=False) as rag:
        found: list[AuditEntry] = await rag.list_audit(**given)
    show(found, as_json, lambda rows: print_rows(rows, _COLUMNS), "Nothing of that is kept.")
