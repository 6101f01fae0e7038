"""Conversations: `sqlrag conversation`."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from sqlrag.domain.conversations import Citation, Conversation, Transcript, TranscriptFormat
from sqlrag.domain.operations import LARGEST_ID
from sqlrag.doors.cli.group import Commands, Settings, command, confirm, open_rag
from sqlrag.doors.cli.keys import Duration
from sqlrag.doors.cli.output import Columns, cut, err, print_reference, print_rows, say, show

_PAGE = 1_000
_COLUMNS: Columns = {
    "id": "conversation_id",
    "title": lambda one: cut(one.title, 60),
    "turns": "turn_count",
    "owner": lambda one: " ".join((one.owner or "", *(one.principals or ()))).strip(),
    "last": "changed_at",
    "expires": "expires_at",
}
_BECAME = {
    "moved": "(stands elsewhere in the document now)",
    "changed": "(the document was changed since, and no longer says it)",
    "deleted": "(the document was deleted since)",
}
_id = click.argument("conversation_id", metavar="ID", type=click.IntRange(1, LARGEST_ID))


@click.group(cls=Commands)
def conversation() -> None:
    """Conversations: questions that follow one another, kept with what they were answered by.

    Questions are asked in one by sqlrag ask --conversation ID.
    """


@command("create")
@click.argument("title", default="")
@click.option("--expires", type=Duration(), metavar="90d", help="After how long it is to be gone.")
async def create(settings: Settings, as_json: bool, title: str, expires: timedelta | None) -> None:
    """Begin a conversation, and print its id. Without a title its first question is it."""
    async with open_rag(settings, say_models=False) as rag:
        ends = datetime.now(UTC) + expires if expires else None
        made = await rag.create_conversation(title, expires_at=ends)
    show(made, as_json, lambda one: click.echo(one.conversation_id))


@command("list")
@click.option("--limit", type=click.IntRange(1, _PAGE), default=50, show_default=True)
@click.option("--before", type=click.IntRange(1), metavar="ID", help="Where the next page begins.")
async def list_all(settings: Settings, as_json: bool, limit: int, before: int | None) -> None:
    """List conversations, the newest first."""
    async with open_rag(settings, say_models=False) as rag:
        found: list[Conversation] = await rag.list_conversations(before, limit)
    empty = "There are no conversations. Begin one: sqlrag conversation create"
    show(found, as_json, lambda rows: print_rows(rows, _COLUMNS), empty)
    if len(found) == limit and not as_json:
        err().print(f"There may be more: --before {found[-1].conversation_id}", style="dim")


@command("show")
@_id
@click.option("--after", type=click.IntRange(0), default=0, metavar="TURN", help="Later turns.")
@click.option("--limit", type=click.IntRange(1, _PAGE), default=100, show_default=True)
async def show_one(
    settings: Settings, as_json: bool, conversation_id: int, after: int, limit: int
) -> None:
    """Show a conversation: questions, answers, and what these cite."""
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.get_conversation(conversation_id, after, limit)
    show(found, as_json, _print)
    if found.turns and found.turns[-1].turn < found.turn_count and not as_json:
        err().print(f"There are more: --after {found.turns[-1].turn}", style="dim")


def _print(found: Transcript) -> None:
    print_rows([found], _COLUMNS)
    for turn in found.turns:
        say()
        say((f"{turn.turn}. {turn.question}", "bold"))
        if turn.erased_at:
            when = f"{turn.erased_at.astimezone():%Y-%m-%d %H:%M}"
            say(f"(erased {when}, with what it was read from)", style="dim")
            continue
        click.echo(turn.answer.rstrip("\n"))
        for citation in turn.citations:
            _print_citation(citation)


def _print_citation(one: Citation) -> None:
    print_reference(one)
    if one.source in _BECAME:
        say(f"    {_BECAME[one.source]}", style="dim")


@command("rename")
@_id
@click.argument("title", required=False)
@click.option("--expires", type=Duration(), metavar="90d", help="From now on so long.")
@click.option("--lasts", is_flag=True, help="Take its end away.")
async def rename(
    settings: Settings,
    as_json: bool,
    conversation_id: int,
    title: str | None,
    expires: timedelta | None,
    lasts: bool,
) -> None:
    """Change what a conversation is called, or how long it lasts."""
    if title is None and expires is None and not lasts:
        raise click.UsageError("There is nothing to change: give a title, --expires or --lasts.")
    async with open_rag(settings, say_models=False) as rag:
        ends = datetime.now(UTC) + expires if expires else None
        made = await rag.change_conversation(conversation_id, title, None, ends, lasts)
    show(made, as_json, lambda one: print_rows([one], _COLUMNS))


@command("export", in_json=False)
@_id
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="Markdown for people, JSON for programs.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else stdout."
)
async def export(
    settings: Settings, conversation_id: int, form: TranscriptFormat, output: Path | None
) -> None:
    """Write a conversation down, with what its answers cite."""
    async with open_rag(settings, say_models=False) as rag:
        written = await rag.export_conversation(conversation_id, form)
    if output is None:
        click.echo(written, nl=False)
    else:
        await asyncio.to_thread(output.write_text, written, encoding="utf-8")


@command("delete")
@_id
@click.option("--yes", is_flag=True, help="Do not ask.")
async def delete(settings: Settings, as_json: bool, conversation_id: int, yes: bool) -> None:
    """Delete a conversation with all its turns."""
    if not yes:
        confirm(f"Delete conversation {conversation_id} with all its turns?")
    async with open_rag(settings, say_models=False) as rag:
        await rag.delete_conversation(conversation_id)
    show({"deleted": conversation_id}, as_json, lambda one: say(f"Deleted {one['deleted']}."))


for one in (create, list_all, show_one, rename, export, delete):
    conversation.add_command(one)
