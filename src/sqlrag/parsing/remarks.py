"""What a user should know of a document that was read: guesses, and what was left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_said: ContextVar[list[str] | None] = ContextVar("remarks", default=None)


@contextmanager
def remarks() -> Iterator[list[str]]:
    """The remarks that are made in the block."""
    said: list[str] = []
    token = _said.set(said)
    try:
        yield said
    finally:
        _said.reset(token)


def remark(sentence: str) -> None:
    """Say something of the document in work: no capital at the start, no full stop."""
    said = _said.get()
    if said is not None and sentence not in said:
        said.append(sentence)
