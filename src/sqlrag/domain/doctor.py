"""What an examination of the database finds."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found and, unless it is 'ok', what to do."""

    name: str
    status: Literal["ok", "warn", "fail"]
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ServerVersions:
    """Of server and extension; `folds_case` is whether lower() knows letters beyond ASCII."""

    postgres_version: str
    pgvector: str
    folds_case: bool


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Sizes in bytes."""

    shared_buffers: int
    maintenance_work_mem: int
    max_connections: int
    fsync: bool
    database_bytes: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """The vectors of one kind, in coordinates, and whether their index is valid (None: none)."""

    workspace: str
    kind: str
    coordinates: int
    is_valid: bool | None


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
class UnreadyDocuments:
    workspace: str
    status: str
    documents: int
