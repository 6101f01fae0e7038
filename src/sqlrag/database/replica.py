"""A standby that answers what only looks, and never with less than this process has seen.

A position is one of the write-ahead log, in bytes. It is asked for in a statement of its own before
the one that looks: within that one it would come after the snapshot. See decision 65.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from sqlrag.database.failures import LOST, is_misuse
from sqlrag.database.pool import Database, Reader, Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.errors import DatabaseError, SqlragError
from sqlrag.domain.replicas import ReplicaState

T = TypeVar("T")
_log = logging.getLogger(__name__)
_PATIENCE = 2.0  # seconds to connect and to tell how far it is
_PAUSE = 5.0  # seconds after which one that did not answer is asked again
_UNKNOWN = 2**63 - 1
_AWAY = (
    *LOST,
    TimeoutError,
    DatabaseError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
# Of what they change, or tell of the changes of others, no later look shows less. All begin with
# the workspace.
TELLING = frozenset(
    [
        "add_chunk_embeddings",
        "add_entity_embeddings",
        "add_relation_embeddings",
        "average_embeddings",
        "change_attributes",
        "choose_space",
        "create_entity",
        "create_relation",
        "delete_documents",
        "delete_entity",
        "delete_for_job",
        "delete_relation",
        "delete_workspace",
        "edit_entity",
        "edit_relation",
        "erase",
        "fail_document",
        "merge_entities",
        "rename_entity",
        "share_document",
        "split_entity",
        "switch_space",
        "unwatch_table",
        "write_document",
        "write_items",
        "write_summaries",
        "count_batch",
        "count_ingestions",
        "count_track",
        "find_answer",
        "get_store_file",
        "list_documents",
        "list_job_changes",
        "list_job_states",
        "list_jobs",
        "list_store_files",
        "list_track",
        "list_vector_stores",
        "read_shelf",
    ]
)


class Unanswered(Exception):
    """The primary has to answer."""


@dataclass(slots=True)
class Positions:
    """Of a request from outside: what it has seen already, and what it is told."""

    asked: int = 0
    told: int = 0


POSITIONS: ContextVar[Positions | None] = ContextVar("positions", default=None)


class Replica:
    """Beside an open primary. It need not be there, nor keep up: then the primary is asked.

    What it shows is at most `most_lag` seconds old.
    """

    def __init__(self, own: Database, primary: Database, most_lag: float) -> None:
        self._own, self._primary, self._most_lag = own, primary, most_lag
        self._alone = asyncio.Lock()
        self._floor = 0  # which everybody's look has to reach
        self._renewed = self._paused = float("-inf")
        self._is_known = False
        self._seen: dict[int, int] = {}  # by workspace, since the floor was renewed

    async def open(self) -> None:
        """Raises DatabaseError for a URL that cannot be used; one who is away is waited for."""
        self._own.check_address()
        try:
            await self._connect()
        except _AWAY as error:
            self._pause(error)

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._own.close()

    def tells(self, name: str) -> bool:
        return name in TELLING

    async def follow(self, name: str, parameters: tuple[Any, ...]) -> None:
        """A statement was done by the primary: who looks next is not shown less."""
        if not self.tells(name):
            return
        workspace_id = parameters[0]
        try:
            position = await self._tell_position()
            self._note(position)
        except SqlragError as error:  # it was done all the same
            _log.warning("The primary answers until it tells its position: %s", error)
            position = _UNKNOWN
        self._seen[workspace_id] = max(position, self._seen.get(workspace_id, 0))

    async def look(
        self,
        reader: Reader | None,
        workspace_id: int,
        work: Callable[[asyncpg.Connection], Awaitable[T]],
    ) -> T:
        """Raises Unanswered where it is away, behind, or refuses: then the primary's word counts.

        A statement that is cancelled since what it reads must be changed is among these.
        """
        if time.monotonic() < self._paused + _PAUSE:
            raise Unanswered
        wanted = await self._find_wanted(workspace_id)
        try:
            return await self._look(reader, workspace_id, wanted, work)
        except _AWAY as error:
            if not is_misuse(error):
                self._pause(error)
        except (asyncpg.PostgresError, UnicodeEncodeError) as error:
            level = logging.WARNING if _is_its_own(error) else logging.DEBUG
            _log.log(level, "The primary answers what replica %s did not: %s", self.address, error)
        raise Unanswered

    @property
    def address(self) -> str:
        return self._own.address

    async def measure(self) -> ReplicaState:
        """How far it is behind the primary of now."""
        try:
            async with asyncio.timeout(_PATIENCE):
                position = await self._tell_position()
                await self._connect()
                async with self._own.connection() as connection:
                    row = await self._ask(connection, "measure_replica", position)
        except (*_AWAY, SqlragError) as error:
            return ReplicaState(self.address, error=str(error) or "it does not answer in time")
        return ReplicaState(self.address, **row)

    async def _look(
        self,
        reader: Reader | None,
        workspace_id: int,
        wanted: int,
        work: Callable[[asyncpg.Connection], Awaitable[T]],
    ) -> T:
        async with asyncio.timeout(_PATIENCE) as waiting:
            if not self._is_known:
                self._paused = time.monotonic()  # nobody else waits for it meanwhile
                await self._connect()
            async with self._own.connection() as connection:
                if not (await self._ask(connection, "has_replayed", wanted))["is_so_far"]:
                    raise Unanswered
                waiting.reschedule(None)
                own = self._own.reading_as(reader) if reader else self._own
                return await own.use(connection, work, workspace_id=workspace_id)

    async def _ask(self, connection: Any, name: str, *parameters: Any) -> asyncpg.Record:
        """One row, in time: where its asker gives up, releasing it would wait for the server."""
        try:
            return await self._own.use(
                connection, lambda free: free.fetchrow(SQL[name], *parameters)
            )
        except asyncio.CancelledError:
            connection.terminate()
            raise

    async def _find_wanted(self, workspace_id: int) -> int:
        async with self._alone:
            if self._renewed + self._most_lag <= time.monotonic():
                await self._renew()
        told = POSITIONS.get()
        return max(self._floor, self._seen.get(workspace_id, 0), told.asked if told else 0)

    async def _renew(self) -> None:
        """What was seen until now is below the new floor."""
        now, seen = time.monotonic(), self._seen
        self._seen = {}
        try:
            self._floor = await self._tell_position()
            self._renewed = now
        except BaseException:
            self._seen = {**seen, **self._seen}
            raise

    async def _tell_position(self) -> int:
        return int(await Statements(self._primary).fetch_value("tell_position"))

    def _note(self, position: int) -> None:
        if told := POSITIONS.get():
            told.told = max(told.told, position)

    async def _connect(self) -> None:
        """Raises DatabaseError where it is no standby of the primary, and for what is away."""
        async with asyncio.timeout(_PATIENCE), self._alone:
            if not self._own.is_open:
                await self._own.open()
            (primary,) = await Statements(self._primary).fetch("identify_server")
            async with self._own.connection() as connection:
                own = await self._ask(connection, "identify_server")
                self._own.is_bound = (await self._ask(connection, "get_access"))["is_bound"]
        if (own["cluster"], own["database"]) != (primary["cluster"], primary["database"]):
            raise DatabaseError(
                f"{self.address} is no copy of {self._primary.address}; let "
                "SQLRAG_READ_DATABASE_URL name a standby that streams from it."
            )
        if not own["follows"]:
            raise DatabaseError(
                f"{self.address} follows no primary; let SQLRAG_READ_DATABASE_URL name a standby."
            )
        if self._paused > 0:
            _log.warning("Replica %s answers again.", self.address)
        self._is_known, self._paused = True, float("-inf")

    def _pause(self, error: BaseException) -> None:
        self._is_known, self._paused = False, time.monotonic()
        told = str(error) or "it does not answer in time"
        _log.warning("The primary answers for replica %s: %s", self.address, told)


def _is_its_own(error: Exception) -> bool:
    """Whether the primary would not say the same."""
    return isinstance(
        error,
        asyncpg.TransactionRollbackError  # a conflict with what is replayed
        | asyncpg.QueryCanceledError
        | asyncpg.ReadOnlySQLTransactionError
        | asyncpg.SyntaxOrAccessError,
    )


class Looks(Statements):
    """Statements that only look, at the workspace that is their first parameter: by the replica,
    where there is one that has seen enough."""

    async def _run(self, method: str, name: str, text: str, *parameters: Any) -> Any:
        replica = self._database.replica
        if replica and not self._connection:
            try:
                reader = self._database.reader
                return await replica.look(
                    reader, parameters[0], lambda free: getattr(free, method)(text, *parameters)
                )
            except Unanswered:
                pass
        return await super()._run(method, name, text, *parameters)
