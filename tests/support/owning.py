"""Looks at a database as its owner, who is shown every row, whichever role the run connects as."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from sqlrag.database.pool import Database

ROLE = os.environ.get("SQLRAG_TEST_ROLE")
needs_owner = pytest.mark.skipif(bool(ROLE), reason="what it does is for the owner of the tables")


def name_owner(url: str) -> str:
    """The URL of a test's database for its owner."""
    return url.replace(f"//{ROLE}@", "//postgres@", 1) if ROLE else url


def name_role(url: str) -> str:
    """The URL of a test's database for the role of the run."""
    return url.replace("//postgres@", f"//{ROLE}@", 1) if ROLE else url


@asynccontextmanager
async def as_owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    if not ROLE:
        async with database.connection() as connection:
            yield connection
        return
    connection = await asyncpg.connect(name_owner(database._url))
    try:
        yield connection
    finally:
        await connection.close()


async def look(database: Database, statement: str, *given: Any) -> Any:
    """The first column of the first row; a server that is starting up is waited for."""
    if not ROLE:
        return await database.run(lambda free: free.fetchval(statement, *given))
    async with as_owner(database) as connection:
        return await connection.fetchval(statement, *given)
