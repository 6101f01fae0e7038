"""What is the same at many doors, as the OpenAPI document tells it: limits, tags, repetition."""

from dataclasses import dataclass
from typing import Any

from litestar.openapi.spec import OpenAPIHeader, OpenAPIResponse, Parameter
from litestar.openapi.spec.schema import Schema

_TEXT, _SECONDS = Schema(type="string"), Schema(type="integer")  # type: ignore[arg-type]


def _header(schema: Schema, description: str) -> OpenAPIHeader:
    return OpenAPIHeader(schema=schema, description=description)


_AGAIN = {"Retry-After": _header(_SECONDS, "After how many seconds to ask again.")}
_LIMITS = {
    "RateLimit-Policy": _header(
        _TEXT, 'Of a key with limits: how much of what in how many seconds, `"requests";q=60;w=60`.'
    ),
    "RateLimit": _header(
        _TEXT, 'What is left, and in how many seconds all of it is: `"requests";r=59;t=1`.'
    ),
}
_TAG: dict[str, Any] = {
    "ETag": _header(_TEXT, "Of these very bytes; for If-None-Match, and If-Match.")
}
_REPLAYED = {
    "Idempotent-Replayed": _header(
        Schema(type="string", enum=["true"]),  # type: ignore[arg-type]
        "The answer is that of the first request with this Idempotency-Key.",
    )
}
_SEEN = {
    "Sqlrag-Position": _header(
        _TEXT, "Beside a read replica: what was seen, to be sent along with later requests."
    )
}
_KNOWN = Parameter(
    name="If-None-Match",
    param_in="header",
    schema=_TEXT,
    description="An ETag; 304 where the answer would be the same.",
)
_KEY = Parameter(
    name="Idempotency-Key",
    param_in="header",
    schema=Schema(type="string", min_length=1, max_length=257, pattern=r'^"?[!#-\[\]-~]{1,255}"?$'),  # type: ignore[arg-type]
    description="Of this request alone: who sends it again with the same key gets the first answer "
    "again, and nothing is done twice.",
)


@dataclass(frozen=True, slots=True)
class Manners:
    """Whether a door counts what keys ask for, tags its answers, gives them again, and tells of
    what was seen."""

    is_limited: bool = False
    has_tag: bool = False
    repeats: bool = False
    is_followed: bool = False

    def describe(self, operation: Any) -> None:
        answers: dict[str, Any] = operation.responses or {}
        for status, answer in answers.items():
            if isinstance(answer, OpenAPIResponse) and (told := self._list_headers(int(status))):
                answer.headers = {**(answer.headers or {}), **told}
        parameters = [*(operation.parameters or ())]
        if self.has_tag and not operation.request_body:
            answers["304"] = OpenAPIResponse("Not Modified", headers=_TAG)
            parameters.append(_KNOWN)
        if self.repeats:
            parameters.append(_KEY)
        operation.parameters = parameters or None
        operation.responses = dict(sorted(answers.items()))

    def _list_headers(self, status: int) -> dict[str, Any]:
        is_good = status < 300
        told: dict[str, Any] = {}
        told |= _AGAIN if status in (429, 503) or (status == 409 and self.repeats) else {}
        told |= _LIMITS if self.is_limited and (is_good or status == 429) else {}
        told |= _SEEN if self.is_followed and is_good else {}
        told |= _TAG if self.has_tag and is_good else {}
        return told | (_REPLAYED if self.repeats and is_good else {})
