"""Gives every request an id, which its answer has and the log."""

import re
from typing import Any
from uuid import uuid4

from litestar.types import ASGIApp, Receive, Scope, Send

from sqlrag.logs import note

REQUEST_ID = "request_id"  # of the state of a request
_HEADER = b"x-request-id"
_USABLE = re.compile(rb"[\w.-]{1,64}", re.ASCII)


def identify(app: ASGIApp) -> ASGIApp:
    """Middleware: the id that a proxy gave, if it is one, else a new one."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(_HEADER, b"")
        number = given if _USABLE.fullmatch(given) else uuid4().hex.encode()
        note(request=number.decode())
        scope.setdefault("state", {})[REQUEST_ID] = number.decode()

        async def tell(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (_HEADER, number)]
            await send(message)

        await app(scope, receive, tell)

    return run
