"""Runs the revisions, then lays every function of src/sql, all in one transaction."""

import asyncio
import re
from collections.abc import Sequence
from logging.config import fileConfig

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from sqlrag.database.address import unusable_url
from sqlrag.database.engine import run_in_transaction
from sqlrag.database.every import EVERY, every_scripts, function_fingerprint
from sqlrag.database.metadata import reflect_files
from sqlrag.database.migrating import MINIMUM_PGVECTOR, database_url, execute_script
from sqlrag.database.naming import READABLE
from sqlrag.database.readable import readable_scripts
from sqlrag.database.statements import (
    function_files,
    function_scripts,
    publications,
)
from sqlrag.domain.errors import DatabaseError

# Any number will do; it lets one migrator in at a time.
MIGRATION_LOCK = 7_162_534_001

# Functions as they were before this transaction, whose savepoints are younger; ours in schema
# sqlrag are known by the file that their comment names: what revisions make there has none.
OLDER_ROUTINES = """
SELECT n.nspname || '.' || p.proname AS name, p.oid::regprocedure::text AS signature,
    coalesce(obj_description(p.oid, 'pg_proc'), '')
        ~ '\\(sql/functions/\\w+/\\w+\\.sql\\)$' AS is_laid
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN ('rag', 'sqlrag') AND age(p.xmin) > age(pg_current_xact_id()::xid)
"""
FUNCTION_NAME = re.compile(r"^CREATE OR REPLACE FUNCTION ((?:sql)?rag\.\w+)", re.MULTILINE)
UNFILED_VIEWS = """
SELECT 'rag.' || c.relname FROM pg_class AS c
WHERE c.relnamespace = 'rag'::regnamespace AND c.relkind = 'v' AND c.relname <> ALL (:views)
"""

# Their views are of whole tables, which no revision could change under them.
LIFTED = f"DROP SCHEMA IF EXISTS {READABLE}, {EVERY} CASCADE"

# What runs with the rights of its owner looks for names where nobody else can put any, and for the
# operators of pgvector; a function that has settings is never part of the plan that calls it.
DEFINERS = """
SELECT format('ALTER FUNCTION %s SET search_path = pg_catalog, %s, pg_temp', p.oid::regprocedure,
    e.extnamespace::regnamespace)
FROM pg_proc AS p CROSS JOIN pg_extension AS e
WHERE p.pronamespace IN ('rag'::regnamespace, 'sqlrag_every'::regnamespace) AND p.prosecdef
    AND e.extname = 'vector'
"""


def drop_older_functions(connection: Connection, scripts: Sequence[str]) -> list[str]:
    """Drop what was laid before; return what schema rag holds and no file of ours makes."""
    ours = {name for script in scripts for name in FUNCTION_NAME.findall(script)}
    ours |= {f"rag.{name}" for name in publications()}
    unfiled = []
    for name, signature, is_laid in connection.execute(text(OLDER_ROUTINES)).all():
        if name in ours or is_laid:
            execute_script(connection, f"DROP FUNCTION {signature}")
        elif name.startswith("rag."):
            unfiled.append(signature)
    return unfiled


def lift_functions(connection: Connection) -> None:
    """Drop every function and view of ours: they work with the tables of the newest revision."""
    execute_script(connection, LIFTED)
    for view in name_views():
        execute_script(connection, f"DROP VIEW IF EXISTS rag.{view}")
    drop_older_functions(connection, function_scripts())


def name_views() -> list[str]:
    names = (path.stem for path in function_files())
    return [name.removeprefix("view_") for name in names if name.startswith("view_")]


def lay_functions(connection: Connection) -> None:
    """Create or replace every function and view; refuse what schema rag holds without a file."""
    try:
        with connection.begin_nested():
            replace_functions(connection)
    except asyncpg.InvalidFunctionDefinitionError:  # one returns something else than before
        lift_functions(connection)
        replace_functions(connection)


