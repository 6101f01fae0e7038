"""Work in the background, from what is asked for to what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

JobStatus = Literal["waiting", "running", "done", "failed", "cancelled", "replaced"]


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added. What is None has the default of the table.

    Of one `deduplication_key` at most one job waits and one runs; a newer one replaces the one that
    waits. `delay` is how long it waits at least, `time_limit` that of an attempt.
    """

    kind: str
    deduplication_key: str | None = None
    track_id: UUID | None = None
    priority: int | None = None
    delay: timedelta | None = None
    time_limit: timedelta | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    input: bytes | None = None


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands: `status` is 'waiting', 'running', 'done', 'failed', 'cancelled', or
    'replaced' by a newer one for the same document before it had begun.

    `progress` has an entry for each stage: how much is `done` of a `total`, in how many `seconds`.
    What waits is not begun before `run_after`.
    """

    job_id: int
    kind: str
    status: str
    source_key: str | None
    question: str | None
    attempts: int
    max_attempts: int
    error: str | None
    error_kind: str | None
    progress: dict[str, Any]
    track_id: UUID | None
    run_after: datetime

    @property
    def is_over(self) -> bool:
        return self.status not in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Job(JobState):
    """A job as it stands; `result` is what a document became, or an answer."""

    worker: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class JobChange(JobState):
    """How a job stood at `changed_at`, but for what it made."""

    changed_at: datetime


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Of a workspace: what lives, what failed, and what was done; `oldest_waits` in seconds."""

    waiting: int
    running: int
    failed: int
    done_last_hour: int
    oldest_waits: float | None


@dataclass(frozen=True, slots=True)
class JobWorker:
    """A process that takes jobs: of `kinds`, all without; `running` of `concurrency` at once."""

    host: str
    pid: int
    version: str
    kinds: list[str] | None
    concurrency: int
    running: int
    is_alive: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """What one wants to see of the work in the background, at a glance.

    `jobs` are the first of those that run, that wait, and that failed; `workers` are of all
    workspaces.
    """

    counts: JobCounts
    jobs: list[JobChange]
    workers: list[JobWorker]


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many jobs of a workspace have a status, 'retrying' for those that wait after a failed
    attempt; without a workspace, how many workers are alive."""

    workspace: str | None
    status: str
    jobs: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class StageTotal:
    """How much of a stage is done by all jobs, of how much (chunks, to 'extract' and 'embed'), in
    how many seconds together."""

    done: int
    total: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TrackCost:
    """What chat models were called for; `dollars` are None where the model has no price."""

    purpose: str
    model: str
    calls: int
    errors: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    dollars: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """What was given in one request: its jobs, how many of them have which status, and how far
    they are, by stage.

    `costs` are of calls for its documents, from when it was given until it is over.
    """

    track_id: UUID
    counts: dict[str, int]
    stages: dict[str, StageTotal]
    costs: list[TrackCost]
    jobs: list[Job]

    @classmethod
    def of(cls, track_id: UUID, jobs: Sequence[Job], costs: Sequence[TrackCost] = ()) -> "Track":
        stages: dict[str, StageTotal] = {}
        for name in dict.fromkeys(stage for job in jobs for stage in job.progress):
            told = [job.progress[name] for job in jobs if name in job.progress]
            sums = [sum(one[what] for one in told) for what in ("done", "total", "seconds")]
            stages[name] = StageTotal(sums[0], sums[1], round(sums[2], 3))
        return cls(track_id, Counter(job.status for job in jobs), stages, list(costs), list(jobs))

    @property
    def is_over(self) -> bool:
        return not {"waiting", "running"} & self.counts.keys()


@dataclass(frozen=True, slots=True)
class Claim:
    """By which a worker has a job; who writes for it shows it. As the row type held_job."""

    workspace_id: int
    job_id: int
    claim: UUID
    progress: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that a worker has been given; `attempts` counts this one, `time_limit` is its own."""

    workspace_id: int
    workspace: str
    job_id: int
    claim: UUID
    kind: str
    deduplication_key: str | None
    arguments: dict[str, Any]
    input: bytes | None
    attempts: int
    time_limit: timedelta
    track_id: UUID | None

    def held(self, progress: Mapping[str, Any]) -> Claim:
        return Claim(self.workspace_id, self.job_id, self.claim, progress)
