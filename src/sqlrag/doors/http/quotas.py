"""How much a key may ask for in a minute, and how much of that is left
(draft-ietf-httpapi-ratelimit-headers)."""

import math
from typing import Any

from litestar.types import Scope

from sqlrag.domain.access import KeyUse, Quota
from sqlrag.domain.errors import TooManyRequests
from sqlrag.settings import ServerSettings

_QUOTAS = "sqlrag_quotas"  # of a scope's state
_WINDOW = 60  # seconds
_MORE = {
    "requests": "--per-minute, SQLRAG_KEY_REQUESTS_PER_MINUTE",
    "questions": "--questions-per-minute, SQLRAG_KEY_QUESTIONS_PER_MINUTE",
    "writes": "--writes-per-minute, SQLRAG_KEY_WRITES_PER_MINUTE",
}


def read_limits(server: ServerSettings) -> tuple[int | None, ...]:
    """Of keys that have none of their own: requests, questions, writes in a minute."""
    of_reads = server.key_requests_per_minute, server.key_questions_per_minute
    return *of_reads, server.key_writes_per_minute


def name_use(scope: Any, role: Any) -> str:
    """What a request is taken for: a question is what a reader may post."""
    if scope["method"] in ("GET", "HEAD"):
        return "reads"
    return "questions" if role == "reader" else "writes"


def note_quotas(scope: Scope, found: KeyUse) -> None:
    """Raises TooManyRequests where a key has none left of what a request is of."""
    quotas = [Quota(**one) for one in found.quotas or ()]
    if not quotas:
        return
    scope["state"][_QUOTAS] = quotas
    spent = max(quotas, key=lambda one: one.wait)
    if spent.wait:
        raise TooManyRequests(
            f"This key has used up its {spent.resource}, {spent.per_minute:,} in a minute; try "
            f"again in {math.ceil(spent.wait)} s, or have more permitted "
            f"({_MORE[spent.resource]}).",
            spent.wait,
        )


async def tell_quotas(message: Any, scope: Scope) -> None:
    """Goes over all answers to keys that have limits."""
    quotas: list[Quota] = scope["state"].get(_QUOTAS, ())
    if message["type"] != "http.response.start" or not quotas:
        return
    policy = ", ".join(f'"{one.resource}";q={one.per_minute};w={_WINDOW}' for one in quotas)
    left = ", ".join(
        f'"{one.resource}";r={one.remaining};t={math.ceil(one.full_in)}' for one in quotas
    )
    told = [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
    message["headers"] = [*message.get("headers", ()), *told]
