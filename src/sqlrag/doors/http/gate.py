"""What stands before all doors: who may come in, how many at once, and with what."""

import ipaddress
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from litestar.types import ASGIApp, Receive, Scope, Send

from sqlrag.domain.errors import Busy, Forbidden, UnsupportedMediaType
from sqlrag.doors.http.bodies import FORM_BYTES, bound_answer, bound_body
from sqlrag.doors.http.page import POLICY
from sqlrag.settings import ServerSettings

ANY_CONTENT = "takes_any_content"  # of a door that looks at the content type itself
ONLY_WAITS = "only_waits"  # of a door that takes no place among those that work
_OPEN = ("/health/", "/docs", "/metrics")  # answered however much is asked, and to whoever asks
_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class Gate:
    """One for an application; `guard` is its middleware, `add_headers` goes over all answers.

    A browser may be made to send requests here by a page from anywhere. Names are therefore known
    ones, or addresses, which no rebinding of a name can make; pages are our own; and JSON says that
    it is JSON, which no page can say of a foreign server without being asked first.
    """

    def __init__(self, server: ServerSettings, max_file_bytes: int) -> None:
        self._limits = server.max_json_bytes, max_file_bytes + FORM_BYTES
        self._named = {one.strip().lower() for one in server.allowed_hosts.split(",")} - {""}
        self._hosts = self._named | {"localhost", server.host.lower()}
        self._most, self._most_of_one = server.max_requests, server.max_client_requests
        self._inside: Counter[str] = Counter()

    def guard(self, app: ASGIApp) -> ASGIApp:
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            }
            self._check_host(headers.get("host"))
            if scope["path"].startswith(_OPEN):
                return await app(scope, receive, send)
            self._check_origin(headers)
            _check_content(scope, headers)
            receive = bound_body(scope, receive, self._limits)
            if scope["route_handler"].opt.get(ONLY_WAITS):
                return await app(scope, receive, send)
            client = (scope.get("client") or ("",))[0]
            self._enter(client)
            try:
                return await app(scope, receive, bound_answer(send))
            finally:
                self._inside[client] -= 1
                if not self._inside[client]:
                    del self._inside[client]

        return run

    async def add_headers(self, message: Any, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            policy = POLICY if scope["path"].startswith("/docs") else _API_POLICY
            message["headers"] = [
                *message.get("headers", ()),
                *_HEADERS,
                (b"content-security-policy", policy),
            ]

    def _check_host(self, host: str | None) -> None:
        if host is None or "*" in self._hosts:
            return
        name = _read_name(f"//{host}")
        if not (name in self._hosts or _is_address(name)):
            raise Forbidden(
                f'This server is not known as "{name}"; add the name to SQLRAG_ALLOWED_HOSTS.'
            )

    def _check_origin(self, headers: dict[str, str]) -> None:
        origin = headers.get("origin")
        is_own = origin is None or (
            origin.partition("://")[2] == headers.get("host", "")
            or _read_name(origin) in self._named
        )
        if not is_own or (origin is None and headers.get("sec-fetch-site") == "cross-site"):
            raise Forbidden(
                f"A page of {origin or 'another site'} may not use this server; add its host to "
                "SQLRAG_ALLOWED_HOSTS if it is yours."
            )

    def _enter(self, client: str) -> None:
        is_full = self._inside.total() >= self._most
        if is_full or self._inside[client] >= self._most_of_one:
            raise Busy(
                f"The server has {self._inside.total()} requests in work, {self._inside[client]} "
                "of them of this client, and takes no more; try again soon."
            )
        self._inside[client] += 1


def _check_content(scope: Any, headers: dict[str, str]) -> None:
    """A form or a plain text may come from any page; JSON may not."""
    door = scope["route_handler"]
    if scope["method"] not in ("POST", "PATCH") or door.opt.get(ANY_CONTENT):
        return
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != "application/json":
        raise UnsupportedMediaType(
            f'The body came as "{given}"; send JSON, with the header "content-type: '
            'application/json".'
        )


def _read_name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
