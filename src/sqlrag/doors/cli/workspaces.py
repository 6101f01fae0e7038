"""Workspaces: `sqlrag workspace`."""

from typing import Any

import click

from sqlrag.domain.choices import ConfiguredWorkspace
from sqlrag.domain.workspaces import WorkspaceSummary
from sqlrag.doors.cli.group import Commands, Settings, command, confirm, open_rag
from sqlrag.doors.cli.output import Columns, cut, print_rows, print_settings, say, show

COLUMNS: Columns = {
    "workspace": lambda one: cut(one.name),
    "documents": "documents",
    "chunks": "chunks",
    "embeddings": lambda one: f"{one.model}, {one.dimensions}d" if one.model else "",
}
_PAGE = 1000
_NAME = click.argument("name", required=False)
NONE = "No workspaces yet. Make one: sqlrag ingest PATH"


@click.group(cls=Commands)
def workspace() -> None:
    """Workspaces: every document belongs to one.

    They are configured by sqlrag extraction, retrieval, budget and space, with -w NAME.
    """


@command("list", in_workspace=False)
async def list_all(settings: Settings, as_json: bool) -> None:
    """List workspaces, the oldest first, and how much each holds."""
    async with open_rag(settings, say_models=False) as rag:
        found = await list_workspaces(rag)
    show(found, as_json, lambda rows: print_rows(rows, COLUMNS), NONE)


async def list_workspaces(rag: Any) -> list[WorkspaceSummary]:
    found: list[WorkspaceSummary] = []
    while page := await rag.list_workspaces(found[-1].workspace_id if found else 0, _PAGE):
        found += page
    return found


@command("create", in_workspace=False)
@click.argument("name")
async def create(settings: Settings, as_json: bool, name: str) -> None:
    """Make an empty workspace."""
    async with open_rag(settings, say_models=False) as rag:
        made = await rag.create_workspace(name)
    show(made, as_json, lambda one: say(f'Made workspace "{one.name}".'))


@command("show", in_workspace=False)
@_NAME
async def show_one(settings: Settings, as_json: bool, name: str | None) -> None:
    """Show how much a workspace holds, and what is configured in it."""
    async with open_rag(settings, say_models=False) as rag:
        found = await rag.in_workspace(name or rag.workspace).get_workspace()
    show(found, as_json, _print)


def _print(found: ConfiguredWorkspace) -> None:
    print_rows([found], COLUMNS)
    for settings in (found.extraction, found.retrieval, found.costs):
        say()
        print_settings(settings)


@command("delete", in_workspace=False)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
async def delete(settings: Settings, as_json: bool, name: str, yes: bool) -> None:
    """Delete a workspace with everything in it, and the keys that are for it alone."""
    if not yes:
        confirm(f'Delete workspace "{name}" with everything in it?')
    async with open_rag(settings, say_models=False) as rag:
        await rag.in_workspace(name).delete_workspace()
    show({"deleted": name}, as_json, lambda one: say(f'Deleted workspace "{one["deleted"]}".'))


for one in (list_all, create, show_one, delete):
    workspace.add_command(one)
