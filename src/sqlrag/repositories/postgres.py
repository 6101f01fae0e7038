"""The storage: every repository over one Postgres."""

import asyncio
import copy
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg

from sqlrag.database.every import function_fingerprint
from sqlrag.database.listening import listen
from sqlrag.database.migrating import MINIMUM_PGVECTOR, MINIMUM_POSTGRES, head_revision
from sqlrag.database.pool import Database, Reader, Statements
from sqlrag.database.replica import Looks, Replica
from sqlrag.database.statements import SQL
from sqlrag.domain.errors import DatabaseError, OutdatedSchema
from sqlrag.repositories.documents import Documents
from sqlrag.repositories.indexes import Indexes
from sqlrag.repositories.items import Items
from sqlrag.repositories.jobs import Jobs
from sqlrag.repositories.model_calls import ModelCalls
from sqlrag.repositories.model_limits import ModelLimits
from sqlrag.repositories.searches import Searches
from sqlrag.repositories.spaces import Spaces
from sqlrag.repositories.watched_tables import WatchedTables

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Postgres(Statements):
    """All that is stored: statements by their names, and a repository where more than rows goes in
    or comes out. Each statement takes a free connection.
    """

    def __init__(
        self,
        url: str,
        pool_size: int = 10,
        pooler: str = "auto",
        read_url: str | None = None,
        most_lag: float = 5.0,
    ) -> None:
        """`read_url`: of a standby to look at, where it is `most_lag` seconds behind at most."""
        database = Database(url, pool_size, pooler)
        if read_url:
            database.replica = Replica(Database(read_url, pool_size, pooler), database, most_lag)
        self._assemble(database)
        # A snapshot keeps its connection for as long as its reader likes; half stay for the others.
        self._snapshots = asyncio.Semaphore(max(1, pool_size // 2))

    def _assemble(self, database: Database) -> None:
        super().__init__(database)
        self.database = database
        self.documents = Documents(self.database)
        self.items = Items(self.database)
        self.jobs = Jobs(self.database)
        # Each edit of the graph, and each look at it, is the SQL function of its name.
        self.graph = Statements(self.database)
        self.looks = Looks(self.database)
        self.model_calls = ModelCalls(self.database)
        self.model_limits = ModelLimits(self.database)
        self.searches = Searches(self.database)
        self.spaces = Spaces(self.database)
        self.watched_tables = WatchedTables(self.database)
        self._indexes = Indexes(self.database)
        self.index_embeddings = self._indexes.index_embeddings
        self.drop_indexes = self._indexes.drop_indexes

    def reading_as(self, reader: Reader) -> "Postgres":
        """The same, for who may read some documents of a workspace: every statement is over these,
        and one that cannot be raises Forbidden. Open as long as this one is."""
        other = copy.copy(self)
        other._assemble(self.database.reading_as(reader))
        return other

    async def open(self) -> None:
        """Connect, and refuse a server or a schema this version does not know. DatabaseError."""
        await self.database.open()
        try:
            await self._check()
            if self.replica:
                await self.replica.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self.replica:
            await self.replica.close()
        await self.database.close()

    @property
    def replica(self) -> Replica | None:
        return self.database.replica

    async def run(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        async def attempt(connection: asyncpg.Connection) -> tuple[Statements, T]:
            statements = Statements(self.database, connection)
            return statements, await work(statements)

        statements, done = await self.database.run(attempt, in_transaction=True)
        await statements.follow()
        return done

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Statements]:
        with self.database.translated():
            async with (
                self._snapshots,
                self.database.connection() as connection,
                self.database.transaction(connection, snapshot=True),
            ):
                yield Statements(self.database, connection)

    def listen(self, channel: str, every: float) -> AsyncGenerator[set[str], None]:
        """See database/listening.py."""
        return listen(self.database, channel, every)

    async def check_schema(self) -> None:
        """Raises OutdatedSchema, a DatabaseError, when it is no longer that of this version."""
        self._compare(await self._get_schema())

    def _compare(self, found: tuple[str, str | None]) -> None:
        revision, functions = found
        remedy = "run sqlrag migrate on it (or use the sqlrag that made it)."
        if revision != head_revision():
            raise OutdatedSchema(
                f"The database {self.database.address} has schema revision {revision}, this "
                f"sqlrag works with {head_revision()}; {remedy}"
            )
        if functions != function_fingerprint():
            raise OutdatedSchema(
                f"The functions of the database {self.database.address} are those of another "
                f"version of sqlrag than this one; {remedy}"
            )

    async def analyse_tables(self, only_young: bool = False) -> None:
        if not only_young or await self.fetch_value("are_tables_young"):
            await self.execute("analyse_tables")

    async def vacuum_tables(self) -> None:
        """In no transaction, which a pooler would make one of."""
        with self.database.translated():
            async with self.database.extra_connection() as connection:
                await connection.execute(SQL["vacuum_tables"])

    async def drop_workspace(self, workspace_id: int) -> None:
        """Delete a workspace with everything in it, its indexes too."""
        await self.drop_indexes(workspace_id)
        await self.execute("delete_workspace", workspace_id)

    async def is_current(self) -> bool:
        """Whether tables and functions are those of this version; a look from outside."""
        await self.database.open()
        try:
            (server,) = await self.fetch("get_server")
            found = await self._get_schema(server["migrated"])
            return found == (head_revision(), function_fingerprint())
        finally:
            await self.database.close()

    async def _get_schema(self, migrated: bool = True) -> tuple[str, str | None]:
        rows = await self.fetch("get_schema") if migrated else []
        return (rows[0]["revision"], rows[0]["functions"]) if rows else ("none", None)

    async def _check(self) -> None:
        (server,) = await self.fetch("get_server")
        if server["postgres"] < MINIMUM_POSTGRES:
            raise DatabaseError(
                f"PostgreSQL {server['postgres_version']} is too old, sqlrag needs "
                f"{MINIMUM_POSTGRES} or newer; use a newer server."
            )
        self._compare(await self._get_schema(server["migrated"]))
        (access,) = await self.fetch("get_access")
        self.database.is_bound = access["is_bound"]
        if access["is_bound"] and not access["is_server"]:
            raise DatabaseError(
                f"The role that connects to {self.database.address} is not granted every "
                "workspace; let the owner SELECT rag.grant_workspace(NULL, 'the role', 'server'), "
                "or connect as the owner."
            )
        version = server["pgvector"] or "0"
        if tuple(int(part) for part in version.split(".")) < MINIMUM_PGVECTOR:
            raise DatabaseError(
                f"pgvector {version} is too old, sqlrag needs "
                f"{'.'.join(map(str, MINIMUM_PGVECTOR))} or newer; upgrade the package on the "
                "server and run ALTER EXTENSION vector UPDATE."
            )
        if not server["folds_case"]:
            _log.warning(
                "This database's locale does not fold the case of non-English letters, so words "
                "are found only as they are written; create it with a UTF-8 locale such as C.UTF-8."
            )
