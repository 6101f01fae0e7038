"""What the calls of an endpoint take of what may be called in a minute."""

import asyncio
import math
from collections.abc import Mapping

from sqlrag.domain.errors import LimitReached
from sqlrag.domain.pacing import PATIENCE, Pace, Pacer
from sqlrag.models.failures import Call

_PER_BYTE = 0.3  # tokens read and written, of a byte that is sent; until calls tell
_LEARNT = 0.1  # of that, from each call


class Meter:
    """Lets calls begin when it is their turn among all who share a database.

    `paces` are by kind of call; of other kinds nothing is asked. `address` is where the endpoint
    is, and names it. Until there is a `pacer`, nobody waits.
    """

    def __init__(self, address: str, paces: Mapping[str, Pace]) -> None:
        self.pacer: Pacer | None = None
        self._address = address
        self._paces = {kind: pace for kind, pace in paces.items() if pace != Pace()}
        self._per_byte = dict.fromkeys(self._paces, _PER_BYTE)

    async def take(self, call: Call, size: int) -> int:
        """Wait for the turn of a call that sends `size` bytes; the tokens that it has taken.

        Raises LimitReached where that is too long, and DatabaseError.
        """
        pace = self._paces.get(call.kind)
        if pace is None or self.pacer is None:
            return 0
        tokens = math.ceil(size * self._per_byte[call.kind]) if pace.tokens else 0
        patience = PATIENCE.get()
        named = self._address, call.model
        wait = await self.pacer.take_tokens(*named, pace, tokens, patience)
        if wait > patience:
            raise LimitReached(
                f"{call.model} at {call.endpoint.host} may be called again in {wait:.0f} seconds: "
                f"{call.pace_settings} say what all may call of it in a minute.",
                wait,
            )
        await asyncio.sleep(wait)
        return tokens

    async def settle(self, call: Call, size: int, taken: int, used: int | None) -> None:
        """The endpoint has counted what a call used; None where it does not count."""
        if not taken or used is None or self.pacer is None:
            return
        self._per_byte[call.kind] += _LEARNT * (used / size - self._per_byte[call.kind])
        if used != taken:
            await self.pacer.correct_tokens(self._address, call.model, used - taken)

    async def close(self, call: Call, seconds: float) -> bool:
        """Nobody calls the model for so long; False where calls of this kind are not paced."""
        if call.kind not in self._paces or self.pacer is None:
            return False
        await self.pacer.close_model(self._address, call.model, seconds)
        return True
