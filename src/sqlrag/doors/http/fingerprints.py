"""What tells whether a request is the same as another: a hash over all of it."""

from hashlib import sha256
from typing import Any

from litestar import Request
from litestar.types import Receive

_BETWEEN = b"\0between parts\0"


class Fingerprint:
    """Of a request as it is read. Two forms are the same whatever boundary divides them: clients
    draw another each time."""

    def __init__(self, scope: Any, receive: Receive) -> None:
        media_type, said = Request[Any, Any, Any](scope).content_type
        query = scope["query_string"].decode("latin-1")
        head = "\n".join([scope["method"], scope["path"], query, media_type.lower(), ""])
        self._hash = sha256(head.encode("utf-8", "surrogateescape"))
        self._boundary = said.get("boundary", "").encode("latin-1", "replace")
        self._receive, self._rest, self._is_whole = receive, b"", False

    async def read(self) -> Any:
        """`receive`, which looks at what it gives."""
        message: Any = await self._receive()
        if message["type"] == "http.request" and not self._is_whole:
            self._is_whole = not message.get("more_body", False)
            self._add(message.get("body", b""))
        return message

    async def digest(self) -> bytes:
        """Of all of it; what nobody has read yet is read. Raises what reading it raises."""
        while not self._is_whole:
            await self.read()
        return sha256(self._hash.digest() + self._rest).digest()

    def _add(self, piece: bytes) -> None:
        if not self._boundary:
            self._hash.update(piece)
            return
        *parts, self._rest = (self._rest + piece).split(self._boundary)
        for part in parts:
            self._hash.update(part + _BETWEEN)
        # The end may be the beginning of a boundary.
        sure = max(len(self._rest) - len(self._boundary) + 1, 0)
        self._hash.update(self._rest[:sure])
        self._rest = self._rest[sure:]
