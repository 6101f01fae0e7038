"""Every failure a user can meet, as one sentence: what happened, why, what to do."""


class SqlragError(Exception):
    """Base of all errors shown to users; the message is complete in itself."""


class BadInput(SqlragError):
    """The request itself cannot be served: wrong value, wrong shape, unknown option."""


class UnreadableDocument(BadInput):
    """A file cannot be turned into text: empty, binary, broken, locked, too large, too slow."""


class UnsupportedMediaType(UnreadableDocument):
    """No parser reads this kind of file."""


class DocumentTooLarge(UnreadableDocument):
    """A file, its text or its page count passes the configured limit."""


class NotFound(SqlragError):
    """The named workspace, document or chunk does not exist."""


class Conflict(SqlragError):
    """The state in the database does not admit the request (another writer, another model)."""


class SpaceMismatch(Conflict):
    """The configured embedder is not the one that made the workspace's embeddings."""


class ModelError(SqlragError):
    """The model endpoint failed: down, refused, limited, hung or answered garbage."""


class DatabaseError(SqlragError):
    """Postgres cannot be used: down, restarted, unmigrated, pgvector missing or too old."""
