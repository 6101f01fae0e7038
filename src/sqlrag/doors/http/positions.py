"""Carries what a client has seen from one server to another, where a replica answers as well.

`Sqlrag-Position` of an answer, sent along with a later request, is a position of the write-ahead
log as Postgres writes it: less than that is not shown. See decision 65.
"""

import re

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sqlrag.database.replica import POSITIONS, Positions
from sqlrag.domain.errors import BadInput

_HEADER = "Sqlrag-Position"
_POSITION = re.compile(r"([0-9A-F]{1,8})/([0-9A-F]{1,8})", re.IGNORECASE)
_MOST = 2**63 - 1  # which is further than any server comes


def carry(app: ASGIApp) -> ASGIApp:
    """Middleware. Raises BadInput for a position that is none."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        positions = Positions(_read(Headers.from_scope(scope).get(_HEADER)))

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and positions.told:
                position = max(positions.told, positions.asked)
                headers = MutableScopeHeaders.from_message(message)
                headers[_HEADER] = f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
            await send(message)

        token = POSITIONS.set(positions)
        try:
            await app(scope, receive, tell)
        finally:
            POSITIONS.reset(token)

    return guarded


def _read(header: str | None) -> int:
    if header is None:
        return 0
    found = _POSITION.fullmatch(header.strip())
    if not found:
        raise BadInput(
            f"The {_HEADER} is no position: {header[:80]}; send one as it came, or none."
        )
    return min(int(found[1], 16) << 32 | int(found[2], 16), _MOST)
