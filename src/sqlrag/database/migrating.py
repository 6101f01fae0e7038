"""Brings a database to the newest revision; what revisions and env.py run scripts with."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlrag.domain.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy import Connection  # slow to import, and only migrations need it

    from sqlrag.settings import Settings

MINIMUM_PGVECTOR = (0, 8, 4)
MINIMUM_POSTGRES = 16

_PACKAGE = Path(__file__).parents[1]


def alembic_folder() -> Path:
    """The revisions: inside the installed package, or at the top of a checkout."""
    installed = _PACKAGE / "alembic"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "alembic"


def head_revision() -> str:
    """The newest revision this version of sqlrag works with."""
    return max(known_revisions())


def known_revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in alembic_folder().glob("versions/*.py")}


def execute_script(connection: "Connection", script: str) -> None:
    """Send a script of several statements as it is: no binds, inside the open transaction."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda asyncpg_connection: asyncpg_connection.execute(script))


def run_script(revision_file: str, direction: str) -> None:
    """Run the .up.sql or .down.sql beside a revision, or print it in offline mode."""
    from alembic import op

    script = Path(revision_file).with_suffix(f".{direction}.sql").read_text(encoding="utf-8")
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(script)
    else:
        execute_script(op.get_bind(), script)


def database_url(settings: "Settings | None" = None) -> str:
    """The URL of the settings, or of the embedded Postgres, which this starts; blocks."""
    from sqlrag.database.embedded import start_postgres
    from sqlrag.settings import Settings

    settings = settings or Settings()
    if settings.database_url:
        return settings.database_url.get_secret_value()
    return start_postgres(settings.home)


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade or downgrade to a revision, `head`, `base`, or by a step such as `-1`. Blocks.

    Raises BadInput for a revision there is none of, DatabaseError where the server cannot carry
    the schema.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(alembic_folder()))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    try:
        # A numbered revision may lie on either side; the command for the other does nothing.
        if revision in known_revisions() or not may_go_back(revision):
            command.upgrade(config, revision)
        if may_go_back(revision):
            command.downgrade(config, revision)
    except CommandError as error:
        raise BadInput(
            f"The database cannot be migrated to {revision}: {str(error).rstrip('.')}; "
            "use head, base, a revision of alembic/versions, or a step such as -1."
        ) from error


def may_go_back(revision: str) -> bool:
    """Whether a database of this version would lose tables on the way to a revision."""
    older = revision in known_revisions() and revision < head_revision()
    return older or revision == "base" or revision.startswith("-")
