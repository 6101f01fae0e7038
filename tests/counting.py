"""Counts what a piece of work sends to Postgres."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg


@contextmanager
def count_statements(pool: asyncpg.Pool) -> Iterator[list[str]]:
    """Every statement that any connection of the pool is sent, BEGIN and COMMIT among them.

    The driver's look-up of array types, once in the life of a connection, does not count.
    """
    sent: list[str] = []

    def log(record: Any) -> None:
        if "typeinfo_tree" not in record.query and "set_config('jit'" not in record.query:
            sent.append(record.query)

    connections = [holder._con for holder in pool._holders if holder._con]
    for connection in connections:
        connection.add_query_logger(log)
    try:
        yield sent
    finally:
        for connection in connections:
            connection.remove_query_logger(log)
