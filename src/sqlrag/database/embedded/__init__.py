"""The embedded Postgres: PostgreSQL with pgvector from a wheel, one per home.

A keeper, a process of its own, runs the server for as long as anybody is connected to the keeper's
socket. The kernel hangs up for users that are killed, so the server never outlives its users, and
the keeper starts it anew when it dies; docs/decisions/0031 has the reasons.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from sqlrag.domain.errors import DatabaseError

DATABASE = "sqlrag"
_PRISMAS = ("pgbouncer", "schema")
# For psql, where it is idempotent. The builtin provider folds case alike on every platform.
CREATE_DATABASE = f"""
SELECT $$CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'$$
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""  # noqa: S608


def start_postgres(home: Path) -> str:
    """Start, or join, the server of a home and return the URL of its database.

    It stays until this process ends, by itself or killed. Creates folder, cluster and database as
    needed; blocks. Raises DatabaseError.
    """
    home = home.expanduser()
    try:
        if sys.platform == "win32":
            from sqlrag.database.embedded.windows import start

            return start(home / "postgres")
        from sqlrag.database.embedded.joining import join

        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return join(home.resolve())
    except OSError as error:
        raise DatabaseError(
            f"The embedded Postgres of {home} cannot be reached ({error}); set SQLRAG_HOME to a "
            "folder of your own, or DATABASE_URL to a server."
        ) from error


def programs_folder() -> Path:
    """Where initdb, postgres, psql and pg_dump of the wheel are."""
    if sys.platform == "win32":
        from sqlrag.database.embedded.windows import programs
    else:
        from sqlrag.database.embedded.place import programs
    return programs()


def psql_command(url: str, arguments: Sequence[str] = ()) -> tuple[list[str], dict[str, str]]:
    """A psql on a database, and what to add to its environment.

    That of the PATH, which edits lines and knows SSL, else the wheel's, which does neither. The
    password goes into the environment: arguments can be read by every user of the machine.
    """
    psql = shutil.which("psql") or str(programs_folder() / "psql")
    parts = urlsplit(url)
    credentials, at, place = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    # What Prisma writes for itself, psql would refuse.
    query = [pair for pair in parse_qsl(parts.query, True) if pair[0] not in _PRISMAS]
    parts = parts._replace(netloc=f"{user}{at}{place}", query=urlencode(query, quote_via=quote))
    address = urlunsplit(parts)
    environment = {"PGPASSWORD": unquote(password)} if password else {}
    return [psql, "-d", address, *arguments], environment
