"""Keys for the HTTP API: `sqlrag key`."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from sqlrag.domain.access import ROLES, Key, NewKey
from sqlrag.doors.cli.derive import read_principals
from sqlrag.doors.cli.group import Commands, Settings, command, confirm, open_rag
from sqlrag.doors.cli.output import Columns, cut, print_json, print_rows, say, show

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PAGE = 1000
_LIMIT: dict[str, Any] = {"type": click.IntRange(1, 1_000_000), "metavar": "N"}
_COLUMNS: Columns = {
    "prefix": "prefix",
    "name": lambda one: cut(one.name),
    "workspace": lambda one: "(every one)" if one.workspace is None else cut(one.workspace),
    "role": "role",
    "principals": lambda one: ", ".join(one.principals),
    "status": "status",
    "per minute": lambda one: _tell_limits(one),
    "expires": "expires_at",
    "last used": "last_used_at",
}


class Duration(click.ParamType[timedelta]):
    """90d, 12h: a number and its unit."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,5})([mhdw])", value)
        if not found:
            self.fail(f'"{value}" is no duration; use one such as 30m, 12h, 90d or 2w.', param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.group(cls=Commands)
def key() -> None:
    """Keys for the HTTP API: who may ask, and for what.

    While there is none, a server on this machine is open, and no other starts.
    """


@command("create")
@click.option("--every-workspace", is_flag=True, help="Of all of them, and of the server.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it permits.")
@click.option(
    "--principals",
    default="",
    metavar="A,B",
    help="Whom it stands for: a reader reads what is for them or for everybody.",
)
@click.option("--expires", type=Duration(), metavar="90d", help="After how long; never otherwise.")
@click.option("--name", default="", help="What it is for.")
@click.option("--per-minute", **_LIMIT, help="Requests in a minute, at most.")
@click.option("--questions-per-minute", **_LIMIT, help="Questions among them.")
@click.option("--writes-per-minute", **_LIMIT, help="Changes among them.")
async def create(
    settings: Settings,
    as_json: bool,
    every_workspace: bool,
    role: Any,
    principals: str,
    expires: timedelta | None,
    name: str,
    **limits: int | None,
) -> None:
    """Make a key of the workspace, and print it this once: only its hash is kept.

    A reader looks and asks, a writer also changes documents, the graph and jobs, an admin also
    configures and deletes the workspace and makes keys.
    """
    async with open_rag(settings, say_models=False) as rag:
        expires_at = datetime.now(UTC) + expires if expires else None
        whom = read_principals(principals)
        made = await rag.create_key(role, name, whom, expires_at, every_workspace, **limits)
    _tell(made, as_json)


@command("list", in_workspace=False)
async def list_all(settings: Settings, as_json: bool) -> None:
    """List all keys by their prefixes, with their status and when they were last used."""
    found: list[Key] = []
    async with open_rag(settings, say_models=False) as rag:
        while page := await rag.list_keys(found[-1].key_id if found else 0, _PAGE, True):
            found += page
    empty = "There are no keys. Make one: sqlrag key create --every-workspace --role admin"
    show(found, as_json, lambda keys: print_rows(keys, _COLUMNS), empty)


@command("revoke", in_workspace=False)
@click.argument("prefix")
@click.option("--yes", is_flag=True, help="Do not ask.")
async def revoke(settings: Settings, as_json: bool, prefix: str, yes: bool) -> None:
    """End a key at once; it stays in the list."""
    if not yes:
        confirm("Whoever uses the key is refused from now on. Revoke it?")
    async with open_rag(settings, say_models=False) as rag:
        revoked = await rag.revoke_key(prefix)
    show(revoked, as_json, lambda one: say(f"Revoked {one.prefix}."))


@command("rotate", in_workspace=False)
@click.argument("prefix")
@click.option("--grace", type=Duration(), default="0m", help="How long the old one goes on.")
async def rotate(settings: Settings, as_json: bool, prefix: str, grace: timedelta) -> None:
    """Make another key with the same rights, and end the old one at once, or after a grace."""
    async with open_rag(settings, say_models=False) as rag:
        made = await rag.rotate_key(prefix, int(grace.total_seconds()))
    _tell(made, as_json)


def _tell_limits(one: Key) -> str:
    """Of all requests, of questions, of changes; nothing where the settings of the server hold."""
    limits = one.per_minute, one.questions_per_minute, one.writes_per_minute
    if limits[1:] == (None, None):
        return str(limits[0] or "")
    return " / ".join("-" if limit is None else str(limit) for limit in limits)


def _tell(made: NewKey, as_json: bool) -> None:
    """The key alone on stdout, where a script takes it."""
    if as_json:
        print_json(asdict(made))
        return
    click.echo(made.secret)
    where = "every workspace" if made.workspace is None else f'workspace "{made.workspace}"'
    say(f"Keep it now: a key for the {made.role} of {where}, told this once.", stderr=True)


for one in (create, list_all, revoke, rotate):
    key.add_command(one)
