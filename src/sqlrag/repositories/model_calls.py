import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from sqlrag.database.pool import Database, Statements, as_row
from sqlrag.domain.batching import Batcher, count_fitting
from sqlrag.domain.costs import Spending
from sqlrag.domain.errors import ReadOnly
from sqlrag.domain.models import Exchange

_log = logging.getLogger(__name__)
_MOST_EXCHANGES = 64  # in a statement
_MOST_CHARACTERS = 4_000_000
_FRESH = 5.0  # seconds; what is spent meanwhile, and by calls in work, comes on top


class ModelCalls(Statements):
    """The cache and the ledger of model calls. Exchanges awaited together share a statement."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._exchanges = Batcher(self._exchange, _measure)
        self._spending: dict[tuple[int, str], tuple[Spending, float]] = {}

    async def exchange_model_calls(self, exchange: Exchange) -> dict[bytes, str]:
        return await self._exchanges.submit(exchange)

    async def read_spending(self, workspace_id: int, model: str) -> Spending:
        key, now = (workspace_id, model), time.monotonic()
        known, read_at = self._spending.get(key, (None, 0.0))
        if known is None or read_at + _FRESH < now:
            known = await self.fetch_one(Spending, "spending", workspace_id, model)
            self._spending[key] = known, now
        return known

    async def _exchange(self, exchanges: Sequence[Exchange]) -> list[dict[bytes, str]]:
        made = [
            (one.workspace_id, one.source_key, *as_row(call))
            for one in exchanges
            for call in one.made
        ]
        asked = [(one.workspace_id, key) for one in exchanges for key in one.asked]
        columns = [id for id, _ in asked], [key for _, key in asked]
        rows = await self._record_and_look_up(made, columns)
        known = {(row["workspace_id"], row["key_sha256"]): row["response"] for row in rows}
        return [
            {
                key: known[one.workspace_id, key]
                for key in one.asked
                if (one.workspace_id, key) in known
            }
            for one in exchanges
        ]

    async def _record_and_look_up(
        self, made: list[tuple[Any, ...]], columns: tuple[list[int], list[bytes]]
    ) -> list[asyncpg.Record]:
        """In one statement; a standby, which answers questions too, keeps no ledger."""
        if made:
            try:
                return await self.fetch("exchange_model_calls", made, *columns)
            except ReadOnly as error:
                _log.warning("%d calls of models were not recorded: %s", len(made), error)
        return await self.fetch("look_up_model_calls", *columns) if columns[0] else []


def _measure(exchanges: Iterable[Exchange]) -> int:
    amounts = ((1, sum(len(call.response or "") for call in one.made)) for one in exchanges)
    return count_fitting(amounts, (_MOST_EXCHANGES, _MOST_CHARACTERS))
