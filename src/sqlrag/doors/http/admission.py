"""Asks whoever comes for a key, and whether it reaches as far as the door."""

import asyncio
from typing import Any
from urllib.parse import unquote

from litestar.types import ASGIApp, Receive, Scope, Send

from sqlrag.domain.access import (
    NOBODY,
    OWNER,
    Access,
    KeyUse,
    Role,
    hash_secret,
    is_loopback,
    read_as,
    read_prefix,
)
from sqlrag.domain.errors import DatabaseError, Forbidden, Unauthorized
from sqlrag.doors.http.addresses import ACCESS, read_named
from sqlrag.doors.http.quotas import name_use, note_quotas, read_limits
from sqlrag.doors.http.tokens import Tokens
from sqlrag.settings import ServerSettings

ROLE = "role"  # of a door: the one that it takes; None for everybody
OF_WORKSPACE = "of_workspace"  # of a door that a key of one workspace may pass
KEY_IN = "key_in"  # of a door, the header that a key may come in, too
LOOKS = "looks"  # of a door for everybody that tells more to who has a key
WITHOUT_DATABASE = "without_database"  # of a door that answers while there is none
PATIENCE = 2.0  # seconds for the database, of such a door: others look for it again for ten
_PRINCIPALS = b"x-principals"  # separated by commas, percent-encoded
_PASSED_ON = {b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"}
_HOW = 'send it as the header "Authorization: Bearer sqlrag_…"'


class Admission:
    """One for an application; `admit` is its middleware.

    Doors are closed unless they say for whom they are open: what says nothing takes a key of every
    workspace and its admin. While there is no key at all, a server that listens on this machine
    alone is open to what calls from it; a key that is made is asked for from the next request on.
    Where tokens of an identity provider are taken, it is open to nobody.
    """

    def __init__(self, server: ServerSettings) -> None:
        self._tokens = Tokens(server)
        self._may_be_open = is_loopback(server.host) and not self._tokens.issuers
        self._limits = read_limits(server)
        self._latest: dict[bytes | None, Access] = {}

    def admit(self, app: ASGIApp) -> ASGIApp:
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            opt: Any = scope["route_handler"].opt
            role: Role | None = opt.get(ROLE, "admin")
            if role is not None:
                use = name_use(scope, role)
                access = await self._find(scope, use, bool(opt.get(WITHOUT_DATABASE)))
                access = _narrow(access, scope)
                await _check(access, role, scope)
                scope["state"][ACCESS] = access
            elif opt.get(LOOKS):
                scope["state"][ACCESS] = await self._look(scope)
            await app(scope, receive, send)

        return run

    async def find(self, scope: Scope, secret: str | None) -> Access:
        """What a key or a token permits, however it came. Raises Unauthorized."""
        if secret and self._tokens.take(secret):
            return await self._tokens.find(scope, secret)
        known = None if secret is None else hash_secret(secret)
        rag = scope["litestar_app"].state.rag
        asked = known, None, None, None, None
        return self._judge(await rag.storage.fetch_one(KeyUse, "use_key", *asked), scope, secret)

    async def _look(self, scope: Scope) -> Access:
        try:
            access = await self.find(scope, _read_secret(scope))
        except Unauthorized:
            return NOBODY
        check_reach(access, read_named(scope))
        return access

    async def _find(self, scope: Scope, use: str, without_database: bool) -> Access:
        """Who asks, by one statement. Without a database, as it was when there was one. Raises
        Unauthorized, TooManyRequests."""
        secret = _read_secret(scope)
        if secret and self._tokens.take(secret):
            return await self._tokens.find(scope, secret)
        known = None if secret is None else hash_secret(secret)
        rag = scope["litestar_app"].state.rag
        patience = PATIENCE if without_database and known in self._latest else None
        try:
            async with asyncio.timeout(patience):
                found = await rag.storage.fetch_one(KeyUse, "use_key", known, use, *self._limits)
        except (DatabaseError, TimeoutError):
            if without_database and known in self._latest:
                return self._latest[known]
            raise
        note_quotas(scope, found)
        if not without_database:
            return self._judge(found, scope, secret)
        self._latest = {}
        self._latest[known] = self._judge(found, scope, secret)
        return self._latest[known]

    def _judge(self, found: KeyUse, scope: Scope, secret: str | None) -> Access:
        if found.status == "active" and found.prefix and found.role:
            principals = tuple(found.principals or ()) or None
            known = found.workspace_id, found.workspace, principals, found.prefix
            return Access(found.role, *known)
        if not found.are_keys_asked_for and self._may_be_open and _is_near(scope):
            return OWNER
        if secret is None:
            raise Unauthorized(
                self._tokens.ask()
                or f"This server asks for a key; {_HOW}. sqlrag key create makes one."
            )
        if found.status == "expired":
            raise Unauthorized(
                f"The key sqlrag_{found.prefix}… has expired; make another with sqlrag key create."
            )
        raise Unauthorized(
            "There is no such key, or it was revoked; make another with sqlrag key create."
        )


def check_reach(access: Access, named: str | None) -> None:
    """Raises Forbidden for a workspace that a key is not for, in words that are the same whether it
    exists or not."""
    if access.workspace_id is not None and named not in (None, access.workspace):
        word = access.word
        raise Forbidden(
            f"This {word} is for another workspace; leave the workspace out of the address, or use "
            f"a {word} that is for it."
        )


async def _check(access: Access, role: Role, scope: Any) -> None:
    """Raises Forbidden, NotFound."""
    named = read_named(scope)
    check_reach(access, named)
    if access.workspace_id is not None and not scope["route_handler"].opt.get(OF_WORKSPACE):
        word = access.word
        raise Forbidden(f"This {word} is for one workspace; use a {word} of every workspace.")
    state = scope["litestar_app"].state
    await state.rag.in_workspace(named or state.workspace, access).check_role(role)


def _read_secret(scope: Scope) -> str | None:
    """What came as a bearer; None for nothing, or for what is meant for a proxy. Where a door has a
    header of its own for keys, what came there, unless the bearer is one."""
    bearer, other = None, None
    header = scope["route_handler"].opt.get(KEY_IN)
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, rest = value.decode("latin-1").strip().partition(" ")
            if scheme.lower() == "bearer" and bearer is None:
                bearer = rest.strip()
        elif name == header:
            other = value.decode("latin-1").strip()
    if header and bearer and read_prefix(inner := bearer.rpartition(".")[2]):
        bearer = inner  # of what LightRAG's clients are given for a key, which ends with it
    return bearer if other is None or (bearer and read_prefix(bearer)) else other


def _narrow(access: Access, scope: Scope) -> Access:
    """As whom a request asks that says so, for somebody else than who has the key."""
    asked = [value for name, value in scope["headers"] if name == _PRINCIPALS]
    if not asked:
        return access
    listed = (unquote(part).strip() for part in b",".join(asked).decode("latin-1").split(","))
    return read_as(access, tuple(dict.fromkeys(filter(None, listed))))


def _is_near(scope: Scope) -> bool:
    """Whether who calls is on this machine, and not a proxy on it that says for whom it does."""
    passed_on = any(name in _PASSED_ON for name, _ in scope["headers"])
    return not passed_on and is_loopback((scope.get("client") or ("",))[0])
