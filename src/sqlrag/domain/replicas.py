"""A read replica as it stands beside its primary."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """What it has not replayed yet, in bytes of the write-ahead log and in seconds; or why it does
    not answer."""

    address: str
    lag_bytes: int | None = None
    lag_seconds: float | None = None
    error: str | None = None
