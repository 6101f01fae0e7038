"""How far a job is, as others may read it while it runs."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class _Stage:
    began: float
    done: int = 0
    total: int = 0
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class JobProgress(Mapping[str, Any]):
    """A Report, and by stage how much is done, of how much, in how many seconds since it began."""

    stages: dict[str, _Stage] = field(default_factory=dict)

    def __call__(self, stage: str, done: int = 0, more: int = 0) -> None:
        now = time.monotonic()
        found = self.stages.setdefault(stage, _Stage(now))
        found.done, found.total = found.done + done, found.total + more
        if done:
            found.seconds = now - found.began

    def __getitem__(self, stage: str) -> dict[str, Any]:
        found = self.stages[stage]
        seconds = round(found.seconds, 3)
        return {"done": found.done, "total": found.total, "seconds": seconds}

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.stages))

    def __len__(self) -> int:
        return len(self.stages)
