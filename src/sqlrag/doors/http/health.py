"""Doors for those who run the server."""

import asyncio

from litestar.datastructures import State

from sqlrag.domain.errors import DatabaseError
from sqlrag.doors.http.openapi import door
from sqlrag.doors.http.schemas import Health

# Storage tries again for longer than those who probe are willing to wait.
PATIENCE = 2.0


@door("GET /health/live", "Is the process alive?", always=())
async def check_live() -> Health:
    """Always yes; touches no database."""
    return Health("live")


@door("GET /health/ready", "Can requests be served?", always=(DatabaseError,))
async def check_ready(state: State) -> Health:
    """Yes when the database answers within two seconds."""
    try:
        async with asyncio.timeout(PATIENCE):
            await state.rag.storage.ping()
    except TimeoutError as error:
        raise DatabaseError(
            f"Postgres has not answered for {PATIENCE:g} seconds; check that it runs and that "
            "DATABASE_URL names it."
        ) from error
    return Health("ready")
