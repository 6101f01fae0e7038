"""Turns what goes wrong at a model endpoint into one sentence that says what to do."""

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, NamedTuple, TypeVar

import msgspec
import openai

from sqlrag.domain.errors import ModelError, ModelTimeout, ModelUnavailable
from sqlrag.models.refusals import find_reason, read_reason

_LONGEST_QUOTE = 200
_LONGEST_WAIT = 3_600.0
_LONGEST_RETRY = 120.0  # that a call waits within itself
_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|key)[-_][\w*.-]{6,}|(?<=Bearer )[^\s\"');,]+", re.IGNORECASE
)


class Names(NamedTuple):
    """The settings of an endpoint's URL and key, and how such URLs end, for people."""

    url: str = "OPENAI_BASE_URL"
    key: str = "OPENAI_API_KEY"
    path: str = "/v1"


OPENAI = Names()
# The kinds of calls: what sets the model of each, and where it is posted to.
KINDS = {
    "embedding": ("SQLRAG_EMBEDDING_MODEL", "/embeddings"),
    "chat": ("SQLRAG_CHAT_MODEL", "/chat/completions"),
    "extraction": ("SQLRAG_EXTRACTION_MODEL", "/chat/completions"),
    "rerank": ("SQLRAG_RERANK_MODEL", ""),
}


class Address:
    """What messages tell of an endpoint, and the `secrets` they must not; `timeout` in seconds."""

    host: str
    names: Names
    secrets: tuple[str, ...]
    timeout: float
    retries: int


class Shape(msgspec.Struct, kw_only=True):
    """What a reply is read as; one that has another shape `lacks` something, in words.

    Some endpoints tell of their `usage` in ways of their own.
    """

    lacks: ClassVar[str]
    usage: Any = None

    @property
    def tokens(self) -> tuple[int | None, int | None]:
        """Read and written, as the endpoint counted them."""
        usage = self.usage if isinstance(self.usage, dict) else {}
        read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
        return read if type(read) is int else None, written if type(written) is int else None

    @property
    def used(self) -> int | None:
        """Tokens read and written together."""
        read, written = self.tokens
        return None if read is None else read + (written or 0)


S = TypeVar("S", bound=Shape)


class Refused(ModelError):
    """The endpoint does not take a request as it is; `reason` is what it says. It `is_costly` to
    ask again, where the client took it for trouble that passes."""

    reason, is_costly = "", False

    def names(self, option: str) -> bool:
        """Whether the reason is an option that one can do without."""
        return re.search(_OPTIONS[option], self.reason) is not None


class InputTooLong(Refused):
    """A text or a request holds more tokens than the model reads."""


