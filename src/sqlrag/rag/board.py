"""The work in the background at a glance, and whether somebody does it."""

from sqlrag.domain.jobs import Board, JobChange, JobCounts, JobWorker
from sqlrag.domain.workspaces import Workspace
from sqlrag.repositories.postgres import Postgres


async def read_board(storage: Postgres, workspace: Workspace, most: int = 8) -> Board:
    """At most so many jobs of each status."""
    counts = await storage.fetch_one(JobCounts, "count_jobs", workspace.id)
    jobs = await storage.fetch_all(JobChange, "list_board", workspace.id, most)
    return Board(counts, jobs, await storage.fetch_all(JobWorker, "list_workers"))


async def takes_anybody(storage: Postgres, kind: str) -> bool:
    """Whether a worker is alive that takes jobs of a kind."""
    return bool(await storage.fetch_value("takes_anybody", kind))
