"""Jobs that are enqueued by the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Schedule:
    """`cron` by the clock of its time zone; `next_at` is None where it is not enabled. `job_id` and
    `job_status` are of its latest job, if that has not been pruned."""

    schedule_id: int
    cron: str
    time_zone: str
    kind: str
    arguments: dict[str, Any]
    enabled: bool
    next_at: datetime | None
    fired_at: datetime | None
    job_id: int | None
    job_status: str | None


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """One whose time has come, at `seen_at` by the clock of Postgres."""

    workspace_id: int
    schedule_id: int
    cron: str
    time_zone: str
    next_at: datetime
    seen_at: datetime
