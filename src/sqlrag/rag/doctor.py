"""Examines the database: what would hurt, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlrag.repositories.postgres import Postgres

_MEGABYTE = 2**20
_EXACT_COORDINATES = 4_000_000  # twice what is searched exactly: the index is late, not due
_CONNECTIONS = 20  # of one process, ten, and of people
_SAMPLES = 20
_K = 10
_RECALL_WANTED, _RECALL_NEEDED = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found and, unless it is 'ok', what to do."""

    name: str
    status: Literal["ok", "warn", "fail"]
    found: str
    advice: str = ""


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


@dataclass(frozen=True, slots=True)
class Examination:
    """The checks in order, and the recalls that were measured on the way."""

    checks: list[Check]
    recalls: list[VectorRecall]

    @property
    def is_healthy(self) -> bool:
        return all(check.status != "fail" for check in self.checks)


async def examine(storage: Postgres) -> Examination:
    """Look at everything, in a few seconds. Raises DatabaseError where nothing can be read."""
    db = storage.statements
    recalls = await db.fetch_all(VectorRecall, "list_vector_recalls", _SAMPLES, _K)
    checks = [
        *_check_server(*await db.fetch("get_server")),
        *_check_settings(await db.fetch_one(ServerSettings, "get_server_settings")),
        _check_statistics([row["name"] for row in await db.fetch("list_unanalysed_tables")]),
        *_check_indexes(await db.fetch_all(IndexState, "list_index_states")),
        _check_orphans(await db.fetch_value("count_orphans")),
        *_check_documents(await db.fetch_all(UnreadyDocuments, "count_unready_documents")),
        *map(_check_recall, recalls),
    ]
    return Examination(checks, recalls)


def _check_server(server: Mapping[str, Any]) -> list[Check]:
    folds = Check("locale", "ok", "folds the case of all letters")
    if not server["folds_case"]:
        advice = "words beyond English are found only as written: use a locale such as C.UTF-8"
        folds = Check("locale", "warn", "folds the case of ASCII letters only", advice)
    return [
        Check("Postgres", "ok", server["postgres_version"]),
        Check("pgvector", "ok", server["pgvector"]),
        folds,
    ]


def _check_settings(settings: ServerSettings) -> list[Check]:
    buffers, data = settings.shared_buffers // _MEGABYTE, settings.database_bytes // _MEGABYTE
    rules = [
        (
            "shared_buffers",
            f"{buffers:,} MB of {data:,} MB of data",
            settings.shared_buffers * 4 >= settings.database_bytes,
            "raise it towards a quarter of the machine's memory: vectors are searched in memory",
        ),
        (
            "maintenance_work_mem",
            f"{settings.maintenance_work_mem // _MEGABYTE:,} MB",
            settings.maintenance_work_mem >= 64 * _MEGABYTE,
            "raise it to 64MB or more: building indexes outside memory is slow",
        ),
        (
            "max_connections",
            str(settings.max_connections),
            settings.max_connections >= _CONNECTIONS,
            f"raise it to {_CONNECTIONS} or more, or lower SQLRAG_POOL_SIZE",
        ),
        (
            "fsync",
            "on" if settings.fsync else "off",
            settings.fsync,
            "turn it on: a power cut can break the whole database",
        ),
    ]
    return [
        Check(name, "ok", found) if is_right else Check(name, "warn", found, advice)
        for name, found, is_right, advice in rules
    ]


def _check_statistics(tables: Sequence[str]) -> Check:
    if not tables:
        return Check("statistics", "ok", "the planner knows the tables")
    return Check(
        "statistics",
        "warn",
        f"none of {', '.join(tables)}",
        "run ANALYZE, and see that autovacuum is on: without, look-ups read whole workspaces",
    )


def _check_indexes(states: Sequence[IndexState]) -> list[Check]:
    checks = []
    for state in states:
        name = f"{state.kind} index of {state.workspace}"
        if state.is_valid is False:
            advice = "its making was broken off: ingest into the workspace again to renew it"
            checks.append(Check(name, "fail", "invalid", advice))
        elif state.is_valid is None and state.coordinates > _EXACT_COORDINATES:
            found = f"missing, {state.coordinates:,} coordinates are searched one by one"
            advice = "it is made after the next ingestion, or by await store.index()"
            checks.append(Check(name, "warn", found, advice))
    return checks or [Check("vector indexes", "ok", "every one that is due is there and valid")]


def _check_orphans(orphans: int) -> Check:
    if not orphans:
        return Check("graph", "ok", "no orphans")
    advice = "SELECT * FROM rag.orphans shows them; report it, this should never happen"
    return Check("graph", "fail", f"{orphans:,} orphans", advice)


def _check_documents(unready: Sequence[UnreadyDocuments]) -> list[Check]:
    if not unready:
        return [Check("documents", "ok", "every one is ready")]
    return [
        Check(
            f"documents of {row.workspace}",
            "warn",
            f"{row.documents:,} {row.status}",
            f"sqlrag documents -w '{row.workspace}' --status {row.status} tells why",
        )
        for row in unready
    ]


def _check_recall(probe: VectorRecall) -> Check:
    name = f"{probe.kind} recall of {probe.workspace}"
    found = (
        f"{probe.recall:.3f} {'by index' if probe.indexed else 'exact'}, "
        f"{probe.routed_ms:.1f} ms, exact {probe.exact_ms:.1f} ms"
    )
    if probe.recall >= _RECALL_WANTED:
        return Check(name, "ok", found)
    advice = "REINDEX INDEX CONCURRENTLY its index in schema sqlrag"
    return Check(name, "warn" if probe.recall >= _RECALL_NEEDED else "fail", found, advice)
