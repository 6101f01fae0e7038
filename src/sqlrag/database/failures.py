"""What Postgres and its driver say, as sentences for the user."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from sqlrag.domain.errors import (
    BadInput,
    ClaimLost,
    Conflict,
    DatabaseError,
    NotFound,
    ReadOnly,
    SpaceMismatch,
    SqlragError,
)

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement sent in the moment in which the server hangs up
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    OSError,
)
_UNMIGRATED = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidSchemaNameError,
)


# What asyncpg says of a value; which argument it was means nothing to whoever gave it.
_ARGUMENT = re.compile(r"^invalid input for query argument \$\d+(?: in element .*?)?: ")


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Turn what Postgres at an address says into a sentence for the user."""
    try:
        yield
    except (asyncpg.PostgresError, UnicodeEncodeError, TimeoutError, *LOST) as error:
        if is_misuse(error):
            raise
        made, sentence = next(row[1:] for row in _TRANSLATIONS if isinstance(error, row[0]))
        told = _sentence(error)
        raise made(sentence.format(at=address, error=error, told=told)) from error


# The first row that fits an error: what it becomes, and the sentence that is said of it.
_TRANSLATIONS: tuple[tuple[Any, type[SqlragError], str], ...] = (
    (
        _UNMIGRATED,
        DatabaseError,
        "The database {at} does not have the schema of this sqlrag ({error}); run sqlrag migrate "
        "on it.",
    ),
    (asyncpg.NoDataFoundError, NotFound, "{told}"),
    (asyncpg.UniqueViolationError, Conflict, "{told}"),
    (asyncpg.ObjectInUseError, ClaimLost, "{told}"),  # finish_job
    (asyncpg.ObjectNotInPrerequisiteStateError, SpaceMismatch, "{told}"),  # expect_space
    (
        (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError),
        BadInput,
        "A text holds a NUL character, which Postgres cannot store; leave it out.",
    ),
    (asyncpg.DataError, BadInput, "{told}"),
    (UnicodeEncodeError, BadInput, "Postgres cannot store a text that is not valid Unicode."),
    (
        asyncpg.InsufficientPrivilegeError,
        DatabaseError,
        "The role of this connection may not do that ({error}); grant it, or connect as the owner "
        "of the schema.",
    ),
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
        DatabaseError,
        "Postgres at {at} refuses the connection: {error}; check DATABASE_URL.",
    ),
    (
        (*LOST, TimeoutError),
        DatabaseError,
        "Postgres at {at} cannot be reached ({told}); check that it runs and that DATABASE_URL "
        "names it.",
    ),
    (
        (
            asyncpg.IntegrityConstraintViolationError,
            asyncpg.ProgramLimitExceededError,
            asyncpg.UndefinedObjectError,  # the text search configuration of a language
        ),
        BadInput,
        "Postgres cannot store this: {told}",
    ),
    (
        asyncpg.ReadOnlySQLTransactionError,
        ReadOnly,
        "Postgres at {at} only reads ({error}); let DATABASE_URL name the primary to write.",
    ),
    (asyncpg.PostgresError, DatabaseError, "Postgres at {at} cannot do this: {told}"),
)


def is_misuse(error: BaseException) -> bool:
    """asyncpg uses one class for lost connections and for calls that cannot be right."""
    return isinstance(error, asyncpg.InterfaceError) and "closed" not in str(error)


def _sentence(error: BaseException) -> str:
    """Message and hint, each once: str() of an error of Postgres repeats the hint on a line of its
    own. Of a lost connection the reason, without a full stop."""
    if isinstance(error, LOST) or not isinstance(error, asyncpg.PostgresError):
        return str(error) or type(error).__name__
    message = str(getattr(error, "message", None) or error).rstrip(".") + "."
    message = _ARGUMENT.sub("Postgres has no place for ", message)
    hint = getattr(error, "hint", None)
    return f"{message} {hint}" if hint else message
