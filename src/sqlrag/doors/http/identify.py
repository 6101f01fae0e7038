"""Gives every request an id, which its answer has and the log."""

import re
from typing import Any
from uuid import uuid4

from litestar.types import ASGIApp, Receive, Scope, Send

from sqlrag.logs import note

REQUEST_ID = "request_id"  # of the state of a request
_HEADER = b"x-request-id"
_USABLE = re.compile(rb"[\w.-]{1,64}", re.ASCII)


def read_request_id(scope: Any) -> str:
    """The id that a proxy gave, if it is one, else a new one; the same whenever it is asked for."""
    state = scope.setdefault("state", {})
    if REQUEST_ID not in state:
        given = dict(scope["headers"]).get(_HEADER, b"")
        state[REQUEST_ID] = given.decode() if _USABLE.fullmatch(given) else uuid4().hex
    return str(state[REQUEST_ID])


def identify(app: ASGIApp) -> ASGIApp:
    """Middleware: the log has the id from here on."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        note(request=read_request_id(scope))
        await app(scope, receive, send)

    return run


async def tell_request_id(message: Any, scope: Scope) -> None:
    """Goes over all answers: also those of doors that there are not, and of refusals before any."""
    if message["type"] == "http.response.start":
        number = read_request_id(scope).encode()
        message["headers"] = [*message.get("headers", ()), (_HEADER, number)]
