"""A pool of connections whose failures are sentences and whose lost transactions run again."""

import asyncio
import copy
import json
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

from sqlrag.database.address import Address, read_address, unusable_url
from sqlrag.database.every import statements, statements_of_readers, workspace_of
from sqlrag.database.failures import LOST, is_misuse, translated
from sqlrag.database.sessions import (
    PoolerFound,
    Session,
    bind_pooled,
    is_bound_to,
    note_binding,
    pooled_transaction,
    prepare_pooled,
    prepare_session,
    set_sockets,
)
from sqlrag.database.statements import SQL
from sqlrag.domain.errors import Forbidden

if TYPE_CHECKING:
    from sqlrag.database.replica import Replica

T = TypeVar("T")

_RETRIED = (
    *LOST,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.TooManyConnectionsError,
)
_ATTEMPTS = 6
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "


def as_row(thing: Any) -> tuple[Any, ...]:
    """A dataclass as the row type of the same fields, in their order."""
    return tuple(getattr(thing, field.name) for field in fields(thing))


async def _keep_as_it_is(_: asyncpg.Connection) -> None:
    """Instead of asyncpg's reset, a round trip per checkout: no statement of ours leaves state."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who may read some documents of a workspace: those for any of the principals, or for all.

    `asker` is the key or the token; None for who needs none.
    """

    workspace: str
    principals: tuple[str, ...]
    asker: str | None = None


class Database:
    """One server, by its URL. Connections are made as they are needed.

    `reader`: for whom it reads; None reads everything. `pooler` is "auto", "transaction" or "none":
    whether a pooler of transactions stands between. `is_bound`: its role is shown the rows of one
    workspace at a time, to which a session is bound before what is of it.
    """

    def __init__(self, url: str, pool_size: int = 10, pooler: str = "auto") -> None:
        self._url = url
        self._pool_size = pool_size
        self._pooler = pooler
        self.reader: Reader | None = None
        self.is_bound = False
        self.replica: Replica | None = None
        self._pool: asyncpg.Pool | None = None
        self._read: Address | None = None
        self._settings = ""

    def check_address(self) -> None:
        """Raises DatabaseError for a URL that cannot be used."""
        read_address(self._url)

    @property
    def address(self) -> str:
        """Host and database for messages, without the password."""
        parts = urlsplit(self._url)
        return f"{parts.hostname or 'the local socket'}{parts.path or ''}"

    def reading_as(self, reader: Reader) -> "Database":
        """The same, open as it is, for who may read some documents."""
        other = copy.copy(self)
        other.reader = reader
        return other

    def text_of(self, name: str) -> str:
        """The statement of a name. Raises Forbidden for one that its reader cannot be given."""
        if self.reader is None:
            return statements()[name]
        found = statements_of_readers().get(name)
        if found is None:
            raise Forbidden(
                "Who may read some of the documents only cannot have this; ask with a key that has "
                "no principals."
            )
        return found

    @property
    def pooler(self) -> str:
        """What is known of a pooler, for another Database on the same address."""
        return self._pooler

    @property
    def is_open(self) -> bool:
        return self._pool is not None

    @property
    def is_pooled(self) -> bool:
        """Whether sessions are borrowed, a transaction long; known once it is open."""
        return self._pooler == "transaction"

    async def open(self) -> None:
        # While the server is away the pool logs a traceback a second; we say it once, in words.
        logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
        self._read = read_address(self._url)
        if self._read.is_pooled:
            self._pooler = "transaction"
        with self.translated():
            try:
                self._pool = await self._make_pool()
            except PoolerFound:
                self._pooler = "transaction"
                self._pool = await self._make_pool()

    async def _make_pool(self) -> asyncpg.Pool:
        sizes = {"min_size": 1, "max_size": self._pool_size}
        made = asyncpg.create_pool(
            init=self._prepare, reset=_keep_as_it_is, **sizes, **self._arguments()
        )
        try:
            return await made
        except ValueError as error:  # what asyncpg raises; its words may hold the password
            if isinstance(error, OSError):  # a certificate that does not verify is both
                raise
            raise unusable_url() from None

    def _arguments(self) -> dict[str, Any]:
        """Of asyncpg, for a connection."""
        assert self._read, "the database is not open"
        unnamed = {"statement_cache_size": 0} if self.is_pooled else {}
        return {**self._read.arguments, **unnamed, "connection_class": Session}

    async def _prepare(self, connection: asyncpg.Connection) -> None:
        assert self._read
        set_sockets(connection, self._read.sockets)
        if self.is_pooled:
            self._settings = await prepare_pooled(connection)
        else:
            await prepare_session(connection, self._pooler == "none")

    async def close(self) -> None:
        if self._pool:
            await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        assert self._pool, "the database is not open"
        async with self._pool.acquire() as connection:
            try:
                yield connection
            except asyncpg.InternalClientError:
                connection.terminate()  # it no longer knows its own state
                raise

    @asynccontextmanager
    async def extra_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """One beside the pool, for what takes minutes; its settings end with it."""
        connection = await asyncpg.connect(**self._arguments())
        try:
            await self._prepare(connection)
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def transaction(
        self,
        connection: asyncpg.Connection,
        snapshot: bool = False,
        workspace_id: int | None = None,
    ) -> AsyncIterator[None]:
        """On a connection of this database; a snapshot reads one state of it, and only reads."""
        if self.is_pooled:
            note_binding(connection, workspace_id)  # as the transaction begins
        else:
            await self.bind(connection, workspace_id)
        is_kept = False
        try:
            async with self._begin(connection, snapshot, workspace_id):
                if self.reader:
                    asked = self.reader.workspace, self.reader.principals, self.reader.asker
                    await connection.execute(statements()["read_as"], *asked)
                yield
            is_kept = not self.is_pooled
        finally:
            if not is_kept:  # what it was bound to within is undone with it
                note_binding(connection, None)

    def _begin(
        self, connection: asyncpg.Connection, snapshot: bool, workspace_id: int | None
    ) -> AbstractAsyncContextManager[Any]:
        if self.is_pooled:
            bound = bind_pooled(workspace_id) if self.is_bound else ""
            return pooled_transaction(connection, self._settings + bound, snapshot)
        isolation = "repeatable_read" if snapshot else None
        return connection.transaction(isolation=isolation, readonly=snapshot)  # type: ignore[no-any-return]

    async def bind(self, connection: asyncpg.Connection, workspace_id: int | None) -> None:
        """Show it the rows of a workspace; a round trip where it showed those of another."""
        if not self.is_bound or workspace_id is None or is_bound_to(connection, workspace_id):
            return
        await connection.execute(SQL["bind_session"], str(workspace_id), self.is_pooled)
        note_binding(connection, workspace_id)

    async def run(
        self,
        work: Callable[[asyncpg.Connection], Awaitable[T]],
        in_transaction: bool = False,
        workspace_id: int | None = None,
    ) -> T:
        """Work on a free connection; after a lost one or a deadlock again, for about ten
        seconds. Behind a pooler, and for a reader, it is in one whether or not it has to be."""
        attempt = 1
        with self.translated():
            while True:
                try:
                    async with self.connection() as connection:
                        return await self.use(connection, work, in_transaction, workspace_id)
                except _RETRIED as error:
                    if attempt == _ATTEMPTS or is_misuse(error):
                        raise
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.15 * 2**attempt)  # noqa: S311
                attempt += 1

    async def use(
        self,
        connection: asyncpg.Connection,
        work: Callable[[asyncpg.Connection], Awaitable[T]],
        in_transaction: bool = False,
        workspace_id: int | None = None,
    ) -> T:
        """Work on a connection of this database, as `run` does it, once."""
        if not (in_transaction or self.is_pooled or self.reader):
            await self.bind(connection, workspace_id)
            return await work(connection)
        async with self.transaction(connection, workspace_id=workspace_id):
            return await work(connection)

    def translated(self) -> AbstractContextManager[None]:
        return translated(self.address)


