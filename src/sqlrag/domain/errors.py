"""Every failure a user can meet, as one sentence: what happened, why, what to do."""

from typing import ClassVar


class SqlragError(Exception):
    """Base of all errors shown to users; the message is complete in itself.

    `kind` names the kind of failure to programs: in results, in problem details over HTTP.
    """

    kind: ClassVar[str] = "error"


class BadInput(SqlragError):
    """The request itself cannot be served: wrong value, wrong shape, unknown option."""

    kind = "bad-input"


class UnreadableDocument(BadInput):
    """A file cannot be turned into text: empty, binary, broken, locked, too large, too slow."""

    kind = "unreadable-document"


class UnsupportedMediaType(UnreadableDocument):
    """No parser reads this kind of file."""

    kind = "unsupported-media-type"


class DocumentTooLarge(UnreadableDocument):
    """A file, its text or its page count passes the configured limit."""

    kind = "document-too-large"


class NotFound(SqlragError):
    """The named workspace, document or chunk does not exist."""

    kind = "not-found"


class Conflict(SqlragError):
    """The state in the database does not admit the request (another writer, another model)."""

    kind = "conflict"


class SpaceMismatch(Conflict):
    """The configured embedder is not the one that made the workspace's embeddings."""

    kind = "space-mismatch"


class ModelError(SqlragError):
    """The model endpoint failed: down, refused, limited, hung or answered garbage."""

    kind = "model-error"


class ModelUnavailable(ModelError):
    """The endpoint serves nobody just now: down, key refused, limit used up, hung."""


class ModelTimeout(ModelUnavailable):
    """The model endpoint took longer than the limit."""

    kind = "model-timeout"


class DatabaseError(SqlragError):
    """Postgres cannot be used: down, restarted, unmigrated, pgvector missing or too old."""

    kind = "database-error"
