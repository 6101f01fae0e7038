from collections.abc import Sequence

from sqlrag.domain.storage import ModelCall
from sqlrag.repositories.database import Statements
from sqlrag.statements import SQL


class ModelCalls:
    """The cache and the ledger of model calls."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def exchange_model_calls(
        self,
        workspace_id: int,
        source_key: str | None,
        made: Sequence[ModelCall],
        asked: Sequence[bytes],
    ) -> dict[bytes, str]:
        rows = await self._db.fetch(
            SQL["exchange_model_calls"],
            workspace_id,
            source_key,
            [call.key_sha256 for call in made],
            [call.purpose for call in made],
            [call.model for call in made],
            [call.response for call in made],
            [call.error for call in made],
            [call.prompt_tokens for call in made],
            [call.completion_tokens for call in made],
            [call.seconds for call in made],
            list(asked),
        )
        return {row["key_sha256"]: row["response"] for row in rows}
