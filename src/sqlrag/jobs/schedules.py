"""Jobs by the clock: cron lines in a table, which any worker fires, once each."""

import logging
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.schedules import DueSchedule, Schedule
from sqlrag.repositories.postgres import Postgres

_log = logging.getLogger(__name__)
# What can be done by the clock, and the arguments it needs.
SCHEDULED: Mapping[str, str | None] = MappingProxyType(
    {
        "prune": None,
        "upkeep": None,
        "query": "question",
        "switch_space": "model",
        "table": "watch_id",
    }
)


def next_time(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first time of a cron line after a moment, by the clock of a time zone.

    What a clock that is put forward leaves out comes right after it; what one that is put back has
    twice comes once. Raises BadInput.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(
            f'There is no time zone "{time_zone}"; name one such as Europe/Berlin, or UTC.'
        ) from error
    try:
        return next(CronSim(cron, after.astimezone(zone)))
    except CronSimError as error:
        raise BadInput(
            f'"{cron}" cannot be used: {str(error).lower()}; write minute, hour, day, month and '
            'day of the week, as in "0 3 * * *".'
        ) from error
    except StopIteration:
        raise BadInput(f'"{cron}" never comes; correct its day and its month.') from None


async def fire_due(storage: Postgres) -> None:
    """Enqueue the jobs whose time has come; once, where more than one time was missed.

    Many workers may do it at once: of each schedule one of them does.
    """
    for due in await storage.fetch_all(DueSchedule, "list_due_schedules"):
        try:
            following = next_time(due.cron, due.time_zone, due.seen_at)
        except BadInput as error:  # of another version of the library, or of its time zones
            _log.warning("Schedule %d is not fired: %s", due.schedule_id, error)
        else:
            known = due.workspace_id, due.schedule_id, due.next_at
            await storage.fetch_value("fire_schedule", *known, following)


async def add_schedule(
    rag: Rag,
    cron: str,
    kind: str,
    arguments: Mapping[str, Any] | None = None,
    time_zone: str = "UTC",
) -> Schedule:
    """Raises BadInput for what cannot be done by the clock."""
    arguments = arguments or {}
    if kind not in SCHEDULED:
        raise BadInput(f'"{kind}" cannot be scheduled; use {", ".join(SCHEDULED)}.')
    if (needed := SCHEDULED[kind]) and needed not in arguments:
        raise BadInput(f'"{kind}" needs an argument: give {{"{needed}": …}}.')
    next_at = next_time(cron, time_zone, await rag.storage.fetch_value("get_time"))
    workspace = await rag.workspaces.open(rag.workspace)
    said = workspace.id, cron, time_zone, kind, arguments, next_at
    return await _find(rag, await rag.storage.fetch_value("add_schedule", *said))


async def list_schedules(rag: Rag) -> list[Schedule]:
    """A workspace that does not exist has none."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    return await rag.storage.fetch_all(Schedule, "list_schedules", workspace and workspace.id)


async def enable_schedule(rag: Rag, schedule_id: int, enabled: bool = True) -> Schedule:
    """What it missed while it was not enabled does not come. Raises NotFound."""
    workspace, found = await rag.workspaces.get(rag.workspace), await _find(rag, schedule_id)
    next_at = None
    if enabled:
        now = await rag.storage.fetch_value("get_time")
        next_at = next_time(found.cron, found.time_zone, now)
    await rag.storage.execute("enable_schedule", workspace.id, schedule_id, enabled, next_at)
    return await _find(rag, schedule_id)


async def remove_schedule(rag: Rag, schedule_id: int) -> Schedule:
    """Jobs that it has enqueued stay. Raises NotFound."""
    workspace, found = await rag.workspaces.get(rag.workspace), await _find(rag, schedule_id)
    await rag.storage.execute("remove_schedule", workspace.id, schedule_id)
    return found


async def _find(rag: Rag, schedule_id: int) -> Schedule:
    for one in await list_schedules(rag):
        if one.schedule_id == schedule_id:
            return one
    raise NotFound(f'There is no schedule {schedule_id} in workspace "{rag.workspace}".')