class TooManyInputs(Refused):
    """A request holds more texts than the endpoint takes at once."""

    def fitting(self, count: int) -> int | None:
        """How many it takes, of `count` that were too many; None where it does not say."""
        said = (int(digits.replace(",", "")) for digits in re.findall(r"\b\d[\d,]*", self.reason))
        return max((one for one in said if 1 < one < count), default=None)


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call ('embedding', 'chat', 'extraction' or 'rerank') to one model, as named in
    errors. The secrets of the endpoint never reach a message."""

    endpoint: Address
    kind: str
    model: str

    def read(self, reply: Any, shape: type[S]) -> S:
        """Raises ModelError for a decoded reply of another shape."""
        try:
            return msgspec.convert(reply, shape, strict=False)
        except msgspec.ValidationError:
            said = find_reason(reply)  # some report errors with HTTP 200
            says = f", and says {self._quote(said)}" if said else ""
            raise self.garbage(f"{shape.lacks}{says}") from None

    def failed(self, why: str, remedy: str, error: type[ModelError] = ModelError) -> ModelError:
        what = f"The {self.kind} call to {self.endpoint.host} (model {self.model}) failed"
        return error(self.mask(f"{what}: {why}; {remedy}."))

    def garbage(self, why: str) -> ModelError:
        names = self.endpoint.names
        api = "an OpenAI-compatible API" if names == OPENAI else "what answers them"
        return self.failed(
            f"the answer is not usable: {why}",
            f"check that {names.url} is {api} and that {self.setting} names a model for {self.kind}"
            " calls",
        )

    def broke_off(self, why: str) -> ModelError:
        return self.failed(f"the stream of the answer broke off ({why})", "ask again")

    def mask(self, text: str) -> str:
        for secret in self.endpoint.secrets:
            text = text.replace(secret, "***")
        return _KEY_LIKE.sub("***", text)

    def explain(self, error: Exception) -> ModelError:
        """The ModelError for anything the client library raises."""
        if _timed_out(error):
            return self.failed(
                f"no reply within {self.endpoint.timeout:g} s, {self.tries}",
                "check the endpoint, or raise SQLRAG_MODEL_TIMEOUT",
                ModelTimeout,
            )
        if isinstance(error, openai.APIConnectionError):
            return self.failed(
                f"the endpoint cannot be reached{self._cause(error)}, {self.tries}",
                f"check that it runs and that {self.endpoint.names.url} is right",
                ModelUnavailable,
            )
        if isinstance(error, openai.APIStatusError):
            return self._explain_status(error)
        if isinstance(error, openai.APIError):
            return self.failed(f"the endpoint reports {self._quote(error.message)}", "try again")
        return self.garbage(f"it cannot be read ({type(error).__name__})")

    def explain_stream(self, error: Exception) -> ModelError:
        """The same for what goes wrong after the stream was opened."""
        if isinstance(error, ModelError):
            return error
        if _timed_out(error):
            return self.broke_off(f"no further piece within {self.endpoint.timeout:g} s")
        if isinstance(error, ValueError):
            return self.garbage("a piece of the stream is not JSON")
        if isinstance(error, openai.APIError) and not isinstance(error, openai.APIConnectionError):
            return self.explain(error)
        return self.broke_off("the connection was lost")

    def _explain_status(self, error: openai.APIStatusError) -> ModelError:
        status, reason = error.status_code, read_reason(error.response.text)
        said = f": {self._quote(reason)}" if reason else ""
        refused = self._explain_refusal(status, reason, said)
        row = _STATUSES.get(status) or _STATUSES.get(min(status, 500))
        # llama.cpp says with a 500 that a text is too long.
        if row is None or (status == 500 and isinstance(refused, InputTooLong)):
            return refused
        why, remedy = (text.format(call=self, names=self.endpoint.names) for text in row)
        failed = self.failed(f"{why} (HTTP {status}{said})", remedy, ModelUnavailable)
        failed.wait = asked_wait(error)
        return failed

    def _explain_refusal(self, status: int, reason: str, said: str) -> ModelError:
        words = f"HTTP {status}: {reason}"
        rows = (row for row in _REFUSALS if re.search(row[0], words, re.IGNORECASE))
        _, remedy, kind = next(rows, _REFUSED)
        remedy = remedy.format(call=self, names=self.endpoint.names)
        failed = self.failed(f"the request was refused (HTTP {status}{said})", remedy, kind)
        if isinstance(failed, Refused):
            failed.reason, failed.is_costly = reason, status >= 500
        return failed

    @property
    def setting(self) -> str:
        return KINDS[self.kind][0]

    @property
    def pace_settings(self) -> str:
        of = "EMBEDDING" if self.kind == "embedding" else "CHAT"
        return f"SQLRAG_{of}_REQUESTS_PER_MINUTE and _TOKENS_PER_MINUTE"

    @property
    def path(self) -> str:
        return KINDS[self.kind][1]

    @property
    def tries(self) -> str:
        retries = self.endpoint.retries
        return f"tried {retries + 1} times" if retries else "tried once"

    def _quote(self, message: str) -> str:
        """On one line, cut short; masked before the cut, which could split a key."""
        line = " ".join(self.mask(message).split()).rstrip(".")
        return f'"{line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"}"'

    def _cause(self, error: Exception) -> str:
        *_, deepest = _chain(error)
        return f" ({type(deepest).__name__})" if deepest is not error else ""


# By HTTP status, 500 for all from there on: why it failed, and what to do about it.
_STATUSES = {
    401: ("the API key is missing or refused", "set a valid {names.key}"),
    402: ("the account has no credit left", "top it up, or use another {names.key}"),
    403: ("the API key may not use this model", "use another key or model"),
    404: (
        "the model or the path is unknown there",
        "check {call.setting} and {names.url} (it often ends in {names.path})",
    ),
    429: (
        "the rate limit or quota is used up, {call.tries}",
        "wait, lower SQLRAG_MODEL_CONCURRENCY, or check the quota of the key",
    ),
    501: ("the endpoint does not do this", "check {call.setting}, or how the endpoint was started"),
    500: (
        "the endpoint has trouble of its own, {call.tries}",
        "try again later, or use another endpoint",
    ),
}
# Fields that one can do without, by the words of those who refuse them.
_OPTIONS = {
    "encoding_format": r"(?i)encoding_?format|base64",
    "response_format": r"(?i)response_?format|json_?(?:schema|mode)|structured.?output|grammar",
    "stream_options": r"(?i)stream_?options|include_usage",
    "dimensions": r"(?i)\bdimension|matryoshka|output_?dim",
}
# The first whose pattern is in what a refusal says: what to do about it. Small letters or not.
_REFUSED = ("", "check {call.setting} and the settings of the model", Refused)
_REFUSALS: tuple[tuple[str, str, type[ModelError]], ...] = (
    (r"\bdimension|matryoshka|output_?dim", "leave SQLRAG_EMBEDDING_DIMENSIONS unset", Refused),
    (
        "encoding_format|base64|response_format|json_schema|stream_options|include_usage",
        "use an endpoint that takes this option",
        Refused,
    ),
    (r"api.?key|unauthori[sz]ed|authenticat", "set a valid {names.key}", ModelUnavailable),
    (
        r"(?<!physical )batch|too many (?:inputs|texts|items|documents|strings)"
        r"|number of (?:inputs|texts|items|documents|strings)|most \d+ (?:inputs|texts|items)"
        r"|(?:inputs?|array|list)\b.{0,40}\b(?:maximum length|max(?:imum)? .{0,10}items)|批",
        "lower SQLRAG_EMBEDDING_BATCH",
        TooManyInputs,
    ),
    (
        r"^HTTP 413|context.?(?:length|size|window)|too (?:long|large|many tokens)"
        r"|(?:max(?:imum)?|limit|less than).{0,30}(?:context|input|length|tokens)"
        r"|larger than the max|exceed.{0,30}(?:token|length|context|limit|size|max)|过长|超[过出]",
        "lower SQLRAG_CHUNK_MAX_TOKENS, with SQLRAG_CHUNK_MIN_TOKENS, or max_total_tokens",
        InputTooLong,
    ),
    (
        r"content.?(?:filter|manage|polic)|moderat|inappropriate|safety",
        "ask otherwise, or have the filter of the endpoint changed",
        Refused,
    ),
)


def wait_before_retry(error: openai.APIError, attempt: int) -> float | None:
    """The seconds before a call is made again after its `attempt`, from 0; None: it is of no use.

    As the client of OpenAI does it, so that each attempt can wait for its turn.
    """
    wait: float = min(0.5 * 2**attempt, 8.0) * random.uniform(0.75, 1.0)  # noqa: S311
    if isinstance(error, openai.APIConnectionError):
        return wait
    if not isinstance(error, openai.APIStatusError):
        return None
    status, asked = error.status_code, asked_wait(error)
    told: str = error.response.headers.get("x-should-retry", "")
    passes = status in (408, 409, 429) or status >= 500
    if asked > _LONGEST_RETRY or told == "false" or not (passes or told == "true"):
        return None
    return asked or wait


def asked_wait(error: openai.APIStatusError) -> float:
    return _read_wait(error.response.headers.get("retry-after", ""))


def _read_wait(said: str) -> float:
    """The seconds of a Retry-After (RFC 9110, 10.2.3), an hour at most; 0 where it says nothing."""
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):  # the latter of a date without a zone
            return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else 0.0


def _timed_out(error: Exception) -> bool:
    """Its own class is not enough: the transport says ConnectTimeout of lost connections, too."""
    return isinstance(error, openai.APITimeoutError) and any(
        isinstance(cause, TimeoutError) for cause in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause:
        yield cause
        cause = cause.__cause__
