"""Fills a workspace with synthetic chunks, in a tenth of the time that ingestion takes."""

from pathlib import Path

import asyncpg
import numpy as np

from sqlrag.database.vectors import halfvec

DIMENSIONS = 384
CENTRES, NOISES = 2_000, 4_000
SPREAD = 0.7  # of what is added to a centre, beside it
MODEL = "filling"
_SCRIPT = Path(__file__).with_suffix(".sql").read_text("utf-8")
# What is not behind a constraint: filled first, it is made in a third of the time.
_INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid IN ('sqlrag.chunk_terms'::regclass, 'sqlrag.mentions'::regclass,
        'sqlrag.evidence'::regclass, 'sqlrag.relations'::regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid)
"""


def make_vectors() -> np.ndarray:
    """Centres, and after them what is added to one."""
    vectors = np.random.default_rng(0).normal(size=(CENTRES + NOISES, DIMENSIONS))
    vectors[CENTRES:] *= SPREAD
    return vectors.astype(np.float32) / np.float32(DIMENSIONS**0.5)


async def add_workspace(connection: asyncpg.Connection, name: str) -> int:
    space = await connection.fetchval(
        """INSERT INTO sqlrag.embedding_spaces (model, dimensions) VALUES ($1, $2)
        ON CONFLICT (model, dimensions) DO UPDATE SET model = excluded.model RETURNING space_id""",
        MODEL,
        DIMENSIONS,
    )
    return int(
        await connection.fetchval(
            """INSERT INTO sqlrag.workspaces (name, space_id) VALUES ($1, $2)
            RETURNING workspace_id""",
            name,
            space,
        )
    )


async def fill(connection: asyncpg.Connection, name: str, chunks: int) -> int:
    """A workspace of so many chunks, alone in its database, with statistics; returns its id."""
    workspace = await add_workspace(connection, name)
    await connection.execute(
        "CREATE TEMP TABLE draft_vector (place int PRIMARY KEY, embedding halfvec)"
    )
    await connection.copy_records_to_table(
        "draft_vector", records=((n, halfvec(v)) for n, v in enumerate(make_vectors()))
    )
    indexes = await connection.fetch(_INDEXES) if chunks > 10_000 else []
    for index in indexes:
        await connection.execute(f"DROP INDEX sqlrag.{index['name']}")
    settings = {"filling.workspace": workspace, "filling.chunks": chunks, "work_mem": "256MB"}
    settings["maintenance_work_mem"] = "512MB"
    for name, value in settings.items():
        await connection.execute("SELECT set_config($1, $2, false)", name, str(value))
    await connection.execute(_SCRIPT)
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("RESET work_mem; RESET maintenance_work_mem")
    await connection.execute("VACUUM ANALYZE")
    return workspace