def replace_functions(connection: Connection) -> None:
    execute_script(connection, "SET LOCAL check_function_bodies = off")
    scripts = function_scripts()
    for script in scripts:
        execute_script(connection, script.partition("\nCOMMENT ON ")[0])
    for publication in publications().values():
        execute_script(connection, publication)
    for script in [*readable_scripts(), *every_scripts()]:
        execute_script(connection, script)
    unfiled = drop_older_functions(connection, scripts)
    # A comment names a function without its parameters, so only one of a name may be left.
    for script in scripts:
        execute_script(connection, "COMMENT ON " + script.partition("\nCOMMENT ON ")[2])
    for script in connection.scalars(text(DEFINERS)).all():
        execute_script(connection, script)
    execute_script(connection, "SELECT sqlrag.open_to_granted()")
    unfiled += connection.scalars(text(UNFILED_VIEWS), {"views": name_views()})
    if unfiled:
        raise DatabaseError(
            f"Schema rag holds {', '.join(unfiled)}, which no file of src/sql makes; "
            "drop it in a revision, or move it to a schema of your own."
        )


def remember_functions(fingerprint: str | None) -> str:
    """The statement that leaves word of which functions a database has, or that it has none."""
    told = f"'{fingerprint}'" if fingerprint else "NULL"
    return f"COMMENT ON TABLE sqlrag.alembic_version IS {told};"


def check_pgvector(connection: Connection) -> None:
    found = connection.scalar(
        text(
            "SELECT coalesce(installed_version, default_version) "
            "FROM pg_available_extensions WHERE name = 'vector'"
        )
    )
    if found is None:
        raise DatabaseError(
            "This Postgres has no pgvector, which sqlrag stores embeddings with; "
            "install the pgvector package on the server and migrate again."
        )
    if tuple(int(part) for part in found.split(".")) < MINIMUM_PGVECTOR:
        wanted = ".".join(map(str, MINIMUM_PGVECTOR))
        raise DatabaseError(
            f"pgvector {found} is too old, sqlrag needs {wanted} or newer; upgrade the package "
            "on the server, run ALTER EXTENSION vector UPDATE and migrate again."
        )


def include_name(name: str | None, type_: str, parents: object) -> bool:
    """Compare our schema only, and leave the indexes that are made at run time alone."""
    if type_ == "schema":
        return name == "sqlrag"
    return not (type_ == "index" and name is not None and "_hnsw_" in name)


def compares() -> bool:
    """Whether the command is `check`, or `revision --autogenerate`: others need no metadata."""
    environment = context.get_context().environment_context
    revision = environment.context_opts.get("revision_context") if environment else None
    return bool(revision and revision.command_args["autogenerate"])


def goes_down() -> bool:
    environment = context.get_context().environment_context
    return bool(environment and environment.context_opts["fn"].__name__ == "downgrade")


def migrate(connection: Connection) -> None:
    with connection.begin():
        # Executed first: only then does the driver's transaction cover scripts of many statements.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        check_pgvector(connection)
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS sqlrag"))
        context.configure(
            connection=connection,
            version_table_schema="sqlrag",
            include_schemas=True,
            include_name=include_name,
            compare_server_default=True,
        )
        if compares():
            context.get_context().opts["target_metadata"] = reflect_files(connection)
        execute_script(connection, LIFTED)
        if goes_down():  # a table does not go while functions take or return its rows
            lift_functions(connection)
        context.run_migrations()
        migrated = context.get_context()
        heads = migrated.script.get_heads() if migrated.script else []
        if set(migrated.get_current_heads()) == set(heads):
            lay_functions(connection)
            execute_script(connection, remember_functions(function_fingerprint()))
        else:
            lift_functions(connection)
            execute_script(connection, remember_functions(None))


async def migrate_online() -> None:
    url = context.config.attributes.get("url") or database_url()
    try:
        await run_in_transaction(url, migrate)
    except (asyncpg.PostgresError, SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().rpartition(">: ")[2]
        raise DatabaseError(
            f"The database cannot be migrated ({reason}); nothing of it was changed. Check that "
            "DATABASE_URL names it and that its role may create schemas and the extension vector."
        ) from error
    except ValueError:  # after what is an OSError too: a certificate that does not verify
        raise unusable_url() from None


def migrate_offline() -> None:
    context.configure(dialect_name="postgresql", version_table_schema="sqlrag")
    with context.begin_transaction():
        output = context.get_context().impl.static_output
        output("CREATE SCHEMA IF NOT EXISTS sqlrag;")
        context.run_migrations()
        if context.get_revision_argument() == context.get_head_revision():
            output("SET LOCAL check_function_bodies = off;")
            for script in [*function_scripts(), *readable_scripts(), *every_scripts()]:
                output(script)
            output(remember_functions(function_fingerprint()))


if context.config.config_file_name:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)
if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
