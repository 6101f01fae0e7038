"""Jobs by the clock."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.jobs.schedules import (
    add_schedule,
    enable_schedule,
    fire_due,
    list_schedules,
    next_time,
    remove_schedule,
)
from sqlrag.settings import Settings
from tests.support.jobs import wait_until, working

BERLIN = ZoneInfo("Europe/Berlin")
IS_PAST = "UPDATE sqlrag.schedules SET next_at = now() - interval '3 days'"


def times(cron: str, after: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        after = next_time(cron, "Europe/Berlin", after)
        found.append(after.strftime("%d %H:%M %Z"))
    return found


def test_an_hour_that_the_clock_leaves_out_comes_once_and_so_does_one_it_has_twice() -> None:
    spring, autumn = (
        datetime(2025, 3, 29, 12, tzinfo=BERLIN),
        datetime(2025, 10, 25, 12, tzinfo=UTC),
    )
    assert times("30 2 * * *", spring, 2) == ["30 03:00 CEST", "31 02:30 CEST"]
    assert times("30 2 * * *", autumn, 2) == ["26 02:30 CEST", "27 02:30 CET"]
    assert times("0 9 * * mon", spring, 2) == ["31 09:00 CEST", "07 09:00 CEST"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("0 3 * *", "prune"), "write minute, hour, day"),
        (("61 3 * * *", "prune"), "bad minute"),
        (("0 0 30 2 *", "prune"), "bad day-of-month"),
        (("0 3 * * *", "ingest"), "cannot be scheduled; use prune"),
        (("0 3 * * *", "switch_space"), r'give \{"model": …\}'),
        (("0 3 * * *", "prune", {}, "Mars/Base"), 'no time zone "Mars/Base"'),
        (("0 3 * * *", "prune", {}, "../etc"), "no time zone"),
    ],
)
async def test_what_cannot_come_is_refused(rag: Rag, given: tuple, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        await add_schedule(rag, *given)
    assert await list_schedules(rag) == []


async def test_many_workers_fire_a_schedule_once_however_often_it_was_missed(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    made = await add_schedule(rag, "*/5 * * * *", "prune", {"days": 30})
    await connection.execute(IS_PAST)
    await asyncio.gather(*(fire_due(rag.storage) for _ in range(20)))
    await fire_due(rag.storage)
    (job,) = await rag.list_jobs()
    assert (job.kind, job.status) == ("prune", "waiting")
    assert await connection.fetchval("SELECT arguments FROM sqlrag.jobs") == {"days": 30}
    (fired,) = await list_schedules(rag)
    assert (fired.job_id, fired.job_status) == (job.job_id, "waiting")
    assert fired.next_at
    assert fired.fired_at
    assert fired.fired_at < fired.next_at
    assert made.next_at
    assert fired.next_at >= made.next_at


async def test_a_worker_that_dies_as_it_fires_has_fired_nothing(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await add_schedule(rag, "0 3 * * *", "prune")
    await connection.execute(IS_PAST)
    (due,) = await connection.fetch("SELECT * FROM sqlrag.schedules")
    transaction = connection.transaction()
    await transaction.start()
    fire = "SELECT sqlrag.fire_schedule($1, $2, $3, now() + interval '1 day')"
    known = due["workspace_id"], due["schedule_id"], due["next_at"]
    assert await connection.fetchval(fire, *known)
    await transaction.rollback()
    assert await rag.list_jobs() == []
    await fire_due(rag.storage)
    assert len(await rag.list_jobs()) == 1
    assert await connection.fetchval(fire, *known) is None


async def test_a_worker_does_what_the_clock_asks_for(
    url: str, rag: Rag, settings: Settings, connection: asyncpg.Connection
) -> None:
    await add_schedule(rag, "0 3 * * *", "prune", time_zone="Asia/Tokyo")
    await connection.execute(IS_PAST)
    async with working(url, settings) as worker:
        await wait_until(worker.rag, "SELECT job_status = 'done' FROM rag.schedules")
    assert [(job.kind, job.status) for job in await rag.list_jobs()] == [("prune", "done")]


async def test_a_disabled_schedule_rests_and_what_it_missed_does_not_come(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    made = await add_schedule(rag, "0 3 * * *", "upkeep")
    await enable_schedule(rag, made.schedule_id, enabled=False)
    await connection.execute(IS_PAST)
    await fire_due(rag.storage)
    assert await rag.list_jobs() == []
    assert (await list_schedules(rag))[0].next_at is None
    enabled = await enable_schedule(rag, made.schedule_id)
    assert enabled.next_at == made.next_at
    await fire_due(rag.storage)
    assert await rag.list_jobs() == []
    assert (await remove_schedule(rag, made.schedule_id)).cron == "0 3 * * *"
    assert await list_schedules(rag) == []
    with pytest.raises(NotFound, match=f"no schedule {made.schedule_id}"):
        await remove_schedule(rag, made.schedule_id)
