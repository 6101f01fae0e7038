"""Examines the database: what would hurt, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from sqlrag.repositories.postgres import Postgres

_EXACT_COORDINATES = 4_000_000  # twice what is searched exactly: the index is late, not due
_SAMPLES = 20
_K = 10
_RECALL_WANTED, _RECALL_NEEDED = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found and, unless it is 'ok', what to do."""

    name: str
    status: Literal["ok", "warn", "fail"]
    found: str
    advice: str


@dataclass(frozen=True, slots=True)
class VectorRecall:
    """The share of what exact search finds that the routed search finds; milliseconds of each."""

    workspace: str
    kind: str
    samples: int
    indexed: bool
    recall: float
    routed_ms: float
    exact_ms: float


@dataclass(frozen=True, slots=True)
class Examination:
    """The checks in order, and the recalls that were measured on the way."""

    checks: list[Check]
    recalls: list[VectorRecall]

    @property
    def is_healthy(self) -> bool:
        return all(check.status != "fail" for check in self.checks)


async def examine(storage: Postgres, workspace: str | None = None) -> Examination:
    """Look at everything, in a few seconds: what rag.health shows, and the recall of vectors; of
    one workspace, if it is named, beside the server.

    Raises DatabaseError where nothing can be read.
    """
    checks = await storage.fetch_all(Check, "examine", _EXACT_COORDINATES, workspace)
    probing = "list_vector_recalls", _SAMPLES, _K, workspace
    recalls = await storage.fetch_all(VectorRecall, *probing)
    return Examination([*checks, *map(_check_recall, recalls)], recalls)


def _check_recall(probe: VectorRecall) -> Check:
    name = f"{probe.kind} recall of {probe.workspace}"
    found = (
        f"{probe.recall:.3f} {'by index' if probe.indexed else 'exact'}, "
        f"{probe.routed_ms:.1f} ms, exact {probe.exact_ms:.1f} ms"
    )
    if probe.recall >= _RECALL_WANTED:
        return Check(name, "ok", found, "")
    advice = "REINDEX INDEX CONCURRENTLY its index in schema sqlrag"
    return Check(name, "warn" if probe.recall >= _RECALL_NEEDED else "fail", found, advice)
