"""The ledger of model calls, which is also their cache."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A call of a model for the ledger; `key_sha256` is of all that its reply depends on.

    Either `response` or `error` is set.
    """

    key_sha256: bytes
    purpose: str
    model: str
    response: str | None
    error: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0
