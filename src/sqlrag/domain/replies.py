"""The first answers to requests that may come again."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """What there is of the answer to a request, by its key. Where it `is_claimed`, whoever looked
    is to answer; otherwise it has no status while another does. Without a body it held a secret."""

    is_claimed: bool
    request_sha256: bytes | None
    status: int | None
    headers: Mapping[str, str] | None
    body: str | None
