"""Every failure a user can meet, as one sentence: what happened, why, what to do."""

from typing import ClassVar

# Of what nobody foresaw, whose own words are for the log.
INTERNAL = "Something went wrong inside sqlrag; its log tells what. Try again, or report it."


class SqlragError(Exception):
    """Base of all errors shown to users; the message is complete in itself.

    `kind` names the kind of failure to programs: in results, in problem details over HTTP.
    """

    kind: ClassVar[str] = "error"

    def __init_subclass__(cls, kind: str | None = None) -> None:
        cls.kind = kind or cls.kind


class BadInput(SqlragError, kind="bad-input"):
    """The request itself cannot be served: wrong value, wrong shape, unknown option."""


class UnreadableDocument(BadInput, kind="unreadable-document"):
    """A file cannot be turned into text: empty, binary, broken, locked, too large, too slow."""


class EmptyDocument(UnreadableDocument, kind="unreadable-document"):
    """A file holds nothing, or nothing but what nobody sees."""


class UnsupportedMediaType(UnreadableDocument, kind="unsupported-media-type"):
    """No parser reads this kind of file."""


class DocumentTooLarge(UnreadableDocument, kind="document-too-large"):
    """A file, its text or its page count passes the configured limit."""


class NotFound(SqlragError, kind="not-found"):
    """The named workspace, document or chunk does not exist."""


class Conflict(SqlragError, kind="conflict"):
    """The state in the database does not admit the request (another writer, another model)."""


class Changed(SqlragError, kind="changed"):
    """What was to be changed as it was seen is no longer so."""


class StillInWork(SqlragError, kind="still-in-work"):
    """The same request, by its Idempotency-Key, is being answered."""


class KeyReused(SqlragError, kind="key-reused"):
    """An Idempotency-Key came with another request than before."""


class SpaceMismatch(Conflict, kind="space-mismatch"):
    """The embedder is not the one that made the workspace's embeddings, or no longer."""


class ModelError(SqlragError, kind="model-error"):
    """The model endpoint failed: down, refused, limited, hung or answered garbage.

    `wait` is for how many seconds it is of no use to call again; 0 where nobody said.
    """

    wait = 0.0


class ModelUnavailable(ModelError):
    """The endpoint serves nobody just now: down, key refused, limit used up, hung."""


class ModelTimeout(ModelUnavailable, kind="model-timeout"):
    """The model endpoint took longer than the limit."""


class NotNow(ModelError):
    """A call was not made, and will be when it has waited."""

    def __init__(self, sentence: str, wait: float) -> None:
        super().__init__(sentence)
        self.wait = wait


class BudgetSpent(NotNow, kind="budget-spent"):
    """A workspace has spent what it may, or nobody can tell.

    Answers that are kept are still given.
    """


class LimitReached(NotNow, kind="limit-reached"):
    """What all may call of a model in a minute is taken, and more than one would wait for."""


class DatabaseError(SqlragError, kind="database-error"):
    """Postgres cannot be used: down, restarted, unmigrated, pgvector missing or too old."""


class ReadOnly(DatabaseError):
    """Postgres takes no writes here: a standby, or a session that only reads."""


class BacklogFull(SqlragError, kind="backlog-full"):
    """As many jobs wait as may; the same request succeeds when some are done."""


class ClaimLost(SqlragError, kind="claim-lost"):
    """A job is no longer the worker's: it was cancelled, or another worker has it."""


class OutdatedSchema(DatabaseError):
    """The schema is not that of this version: migrated since, or not yet."""


class Unauthorized(SqlragError, kind="unauthorized"):
    """Nobody knows who asks: there is no key, or none that may be used."""


class InvalidToken(Unauthorized):
    """A token of an identity provider that is none, is not for this server, or is over."""


class Forbidden(SqlragError, kind="forbidden"):
    """Whoever asks may not: a page of another site, a name that this server does not have, a key
    that does not reach so far."""


class TooManyRequests(SqlragError, kind="too-many-requests"):
    """A key has asked for as much as it may in a minute; `wait` is for how many seconds."""

    def __init__(self, sentence: str, wait: float) -> None:
        super().__init__(sentence)
        self.wait = wait


class Busy(SqlragError, kind="busy"):
    """More is asked at once than is served; the same request succeeds later."""


class IssuerAway(Busy):
    """Nobody can be known by a token: the keys of its issuer cannot be had, and none are kept."""
