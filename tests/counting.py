"""Counts what a piece of work sends to Postgres."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

# The look-up of array types, once in the life of a connection; and what frames each piece of work
# through a pooler, so that the same counts hold there. A transaction of the driver ends in ";".
_FRAME = re.compile(r"typeinfo_tree|set_config\('jit'|^BEGIN; SET LOCAL|^(?:COMMIT|ROLLBACK)$")


@contextmanager
def count_statements(pool: asyncpg.Pool) -> Iterator[list[str]]:
    """Every statement that any connection of the pool is sent, BEGIN and COMMIT among them but for
    those of a pooler."""
    sent: list[str] = []

    def log(record: Any) -> None:
        if not _FRAME.search(record.query):
            sent.append(record.query)

    connections = [holder._con for holder in pool._holders if holder._con]
    for connection in connections:
        connection.add_query_logger(log)
    try:
        yield sent
    finally:
        for connection in connections:
            connection.remove_query_logger(log)
