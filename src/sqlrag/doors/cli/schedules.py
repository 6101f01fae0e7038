"""Jobs by the clock: `sqlrag schedule`."""

from typing import Any

import click

from sqlrag.domain.schedules import Schedule
from sqlrag.doors.cli.derive import JSON_OBJECT
from sqlrag.doors.cli.group import Commands, Settings, command, open_rag
from sqlrag.doors.cli.output import Columns, print_rows, show

_COLUMNS: Columns = {
    "id": "schedule_id",
    "cron": "cron",
    "time zone": "time_zone",
    "kind": "kind",
    "next": lambda one: one.next_at or "disabled",
    "fired": "fired_at",
    "its job": lambda one: one.job_status or "",
}
_ID = click.argument("schedule_id", type=int, metavar="ID")


@click.group(cls=Commands)
def schedule() -> None:
    """Jobs by the clock, which the workers fire."""


def _print(schedules: list[Schedule]) -> None:
    print_rows(schedules, _COLUMNS)


@command("add")
@click.argument("cron")
@click.argument("kind")
@click.option("--arguments", **JSON_OBJECT, help='Of the job, e.g. {"days": 30} for prune.')
@click.option("--time-zone", default="UTC", show_default=True, help="Such as Europe/Berlin.")
async def add(settings: Settings, as_json: bool, **given: Any) -> None:
    """Have a job enqueued by the clock: CRON is minute, hour, day, month, day of the week.

    KIND is prune, upkeep, query, switch_space or table. However many workers there are it comes
    once; what was missed while there was none comes once, too.
    """
    from sqlrag.jobs.schedules import add_schedule

    async with open_rag(settings, say_models=False) as rag:
        made = await add_schedule(rag, **given)
    show([made], as_json, _print)


@command("list")
async def list_all(settings: Settings, as_json: bool) -> None:
    """List the schedules of the workspace."""
    from sqlrag.jobs.schedules import list_schedules

    async with open_rag(settings, say_models=False) as rag:
        found = await list_schedules(rag)
    show(found, as_json, _print, f'No schedules in workspace "{settings.workspace}".')


@command("remove")
@_ID
async def remove(settings: Settings, as_json: bool, schedule_id: int) -> None:
    """Remove a schedule; its jobs stay."""
    from sqlrag.jobs.schedules import remove_schedule

    async with open_rag(settings, say_models=False) as rag:
        removed = await remove_schedule(rag, schedule_id)
    show([removed], as_json, _print)


def _switch(name: str, enabled: bool, help: str) -> click.Command:
    async def run(settings: Settings, as_json: bool, schedule_id: int) -> None:
        from sqlrag.jobs.schedules import enable_schedule

        async with open_rag(settings, say_models=False) as rag:
            changed = await enable_schedule(rag, schedule_id, enabled)
        show([changed], as_json, _print)

    return command(name, help=help)(_ID(run))


for one in (
    add,
    list_all,
    remove,
    _switch("enable", True, "Go on with a schedule; what it missed meanwhile does not come."),
    _switch("disable", False, "Stop a schedule for a while."),
):
    schedule.add_command(one)
