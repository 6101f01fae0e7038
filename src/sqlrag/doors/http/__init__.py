"""HTTP: each handler has the name of its operation, most are derived from it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from sqlrag.domain.errors import DatabaseError

if TYPE_CHECKING:
    from litestar import Litestar

    from sqlrag.app import Rag
    from sqlrag.settings import Settings

# Seconds for which a thread that computes (an embedding, a quote) keeps the interpreter when the
# event loop wants it, a fifth of the usual: 64 clients were served 4 % more, and the slowest
# hundredth of /health/live came in 0.14 s instead of 0.16.
_SWITCH = 0.001


def application() -> "Litestar":
    """For servers: `granian --interface asgi --factory sqlrag.doors.http:application`."""
    from sqlrag.doors.http.application import create_app
    from sqlrag.logs import configure_logs
    from sqlrag.settings import Settings

    sys.setswitchinterval(_SWITCH)
    settings = Settings()
    configure_logs(settings.log_format, settings.log_level)
    bounds = settings.max_file_bytes, settings.server, settings.background_bytes
    return create_app(partial(_open_rag, settings), settings.workspace, *bounds)


@asynccontextmanager
async def _open_rag(settings: "Settings") -> "AsyncIterator[Rag]":
    from sqlrag.app import Rag

    async with Rag.open(settings=settings, upkeep_in_background=True) as rag:
        refuse_owner(rag, settings)
        yield rag


def refuse_owner(rag: "Rag", settings: "Settings") -> None:
    """Raises DatabaseError where Postgres shows the role every row: only code would keep what is of
    one workspace from another. The embedded server is its owner's own."""
    if settings.database_url and not (rag.storage.database.is_bound or settings.allow_owner):
        raise DatabaseError(
            f"The role that connects to {rag.storage.database.address} owns the tables or is above "
            "their policies, and the API serves others as a role that is not; let DATABASE_URL "
            "name one that SELECT rag.grant_workspace(NULL, 'the role', 'server') was said of "
            "(docs/deploying.md), or set SQLRAG_ALLOW_OWNER=true."
        )
