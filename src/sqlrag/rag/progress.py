"""How long work tells of its progress."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol


class Report(Protocol):
    """Told that a stage ('parse', 'embed', …; 'entities', …) did `done` of, now, `more` to do."""

    def __call__(self, stage: str, done: int = 0, more: int = 0) -> None: ...


def silent(stage: str, done: int = 0, more: int = 0) -> None:
    """A report to nobody."""
    return


@dataclass(slots=True)
class Steps:
    """Tells of one source; at its end, whatever became of it, nothing of it is left to do."""

    report: Report
    left: Counter[str] = field(default_factory=lambda: Counter(parse=1, write=1))

    def __call__(self, stage: str, done: int = 0, more: int = 0) -> None:
        done = min(done, self.left[stage] + more)
        self.left[stage] += more - done
        self.report(stage, done=done, more=more)

    def finish(self) -> None:
        for stage, count in self.left.items():
            self.report(stage, done=count)
