"""The tables as SQLAlchemy metadata, read from a database or from the files of src/sql/schema.

For people who use SQLAlchemy, and for `alembic check`; sqlrag itself reads and writes without it.
"""

import asyncio

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.dialects.postgresql.base import ischema_names

from sqlrag.database.engine import run_in_transaction
from sqlrag.database.migrating import execute_script
from sqlrag.database.statements import sql_room

# Importing pgvector registers them too; said here so that it does not rest on a side effect.
ischema_names.update(vector=VECTOR, halfvec=HALFVEC)


def reflect(source: Connection | str) -> MetaData:
    """Every table of schema sqlrag, with pgvector's types for vectors.

    From a connection, which keeps its transaction (`await connection.run_sync(reflect)` on an
    asynchronous one), or from the URL of a database; with a URL it blocks and cannot be called
    inside a running event loop.
    """
    if isinstance(source, str):
        return asyncio.run(run_in_transaction(source, reflect))
    metadata = MetaData(schema="sqlrag")
    metadata.reflect(source, only=lambda name, _: name != "alembic_version")
    return metadata


def reflect_files(connection: Connection) -> MetaData:
    """The same of what src/sql/schema makes: laid beside the database's own, then rolled back."""
    execute_script(connection, "SAVEPOINT drawing")
    try:
        ours = "SELECT nspname FROM pg_namespace WHERE nspname IN ('sqlrag', 'rag')"
        for name in connection.scalars(text(ours)):
            execute_script(connection, f"ALTER SCHEMA {name} RENAME TO {name}_aside")
        for path in sorted((sql_room() / "schema").glob("*.sql")):
            execute_script(connection, path.read_text(encoding="utf-8"))
        return reflect(connection)
    finally:
        # Released too: what came after would otherwise belong to the savepoint.
        execute_script(connection, "ROLLBACK TO SAVEPOINT drawing; RELEASE SAVEPOINT drawing")
