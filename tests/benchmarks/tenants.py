"""Fills workspaces with vectors, as fast as Postgres takes them."""

import asyncpg
import numpy as np

from sqlrag.database.vectors import halfvec

CENTRES = 400


def make_vectors(rng: np.random.Generator, count: int, dimensions: int) -> np.ndarray:
    """Around centres that any generator of the same dimensions shares, of unit length."""
    centres = np.random.default_rng(0).normal(size=(CENTRES, dimensions))
    chosen = centres[rng.integers(CENTRES, size=count)]
    vectors = chosen + 0.7 * rng.normal(size=(count, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


async def add_tenant(connection: asyncpg.Connection, name: str, vectors: np.ndarray) -> int:
    """A workspace with a document of one chunk per vector; returns its id.

    Metadata: `rare` is true for every hundredth document, `common` for every second.
    """
    space = await connection.fetchval(
        """INSERT INTO sqlrag.embedding_spaces (model, dimensions) VALUES ('tenants', $1)
        ON CONFLICT (model, dimensions) DO UPDATE SET model = excluded.model RETURNING space_id""",
        vectors.shape[1],
    )
    workspace = await connection.fetchval(
        "INSERT INTO sqlrag.workspaces (name, space_id) VALUES ($1, $2) RETURNING workspace_id",
        name,
        space,
    )
    await connection.execute(
        """INSERT INTO sqlrag.documents (workspace_id, source_key, title, media_type, language,
            content_sha256, recipe, status, metadata)
        SELECT $1, n, '', 'text/plain', 'simple', '', '', 'ready',
            jsonb_build_object('rare', n % 100 = 0, 'common', n % 2 = 0)
        FROM generate_series(1, $2::int) AS n""",
        workspace,
        len(vectors),
    )
    # Without statistics, the look-ups behind the foreign keys may read the whole workspace.
    await connection.execute("ANALYZE sqlrag.documents")
    await connection.execute(
        """INSERT INTO sqlrag.chunks (workspace_id, document_id, ordinal, content, content_sha256,
            token_count, term_count, char_start, char_end)
        SELECT workspace_id, document_id, 0, '', '', 0, 0, 0, 0
        FROM sqlrag.documents WHERE workspace_id = $1 ORDER BY document_id""",
        workspace,
    )
    await connection.execute("ANALYZE sqlrag.chunks")
    chunks = await connection.fetch(
        "SELECT chunk_id FROM sqlrag.chunks WHERE workspace_id = $1 ORDER BY chunk_id", workspace
    )
    await connection.copy_records_to_table(
        "chunk_embeddings",
        schema_name="sqlrag",
        columns=["workspace_id", "chunk_id", "space_id", "embedding"],
        records=(
            (workspace, row["chunk_id"], space, halfvec(vector))
            for row, vector in zip(chunks, vectors, strict=True)
        ),
    )
    return int(workspace)
