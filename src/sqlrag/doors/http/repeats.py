"""Answers a request that comes again, with its Idempotency-Key, as it was answered the first time
(draft-ietf-httpapi-idempotency-key-header)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid4

from anyio import CancelScope
from litestar.types import ASGIApp, Receive, Scope, Send

from sqlrag.domain.errors import BadInput, Conflict, KeyReused, SqlragError, StillInWork
from sqlrag.domain.replies import Reply
from sqlrag.doors.http.addresses import ACCESS, read_named
from sqlrag.doors.http.fingerprints import Fingerprint
from sqlrag.doors.http.replies import Answer
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import ServerSettings

REPEATS = "repeats"  # of a door whose answer is given again
Repeats = Literal["kept", "told once"]  # its answer; that there was one, since it holds a secret
LEASE = 30.0  # seconds, after which a server that says nothing is taken for dead
_HEADER = b"idempotency-key"
_KEY = re.compile(r'"([ !#-\[\]-~]{1,255})"|([!#-+\--~]{1,255})')  # a string, or its bare words


@dataclass(frozen=True, slots=True)
class Claim:
    """Who answers a request, of all who may have got it."""

    storage: Postgres
    reply_id: bytes
    workspace: str | None
    by: UUID

    async def take(self) -> Reply:
        asked = self.reply_id, self.workspace, self.by, LEASE
        return await self.storage.fetch_one(Reply, "claim_reply", *asked)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """For as long as it takes; given up when it fails."""
        renewing = asyncio.create_task(self._renew())
        try:
            yield
        except BaseException:
            with CancelScope(shield=True), suppress(SqlragError):
                await self.drop()
            raise
        finally:
            renewing.cancel()

    async def keep(self, request: bytes, answer: Answer, seconds: float) -> None:
        given = request, answer.status, answer.headers, answer.body, seconds
        held = self.reply_id, self.by, self.workspace
        await self.storage.execute("keep_reply", *held, *given)

    async def drop(self) -> None:
        await self.storage.execute("drop_reply", self.reply_id, self.by)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            with suppress(SqlragError):
                await self.storage.execute("renew_reply", self.reply_id, self.by, LEASE)


class Repeating:
    """One for an application; `repeat` is its middleware, behind that which asks for keys.

    What a client may try again with success is not kept: failures of the server, and whatever is
    refused for now. Nothing is kept at doors that stream.
    """

    def __init__(self, server: ServerSettings) -> None:
        self._seconds = server.keep_replies_hours * 3600

    def repeat(self, app: ASGIApp) -> ASGIApp:
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            kept = scope["route_handler"].opt.get(REPEATS)
            key = _read_key(scope) if kept else None
            if key is None:
                await app(scope, receive, send)
                return
            claim = _make_claim(scope, key)
            reply = await claim.take()
            if not reply.is_claimed:
                await _answer_again(reply, scope, receive, send)
                return
            request = Fingerprint(scope, receive)
            answer = Answer(send, is_secret=kept == "told once")
            async with claim.held():
                await app(scope, request.read, answer.hold)
                await self._finish(claim, request, answer)
            await answer.send()

        return run

    async def _finish(self, claim: Claim, request: Fingerprint, answer: Answer) -> None:
        """What was done is told also where it cannot be kept: then its claim runs out."""
        with suppress(SqlragError):
            if answer.is_final:
                await claim.keep(await request.digest(), answer, self._seconds)
            else:
                await claim.drop()


async def _answer_again(reply: Reply, scope: Any, receive: Receive, send: Send) -> None:
    if reply.status is None:
        raise StillInWork(
            "The same request, by its Idempotency-Key, is still in work; try again soon."
        )
    if await Fingerprint(scope, receive).digest() != reply.request_sha256:
        raise KeyReused(
            "The Idempotency-Key was that of another request; send a key of its own with each, and "
            "the same one only with the same body to the same address."
        )
    if reply.body is None:
        raise Conflict(
            "This was done already, and its answer held a secret, which is told once; if that was "
            "not heard, take back what was made (sqlrag key list, sqlrag key revoke), and send "
            "another request with another Idempotency-Key."
        )
    headers = {**(reply.headers or {}), "idempotent-replayed": "true"}
    await Answer.of(send, reply.status, headers, reply.body).send()


def _make_claim(scope: Any, key: str) -> Claim:
    """Whose it is and of which workspace is part of what it is found by: who has another key finds
    nothing, whatever he guesses."""
    state, access = scope["litestar_app"].state, scope["state"][ACCESS]
    workspace = read_named(scope) or access.workspace or state.workspace
    whose = json.dumps([access.prefix, access.role, access.principals, workspace, key])
    return Claim(state.rag.storage, sha256(whose.encode()).digest(), workspace, uuid4())


def _read_key(scope: Scope) -> str | None:
    """Raises BadInput."""
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == _HEADER]
    if not given:
        return None
    found = _KEY.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        raise BadInput(
            "The Idempotency-Key is none; send one of 1 to 255 characters of ASCII in quotation "
            'marks, such as "8e03978e-40d5-43dd-bc93-6894a57f9324".'
        )
    return found[1] or found[2]
