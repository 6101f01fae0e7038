from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlrag.database.pool import Statements, as_row
from sqlrag.domain.jobs import Claim, ClaimedJob, NewJob


class Jobs(Statements):
    """The queue: each statement is one of its functions."""

    async def enqueue(self, workspace_id: int, jobs: Sequence[NewJob]) -> list[int]:
        rows = await self.fetch("enqueue", workspace_id, [as_row(job) for job in jobs])
        return [row["job_id"] for row in rows]

    async def claim_jobs(
        self,
        worker_id: UUID,
        kinds: Sequence[str] | None,
        amount: int,
        lease: timedelta,
        suspects: bool = False,
        ended_in: Collection[int] = (),
    ) -> list[ClaimedJob]:
        """With `suspects` only jobs whose worker was lost, without only others; `ended_in` are
        workspaces in which jobs have ended, which those who look on are told."""
        asked = worker_id, kinds, amount, lease, suspects, list(ended_in)
        return await self.fetch_all(ClaimedJob, "claim_jobs", *asked)

    async def tell_of_jobs(self, ended_in: Collection[int]) -> None:
        """Of workspaces in which jobs have ended, where no claim tells it."""
        await self.execute("tell_of_jobs", list(ended_in))

    async def extend_jobs(
        self, worker_id: UUID, held: Sequence[Claim], lease: timedelta
    ) -> set[int]:
        """Returns those that the worker no longer has."""
        lost = await self.fetch("extend_jobs", worker_id, [as_row(one) for one in held], lease)
        return {row["job_id"] for row in lost}

    async def finish_job(self, held: Claim, result: Any) -> None:
        """Raises ClaimLost."""
        await self.execute("finish_job", as_row(held), result)

    async def fail_job(
        self, held: Claim, error: str, kind: str, may_retry: bool, wait: float = 0.0
    ) -> str | None:
        """What became of it; None where it was another worker's already. `wait` in seconds."""
        told = error, kind, may_retry, timedelta(seconds=wait)
        return await self.fetch_value("fail_job", as_row(held), *told)  # type: ignore[no-any-return]

    async def postpone_job(self, held: Claim, error: str, kind: str, wait: float) -> None:
        """For `wait` seconds, without counting the attempt."""
        await self.execute("postpone_job", as_row(held), error, kind, timedelta(seconds=wait))

    async def hand_back_jobs(self, held: Sequence[Claim]) -> None:
        await self.execute("hand_back_jobs", [as_row(one) for one in held])

    async def delete_document(self, source_key: str, held: Claim) -> int | None:
        """Together with the end of the job; None where it was not there. Raises ClaimLost."""
        given = held.workspace_id, source_key, as_row(held)
        return await self.fetch_value("delete_for_job", *given)  # type: ignore[no-any-return]
