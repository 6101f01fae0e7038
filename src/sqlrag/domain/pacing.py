"""How much of a model may be called in a minute, by all who share a database."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

# Seconds that a call waits for its share before it is refused. Jobs wait less: a worker has others.
PATIENCE: ContextVar[float] = ContextVar("PATIENCE", default=300.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """What may be called in a minute; None where nothing is said."""

    requests: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A resource ('requests' or 'tokens') of a model: `ready` now, negative where some was taken
    ahead; then `closed_for` some seconds."""

    endpoint: str
    model: str
    resource: str
    per_minute: int
    ready: float
    closed_for: float


class Pacer(Protocol):
    """Knows what all have taken. Every method raises DatabaseError."""

    async def take_tokens(
        self, endpoint: str, model: str, pace: Pace, tokens: int, patience: float
    ) -> float:
        """Take what a call needs; the seconds until it may begin. Where that is more than
        `patience`, nothing was taken."""

    async def correct_tokens(self, endpoint: str, model: str, more: int) -> None: ...

    async def close_model(self, endpoint: str, model: str, seconds: float) -> None:
        """For everybody."""
