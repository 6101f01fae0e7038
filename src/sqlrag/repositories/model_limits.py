from sqlrag.database.pool import Statements
from sqlrag.domain.pacing import Pace


class ModelLimits(Statements):
    """A Pacer: what all who use the database have taken of what models may be called."""

    async def take_tokens(
        self, endpoint: str, model: str, pace: Pace, tokens: int, patience: float
    ) -> float:
        asked = endpoint, model, pace.requests, pace.tokens, tokens, patience
        return await self.fetch_value("take_tokens", *asked)  # type: ignore[no-any-return]

    async def correct_tokens(self, endpoint: str, model: str, more: int) -> None:
        await self.execute("correct_tokens", endpoint, model, more)

    async def close_model(self, endpoint: str, model: str, seconds: float) -> None:
        await self.execute("close_model", endpoint, model, seconds)
