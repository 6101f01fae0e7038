from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.batching import Batcher, count_fitting
from sqlrag.domain.ledger import ModelCall

_MOST_EXCHANGES = 64  # in a statement
_MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class _Exchange:
    workspace_id: int
    source_key: str | None
    made: Sequence[ModelCall]
    asked: Sequence[bytes]

    @property
    def size(self) -> int:
        return sum(len(call.response or "") for call in self.made)


class ModelCalls:
    """The cache and the ledger of model calls. Exchanges awaited together share a statement."""

    def __init__(self, db: Statements) -> None:
        self._db = db
        self._exchanges = Batcher(self._exchange, _measure)

    async def exchange_model_calls(
        self,
        workspace_id: int,
        source_key: str | None,
        made: Sequence[ModelCall],
        asked: Sequence[bytes],
    ) -> dict[bytes, str]:
        return await self._exchanges.submit(_Exchange(workspace_id, source_key, made, asked))

    async def _exchange(self, exchanges: Sequence[_Exchange]) -> list[dict[bytes, str]]:
        made = [(exchange, call) for exchange in exchanges for call in exchange.made]
        asked = [(exchange, key) for exchange in exchanges for key in exchange.asked]
        rows = await self._db.fetch(
            SQL["exchange_model_calls"],
            [_row(exchange, call) for exchange, call in made],
            [exchange.workspace_id for exchange, _ in asked],
            [key for _, key in asked],
        )
        known = {(row["workspace_id"], row["key_sha256"]): row["response"] for row in rows}
        return [
            {
                key: known[exchange.workspace_id, key]
                for key in exchange.asked
                if (exchange.workspace_id, key) in known
            }
            for exchange in exchanges
        ]


def _row(exchange: _Exchange, call: ModelCall) -> tuple[Any, ...]:
    """As the row type new_model_call has it."""
    return (
        exchange.workspace_id,
        exchange.source_key,
        call.key_sha256,
        call.purpose,
        call.model,
        call.response,
        call.error,
        call.prompt_tokens,
        call.completion_tokens,
        call.seconds,
    )


def _measure(exchanges: Iterable[_Exchange]) -> int:
    amounts = ((1, exchange.size) for exchange in exchanges)
    return count_fitting(amounts, (_MOST_EXCHANGES, _MOST_CHARACTERS))
