"""The commands on jobs: those of their operations."""

from typing import Any, get_args

import click

from sqlrag.domain.jobs import JobStatus
from sqlrag.domain.operations import Limit, read_operations
from sqlrag.doors.cli.derive import derive_command, make_option
from sqlrag.doors.cli.group import Commands, Settings, command, open_rag
from sqlrag.doors.cli.output import err, print_rows, show
from sqlrag.doors.cli.views import LIST_OF_JOBS
from sqlrag.rag.jobs import Jobs


@click.group(cls=Commands)
def jobs() -> None:
    """Work in the background: what waits, runs and is over."""


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


jobs.add_command(list_jobs)
for operation in read_operations(Jobs):
    if operation.command and operation.command != list_jobs.name:
        jobs.add_command(derive_command(operation, lambda rag: rag))
