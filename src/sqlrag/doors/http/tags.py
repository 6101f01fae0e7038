"""Tags of answers: whoever has one already is told so, and whoever would change what he saw is told
when it has changed (RFC 9110, sections 8.8.3 and 13)."""

import re
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from sqlrag.domain.errors import BadInput
from sqlrag.domain.states import STATEFUL, read_state
from sqlrag.doors.http.bodies import beside

TAGGED = "tagged"  # of a door whose answers have tags
CONDITIONAL = "conditional"  # of a door that takes If-Match
_STATE = "sqlrag_found_state"  # of a scope's state: of what is answered
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_TAGS = re.compile(rf"(?:{_TAG.pattern}|\s|,)*")
_OF_BODY = (b"content-type", b"content-length")


def note_state(scope: Any, found: Any) -> None:
    """Of what is answered, where it has one."""
    if isinstance(found, STATEFUL):
        scope["state"][_STATE] = read_state(found)


def read_expected(header: str) -> tuple[str, ...] | None:
    """The states that an If-Match names; None for whatever there is. Weak tags, as proxies make of
    ours when they compress, name none. Raises BadInput."""
    if header.strip() == "*":
        return None
    if not _TAG.search(header) or not _TAGS.fullmatch(header):
        raise BadInput(f'The If-Match is no ETag: {header[:80]}; send one as it came, or "*".')
    return tuple(tag.partition(".")[0] for weak, tag in _TAG.findall(header) if not weak)


def tag(app: ASGIApp) -> ASGIApp:
    """Middleware. A tag is a hash over the bytes of an answer, behind the state of what it tells of
    where that may be changed on condition."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        opt, held = scope["route_handler"].opt, list[Any]()
        _refuse_condition(scope, opt)

        async def hold(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
                held.append(message)
            elif held:
                start = held.pop()
                if not message.get("more_body"):
                    start, message = await _tag(scope, start, message)
                await send(start)
                await send(message)
            else:
                await send(message)

        await app(scope, receive, hold if opt.get(TAGGED) else send)

    return run


async def _tag(scope: Any, start: Any, message: Any) -> tuple[Any, Any]:
    body = message.get("body", b"")
    digest = (await beside(body, sha256, body)).hexdigest()[:32]
    opaque = ".".join(filter(None, [scope["state"].get(_STATE), digest]))
    # Whoever keeps it asks each time whether it still holds, and nobody keeps it for others.
    told = [(b"etag", f'"{opaque}"'.encode()), (b"cache-control", b"private, no-cache")]
    headers = [*start.get("headers", ()), *told]
    known = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
    is_known = known.strip() == "*" or any(one == opaque for _, one in _TAG.findall(known))
    if scope["method"] != "GET" or not is_known:
        return {**start, "headers": headers}, message
    headers = [pair for pair in headers if pair[0] not in _OF_BODY]
    unchanged = {**start, "status": HTTPStatus.NOT_MODIFIED.value, "headers": headers}
    return unchanged, {**message, "body": b""}


def _refuse_condition(scope: Any, opt: Any) -> None:
    """Raises BadInput for a condition that nobody would look at before a change."""
    is_change = scope["method"] in ("POST", "PATCH", "DELETE")
    if is_change and not opt.get(CONDITIONAL, True) and b"if-match" in dict(scope["headers"]):
        raise BadInput(
            "Nothing here is changed on condition; send no If-Match, which is for one document and "
            "for settings."
        )
