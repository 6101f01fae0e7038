"""What a connection knows before our statements run on it, and whether a pooler stands between.

A pooler of transactions (PgBouncer's, Supavisor, Neon's, RDS Proxy) lends a session of the server
for one transaction only. Behind one nothing may be left in the session: a statement is prepared
and executed inside one transaction, without a name, and our settings go with that transaction.
"""

import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import asyncpg
import msgspec
from pgvector import HalfVector

from sqlrag.database.failures import LOST
from sqlrag.database.statements import SQL
from sqlrag.database.vectors import halfvec
from sqlrag.domain.errors import DatabaseError

_SNAPSHOT = " ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PoolerFound(DatabaseError):
    """The server's session is not the connection's own."""


class Session(asyncpg.Connection):  # type: ignore[misc]
    """Knows the workspace that it is bound to, whose rows alone it is shown: it stays so while
    statements of the same workspace follow each other."""

    bound_to: int | None = None

    def bind_to(self, workspace_id: int | None) -> None:
        """What the server has been told; None where that is not known."""
        self.bound_to = workspace_id


def is_bound_to(connection: asyncpg.Connection, workspace_id: int) -> bool:
    return bool(getattr(connection, "bound_to", None) == workspace_id)


def note_binding(connection: asyncpg.Connection, workspace_id: int | None) -> None:
    """Nothing, for one that its pool has taken back: its next use tells."""
    with suppress(AttributeError):
        connection.bind_to(workspace_id)


async def prepare_session(connection: asyncpg.Connection, trusted: bool = False) -> None:
    """Settings and codecs of a connection that has a session of its own, as one that is trusted
    is believed to have. Raises PoolerFound.

    The number of its process is what the server has told the connection, to cancel by. A pooler
    has to tell numbers of its own. To ask takes no round trip beside that of the settings, leaves
    nothing in a session that is another's, and in the simple protocol no prepared statement.
    """
    pid = int(connection.get_server_pid())
    only = "" if trusted else f" WHERE pg_backend_pid() = {pid}"
    done = await connection.execute(SQL["set_up_session"] + only)
    if done == "SELECT 0":
        raise PoolerFound(
            "A pooler of transactions has come between sqlrag and Postgres; start sqlrag again, "
            "or set SQLRAG_POOLER=transaction."
        )
    await _register_types(connection)


async def prepare_pooled(connection: asyncpg.Connection) -> str:
    """Codecs of a connection that borrows sessions; returns what its transactions begin with."""
    async with pooled_transaction(connection, ""):
        await _register_types(connection)
        return str(await connection.fetchval(SQL["draft_settings"]))


async def _register_types(connection: asyncpg.Connection) -> None:
    # In binary, as row types want it: a byte for the version of the format, then the text.
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + json.dumps(value, default=dict).encode(),
        decoder=lambda data: msgspec.json.decode(data[1:]),
        schema="pg_catalog",
        format="binary",
    )
    schema = await connection.fetchval(SQL["get_vector_schema"])
    if schema:
        with suppress(ValueError):  # a pgvector that is too old to have it, which is told later
            await connection.set_type_codec(
                "halfvec",
                encoder=halfvec,
                decoder=HalfVector.from_binary,
                schema=schema,
                format="binary",
            )


def set_sockets(connection: asyncpg.Connection, options: Mapping[tuple[str, str], int]) -> None:
    """Options of TCP; a system that does not have one goes without it, as libpq does."""
    wire = connection._transport.get_extra_info("socket") if options else None
    if wire and wire.family in (socket.AF_INET, socket.AF_INET6):
        for (level, name), value in options.items():
            if hasattr(socket, name):
                wire.setsockopt(getattr(socket, level), getattr(socket, name), value)


def bind_pooled(workspace_id: int | None) -> str:
    """What goes on a script of settings, until the end of its transaction."""
    return f"; SET LOCAL sqlrag.workspace = '{'' if workspace_id is None else int(workspace_id)}'"


@asynccontextmanager
async def pooled_transaction(
    connection: asyncpg.Connection, settings: str, snapshot: bool = False
) -> AsyncIterator[None]:
    """A transaction that begins with our settings, in one round trip."""
    await connection.execute(f"BEGIN{_SNAPSHOT * snapshot}; {settings}")
    try:
        yield
    except BaseException:
        with suppress(*LOST):
            await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")
