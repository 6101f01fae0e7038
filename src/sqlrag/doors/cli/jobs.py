"""The commands on jobs: what goes on, and those of their operations."""

import asyncio
from contextlib import aclosing
from typing import Any, get_args
from uuid import UUID

import click
from click.core import ParameterSource

from sqlrag.domain.jobs import JobStatus
from sqlrag.domain.operations import Limit, read_operations
from sqlrag.domain.workspaces import Workspace
from sqlrag.doors.cli.derive import derive_command, make_option
from sqlrag.doors.cli.following import follow_to_end, is_well, warn_of_no_worker
from sqlrag.doors.cli.group import Commands, Rag, Settings, command, fail, open_rag
from sqlrag.doors.cli.job_views import (
    LIST_OF_JOBS,
    print_board,
    print_job,
    render_board,
)
from sqlrag.doors.cli.output import err, out, print_json, print_rows, show
from sqlrag.rag.board import read_board
from sqlrag.rag.jobs import Jobs

_REFRESH = 1.0  # seconds, where nothing is told


@command("board")
@click.option("--once", is_flag=True, help="Print what there is, and end.")
async def board(settings: Settings, once: bool, as_json: bool) -> int:
    """Show the work in the background of a workspace."""
    async with open_rag(settings, say_models=False) as rag:
        workspace = await rag.workspaces.get(rag.workspace)
        if once or as_json or not out().is_terminal:
            show(await read_board(rag.storage, workspace), as_json, print_board)
        else:
            await _show_live(rag, workspace)
    return 0


async def _show_live(rag: Rag, workspace: Workspace) -> None:
    """Until Ctrl-C, which is how one leaves it."""
    from rich.live import Live

    most = max(2, (out().height - 6) // 3)
    try:
        with Live(console=out(), auto_refresh=False, vertical_overflow="crop") as live:
            async with aclosing(rag.feed.follow(workspace, pause=_REFRESH)) as changes:
                async for _ in changes:
                    found = await read_board(rag.storage, workspace, most)
                    live.update(render_board(found), refresh=True)
                    await asyncio.sleep(_REFRESH / 4)
    except asyncio.CancelledError:
        return


@click.group(cls=Commands, invoke_without_command=True, params=[*board.params])
@click.pass_context
def jobs(context: click.Context, /, **given: Any) -> None:
    """Work in the background: what waits, runs and is over.

    Without a command, a live table on a terminal, which Ctrl-C ends; a list elsewhere.
    """
    if context.invoked_subcommand is None:
        context.invoke(board, **given)
    elif any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in given):
        raise click.UsageError("Options of a command of sqlrag jobs come after its name.")


@command("list", params=[make_option("--limit", "limit", Limit, 50)])
@click.option("--before", type=int, metavar="ID", help="Begin before this id: the next page.")
@click.option("--status", type=click.Choice(get_args(JobStatus)), help="Only these.")
@click.option("--kind", help="Only jobs of this kind.")
async def list_jobs(settings: Settings, as_json: bool, **given: Any) -> None:
    """List the jobs of the workspace, the latest first."""
    async with open_rag(settings, say_models=False) as rag:
        page = await rag.list_jobs(**given)
    some = given["before"] or given["status"] or given["kind"]
    empty = f'No {"such " if some else ""}jobs in workspace "{settings.workspace}".'
    show(page, as_json, lambda found: print_rows(found, LIST_OF_JOBS), empty)
    if len(page) == given["limit"] and not as_json:
        err().print(f"There may be more: --before {page[-1].job_id}", style="dim")


@command()
@click.argument("which", metavar="ID|TRACK")
@click.option("--timeout", type=click.FloatRange(0), metavar="SECONDS", help="At most so long.")
async def wait(settings: Settings, which: str, timeout: float | None, as_json: bool) -> int:  # noqa: ASYNC109
    """Wait until a job, or all jobs of a track, are over.

    Then it is shown what became of them. Exits with 1 when one failed or was cancelled, or was not
    over in time.
    """
    track_id, job_id = _read_which(which)
    async with open_rag(settings, say_models=False) as rag:
        try:
            async with asyncio.timeout(timeout):
                if job_id:
                    await warn_of_no_worker(rag, (await rag.get_job(job_id)).kind)
                await follow_to_end(rag, track_id, job_id)
        except TimeoutError:
            fail(f"{which} is not over after {timeout:g} seconds.")
        if track_id:
            found = (await rag.get_track(track_id)).jobs
        else:
            assert job_id
            found = [await rag.get_job(job_id)]
    if as_json:
        print_json(found)
    elif job_id:
        print_job(found[0])
    else:
        print_rows(found, LIST_OF_JOBS)
    return 0 if is_well(found) else 1


def _read_which(text: str) -> tuple[UUID | None, int | None]:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return None, int(text)
    try:
        return UUID(text), None
    except ValueError as error:
        raise click.UsageError(f"{text} is neither the id of a job nor that of a track.") from error


jobs.add_command(list_jobs)
jobs.add_command(wait)
for operation in read_operations(Jobs):
    if operation.command and operation.command != list_jobs.name:
        jobs.add_command(derive_command(operation, lambda rag: rag))
