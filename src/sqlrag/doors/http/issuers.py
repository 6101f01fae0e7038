"""The keys that issuers sign with: kept, and looked for again when they are old or others."""

import asyncio
import logging
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from sqlrag.domain.access import is_loopback
from sqlrag.domain.errors import BadInput, IssuerAway
from sqlrag.doors.http.signatures import Key, read_keys

DISCOVERY = "/.well-known/openid-configuration"
FRESH = 3_600.0  # seconds, after which keys are looked for beside the requests that use them
_AGAIN = 5.0  # seconds after which one that never answered is asked again, if that is sooner
_PATIENCE = 5.0  # seconds for one answer
_LONGEST_WAIT = 10.0  # seconds of a request, also where a name is looked up for ever
_LARGEST = 2**20  # bytes of one answer
_FAILURES = (
    *(httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, BadInput),
    RecursionError,  # of an answer that nests too deep
)
_log = logging.getLogger(__name__)


class Issuer:
    """One of those whose tokens are taken.

    However many tokens come with keys that nobody knows, it is asked once in `pause` seconds, by a
    thread; whoever needs the answer waits for the same one. What is known stays known while it
    does not answer.
    """

    def __init__(self, url: str, pause: float, fresh: float = FRESH) -> None:
        check_url(url)
        self.url = url
        self._pause, self._fresh = pause, fresh
        self._keys: list[Key] = []
        self._asked_at = self._read_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def find_keys(self, name: str | None) -> list[Key]:
        """Those of a name, or all for a token that says none. Raises IssuerAway where nothing is
        known of it."""
        found = self._named(name)
        if not found or time.monotonic() > self._read_at + self._fresh:
            asking = self._ask()
            if asking and not found:
                await asyncio.wait([asking], timeout=_LONGEST_WAIT)  # and does not end it
                found = self._named(name)
        if not self._keys:
            raise IssuerAway(
                "Tokens cannot be checked: their issuer has not told its keys; try again soon, or "
                "come with a key of this server."
            )
        return found

    def _named(self, name: str | None) -> list[Key]:
        return [one for one in self._keys if name in (None, one.name)]

    def _ask(self) -> asyncio.Task[None] | None:
        """The one that is under way, or a new one, if it is time for one."""
        if self._asking is not None and not self._asking.done():
            return self._asking
        pause = self._pause if self._keys else min(self._pause, _AGAIN)
        if time.monotonic() < self._asked_at + pause:
            return None
        self._asked_at = time.monotonic()
        self._asking = asyncio.create_task(self._read())
        return self._asking

    async def _read(self) -> None:
        try:
            self._keys = await asyncio.to_thread(download_keys, self.url)
            self._read_at = time.monotonic()
        except IssuerAway as error:
            _log.warning("%s", error)


def check_url(url: str) -> None:
    """Raises BadInput for where nobody should be asked whom to trust."""
    try:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or is_loopback(parts.hostname or "")
        is_good = bool(parts.scheme in ("http", "https") and parts.hostname) and "@" not in url
    except ValueError:
        is_safe = is_good = False
    if not is_good or "?" in url or "#" in url:
        raise BadInput(f'SQLRAG_OIDC_ISSUER holds "{url[:200]}", which is no issuer; give its URL.')
    if not is_safe:
        raise BadInput(f'The issuer "{url[:200]}" could be anybody, on the way; give an https URL.')


def download_keys(issuer: str) -> list[Key]:
    """What an issuer says now that it signs with; it takes its time. Raises IssuerAway."""
    try:
        with httpx.Client(timeout=_PATIENCE) as http:
            told = _get(http, issuer.rstrip("/") + DISCOVERY)
            if told.get("issuer") != issuer:
                raise ValueError(f'it calls itself "{str(told.get("issuer"))[:200]}"')
            place = str(told.get("jwks_uri"))
            check_url(place.partition("?")[0])
            keys = read_keys(_get(http, place))
        if not keys:
            raise ValueError("it has no key that signs")
    except _FAILURES as error:
        why = str(error) or type(error).__name__
        raise IssuerAway(f"The keys of issuer {issuer} cannot be had: {why}") from None
    return keys


def _get(http: httpx.Client, url: str) -> dict[str, Any]:
    """An object of JSON, from there and nowhere else. Raises ValueError, httpx.HTTPError."""
    until, body = time.monotonic() + _PATIENCE, bytearray()
    with http.stream("GET", url, headers={"accept": "application/json"}) as answer:
        if answer.status_code != 200:
            raise ValueError(f"{url} answers {answer.status_code}")
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > _LARGEST or time.monotonic() > until:
                raise ValueError(f"{url} answers without end")
    told = msgspec.json.decode(body)
    if not isinstance(told, dict):
        raise ValueError(f"{url} answers no object of JSON")
    return told
