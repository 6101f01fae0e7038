"""An answer that is held back until it is known what becomes of it."""

from collections.abc import Mapping
from typing import Any

from litestar.types import Send

_KEPT = (b"content-type", b"location", b"sqlrag-position")
_LONGEST = 4 * 2**20  # bytes that are kept
# Whoever is told one of these may ask again later, with success: spent, slow, too large, too many.
_FOR_NOW = {402, 408, 413, 425, 429}


class Answer:
    """What a door answers, in one piece; in several it goes out as it comes, and is not kept."""

    def __init__(self, send: Send, is_secret: bool = False) -> None:
        self._send, self._is_secret = send, is_secret
        self._held: list[Any] = []
        self._is_streamed = False

    @classmethod
    def of(cls, send: Send, status: int, headers: Mapping[str, str], body: str) -> "Answer":
        made, content = cls(send), body.encode()
        told = {**headers, "content-length": str(len(content))}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
        made._held = [
            {"type": "http.response.start", "status": status, "headers": pairs},
            {"type": "http.response.body", "body": content, "more_body": False},
        ]
        return made

    async def hold(self, message: Any) -> None:
        """`send`, of whoever answers."""
        self._is_streamed |= message.get("more_body", False)
        self._held.append(message)
        if self._is_streamed:
            await self.send()

    async def send(self) -> None:
        held, self._held = self._held, []
        for message in held:
            await self._send(message)

    @property
    def is_final(self) -> bool:
        """Whether it is to be given again."""
        if self._is_streamed or len(self._held) != 2 or self.status >= 500:
            return False
        is_json = self.headers.get("content-type", "").partition(";")[0].endswith("json")
        has_place = len(self._held[1].get("body", b"")) <= _LONGEST
        return self.status not in _FOR_NOW and is_json and has_place

    @property
    def status(self) -> int:
        return int(self._held[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        told = self._held[0].get("headers", ())
        return {name.decode(): value.decode("latin-1") for name, value in told if name in _KEPT}

    @property
    def body(self) -> str | None:
        """None of a secret; a problem is none."""
        if self._is_secret and self.status < 400:
            return None
        return str(self._held[1].get("body", b"").decode())
