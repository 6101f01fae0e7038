"""A pool of connections whose failures are sentences and whose lost transactions run again."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import msgspec
import numpy as np
from pgvector import HalfVector
from pgvector.asyncpg import register_vector

from sqlrag.database.statements import SQL
from sqlrag.domain.errors import (
    BadInput,
    Conflict,
    DatabaseError,
    NotFound,
    SpaceMismatch,
    SqlragError,
)

T = TypeVar("T")

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement sent in the moment in which the server hangs up
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    OSError,
)
_RETRIED = (
    *_LOST,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.TooManyConnectionsError,
)
_UNMIGRATED = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidSchemaNameError,
)
_ATTEMPTS = 6
# Compiling costs short statements more than it saves.
_SESSION = {"jit": "off", "application_name": "sqlrag", "enable_seqscan": "off"}
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "


def halfvec(vector: Any) -> HalfVector | None:
    return None if vector is None else HalfVector(np.asarray(vector, dtype=np.float32))


def as_row(thing: Any) -> tuple[Any, ...]:
    """A dataclass as the row type of the same fields, in their order."""
    return tuple(getattr(thing, field.name) for field in fields(thing))


async def _prepare(connection: asyncpg.Connection) -> None:
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
        await register_vector(connection, schema=schema)


async def _keep_as_it_is(_: asyncpg.Connection) -> None:
    """Instead of asyncpg's reset, a round trip per checkout: no statement of ours leaves state."""


class Database:
    """One server, by its URL. Connections are made as they are needed."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self._url = url
        self._pool_size = pool_size
        self._pool: asyncpg.Pool | None = None

    @property
    def address(self) -> str:
        """Host and database for messages, without the password."""
        parts = urlsplit(self._url)
        return f"{parts.hostname or 'the local socket'}{parts.path or ''}"

    async def open(self) -> None:
        # While the server is away the pool logs a traceback a second; we say it once, in words.
        logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
        with self.translated():
            try:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=self._pool_size,
                    init=_prepare,
                    reset=_keep_as_it_is,
                    timeout=15,
                    server_settings=_SESSION,
                )
            except ValueError:  # what asyncpg raises for it; its words may hold the password
                raise unusable_url() from None

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

    async def run(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """Work on a free connection; after a lost one or a deadlock again, for about ten
        seconds."""
        attempt = 1
        with self.translated():
            while True:
                try:
                    async with self.connection() as connection:
                        return await work(connection)
                except _RETRIED as error:
                    if attempt == _ATTEMPTS or _is_misuse(error):
                        raise
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.15 * 2**attempt)  # noqa: S311
                attempt += 1

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what Postgres says into a sentence for the user."""
        try:
            yield
        except (asyncpg.PostgresError, UnicodeEncodeError, TimeoutError, *_LOST) as error:
            if _is_misuse(error):
                raise
            made, sentence = next(row[1:] for row in _TRANSLATIONS if isinstance(error, row[0]))
            told = _sentence(error)
            raise made(sentence.format(at=self.address, error=error, told=told)) from error


# The first row that fits an error: what it becomes, and the sentence that is said of it.
_TRANSLATIONS: tuple[tuple[Any, type[SqlragError], str], ...] = (
    (
        _UNMIGRATED,
        DatabaseError,
        "The database {at} does not have the schema of this sqlrag ({error}); run sqlrag migrate "
        "on it.",
    ),
    (asyncpg.NoDataFoundError, NotFound, "{told}"),
    (asyncpg.UniqueViolationError, Conflict, "{told}"),
    (asyncpg.ObjectNotInPrerequisiteStateError, SpaceMismatch, "{told}"),  # expect_space
    (asyncpg.DataError, BadInput, "{told}"),
    (UnicodeEncodeError, BadInput, "Postgres cannot store a text that is not valid Unicode."),
    (
        asyncpg.InsufficientPrivilegeError,
        DatabaseError,
        "The role of this connection may not do that ({error}); grant it, or connect as the owner "
        "of the schema.",
    ),
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
        DatabaseError,
        "Postgres at {at} refuses the connection: {error}; check DATABASE_URL.",
    ),
    (
        (*_LOST, TimeoutError),
        DatabaseError,
        "Postgres at {at} cannot be reached ({told}); check that it runs and that DATABASE_URL "
        "names it.",
    ),
    (
        (
            asyncpg.IntegrityConstraintViolationError,
            asyncpg.ProgramLimitExceededError,
            asyncpg.UndefinedObjectError,  # the text search configuration of a language
        ),
        BadInput,
        "Postgres cannot store this: {told}",
    ),
    (asyncpg.PostgresError, DatabaseError, "Postgres at {at} cannot do this: {told}"),
)


def unusable_url() -> DatabaseError:
    return DatabaseError(
        "DATABASE_URL is not the URL of a Postgres; write it as "
        "postgresql://user:password@host:port/database, with special characters of the password "
        "as %XX."
    )


def _is_misuse(error: BaseException) -> bool:
    """asyncpg uses one class for lost connections and for calls that cannot be right."""
    return isinstance(error, asyncpg.InterfaceError) and "closed" not in str(error)


def _sentence(error: BaseException) -> str:
    """Message and hint, each once: str() of an error of Postgres repeats the hint on a line of its
    own. Of a lost connection the reason, without a full stop."""
    if isinstance(error, _LOST) or not isinstance(error, asyncpg.PostgresError):
        return str(error) or type(error).__name__
    message = str(getattr(error, "message", None) or error).rstrip(".") + "."
    hint = getattr(error, "hint", None)
    return f"{message} {hint}" if hint else message


class Statements:
    """Runs statements, by their names, on a free connection each, or all on the one it was given.

    Repositories are made of it. Where a kind is given, its fields are the columns.
    """

    def __init__(self, database: Database, connection: asyncpg.Connection | None = None) -> None:
        self._database = database
        self._connection = connection

    async def _call(self, method: str, query: str, *parameters: Any) -> Any:
        if self._connection:
            return await getattr(self._connection, method)(query, *parameters)
        return await self._database.run(lambda free: getattr(free, method)(query, *parameters))

    async def fetch(self, name: str, *parameters: Any) -> list[asyncpg.Record]:
        return await self._call("fetch", SQL[name], *parameters)  # type: ignore[no-any-return]

    async def execute(self, name: str, *parameters: Any) -> None:
        await self._call("execute", SQL[name], *parameters)

    async def explain(self, name: str, *parameters: Any) -> dict[str, Any]:
        """Run a statement for its plan: with times, rows and buffers, as one JSON object."""
        plan = await self._call("fetchval", _EXPLAIN + SQL[name], *parameters)
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
        return await self._call("fetchval", SQL[name], *parameters)