class Statements:
    """Runs statements, by their names, on a free connection each, or all on the one it was given.

    Repositories are made of it. Where a kind is given, its fields are the columns.
    """

    def __init__(self, database: Database, connection: asyncpg.Connection | None = None) -> None:
        self._database = database
        self._connection = connection
        self._done: list[tuple[str, tuple[Any, ...]]] = []

    async def follow(self) -> None:
        """What was done on its connection has been committed."""
        if replica := self._database.replica:
            for name, parameters in self._done:
                await replica.follow(name, parameters)

    async def _call(self, method: str, name: str, *parameters: Any) -> Any:
        return await self._run(method, name, self._database.text_of(name), *parameters)

    async def _run(self, method: str, name: str, text: str, *parameters: Any) -> Any:
        workspace_id = workspace_of(name, parameters)
        if self._connection:
            await self._database.bind(self._connection, workspace_id)
            if (replica := self._database.replica) and replica.tells(name):
                self._done.append((name, parameters))
            return await getattr(self._connection, method)(text, *parameters)
        done = await self._database.run(
            lambda free: getattr(free, method)(text, *parameters), workspace_id=workspace_id
        )
        if replica := self._database.replica:
            await replica.follow(name, parameters)
        return done

    async def fetch(self, name: str, *parameters: Any) -> list[asyncpg.Record]:
        return await self._call("fetch", name, *parameters)  # type: ignore[no-any-return]

    async def execute(self, name: str, *parameters: Any) -> None:
        await self._call("execute", name, *parameters)

    async def explain(self, name: str, *parameters: Any) -> dict[str, Any]:
        """Run a statement for its plan: with times, rows and buffers, as one JSON object."""
        text = _EXPLAIN + self._database.text_of(name)
        plan = await self._run("fetchval", name, text, *parameters)
        return json.loads(plan)[0]  # type: ignore[no-any-return]

    async def fetch_all(self, kind: type[T], name: str, *parameters: Any) -> list[T]:
        return [kind(**row) for row in await self.fetch(name, *parameters)]

    async def find_one(self, kind: type[T], name: str, *parameters: Any) -> T | None:
        return next(iter(await self.fetch_all(kind, name, *parameters)), None)

    async def fetch_one(self, kind: type[T], name: str, *parameters: Any) -> T:
        """Of a statement that always returns one row, such as one of aggregates."""
        (row,) = await self.fetch_all(kind, name, *parameters)
        return row

    async def fetch_value(self, name: str, *parameters: Any) -> Any:
        """The first column of the first row; None without a row."""
        return await self._call("fetchval", name, *parameters)
