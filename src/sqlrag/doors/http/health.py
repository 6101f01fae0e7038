"""Doors for those who run the server."""

import asyncio

from litestar import get
from litestar.datastructures import State

from sqlrag.domain.errors import DatabaseError
from sqlrag.doors.http.openapi import returns
from sqlrag.doors.http.schemas import Health

# Storage tries again for longer than those who probe are willing to wait.
PATIENCE = 2.0


@get(
    "/health/live",
    operation_id="check_live",
    summary="Is the process alive?",
    tags=["health"],
    responses={200: returns("check_live", Health, 200)[200]},
)
async def check_live() -> Health:
    """Always yes; touches no database."""
    return Health("live")


@get(
    "/health/ready",
    operation_id="check_ready",
    summary="Can requests be served?",
    tags=["health"],
    responses=returns("check_ready", Health, 200, bad_input=False),
)
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
