"""The same rows again, by nothing but INSERT: what Postgres itself takes for all that ingestion
leaves, the ledger of model calls included."""

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from sqlrag.database.sessions import prepare_session

_IN_CHUNKS = "chunk_id IN (SELECT chunk_id FROM sqlrag.chunks WHERE document_id = $1)"
_NEW = """{key} IN (
    SELECT {key} FROM sqlrag.{found} JOIN sqlrag.chunks USING (chunk_id)
    GROUP BY {key} HAVING min(document_id) = $1
)"""
_NEW_ENTITIES = _NEW.format(key="entity_id", found="mentions")
_NEW_RELATIONS = _NEW.format(key="relation_id", found="evidence")
# Each table with the condition of a document's rows, in the order of the foreign keys.
TABLES = {
    "documents": "document_id = $1",
    "model_calls": "source_key = (SELECT source_key FROM sqlrag.documents WHERE document_id = $1)",
    "chunks": "document_id = $1",
    "chunk_terms": _IN_CHUNKS,
    "chunk_embeddings": _IN_CHUNKS,
    "entities": _NEW_ENTITIES,
    "entity_aliases": _NEW_ENTITIES,
    "mentions": _IN_CHUNKS,
    "relations": _NEW_RELATIONS,
    "evidence": _IN_CHUNKS,
    "entity_embeddings": _NEW_ENTITIES,
    "relation_embeddings": _NEW_RELATIONS,
}
COLUMNS = """SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped"""


async def insert_raw(source: str, target: str, writers: int) -> float:
    """Copy the documents of one database into an empty one: for each a transaction with an INSERT
    per table, by so many writers. Returns the seconds the inserts took, the first one apart."""
    reader = await asyncpg.connect(source)
    try:
        await prepare_session(reader)
        async with asyncpg.create_pool(
            target, min_size=writers, max_size=writers, init=prepare_session
        ) as pool:
            return await _copy(reader, pool, writers)
    finally:
        await reader.close()


async def _copy(reader: asyncpg.Connection, pool: asyncpg.Pool, writers: int) -> float:
    inserts = {name: await _make_insert(reader, name) for name in TABLES}
    for name in ("embedding_spaces", "workspaces"):
        rows = await reader.fetch(f"SELECT * FROM sqlrag.{name}")
        await pool.execute(await _make_insert(reader, name), *zip(*rows, strict=True))
    keys = await reader.fetch("SELECT document_id FROM sqlrag.documents ORDER BY document_id")
    first, *others = [await _read(reader, key[0]) for key in keys]
    await _write(pool, inserts, first)
    waiting = iter(others)

    async def write() -> None:
        for document in waiting:
            await _write(pool, inserts, document)

    started = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(writers)))
    return time.perf_counter() - started


async def _make_insert(connection: asyncpg.Connection, table: str) -> str:
    columns = await connection.fetch(COLUMNS, f"sqlrag.{table}")
    # Arrays of arrays must be rectangular, so those travel as text.
    given = ", ".join(
        f"${n}::text[]" if c["type"].endswith("[]") else f"${n}::{c['type']}[]"
        for n, c in enumerate(columns, 1)
    )
    names = ", ".join(column["attname"] for column in columns)
    values = ", ".join(f"v{n}::{column['type']}" for n, column in enumerate(columns))
    aliases = ", ".join(f"v{n}" for n in range(len(columns)))
    return (
        f"INSERT INTO sqlrag.{table} ({names}) OVERRIDING SYSTEM VALUE "
        f"SELECT {values} FROM unnest({given}) AS v ({aliases})"
    )


async def _read(connection: asyncpg.Connection, document_id: int) -> list[list[Sequence[object]]]:
    found: list[list[Sequence[object]]] = []
    for table, condition in TABLES.items():
        rows = await connection.fetch(
            f"SELECT * FROM sqlrag.{table} WHERE {condition}", document_id
        )
        columns = [list(column) for column in zip(*rows, strict=True)]
        found.append([_flatten(column) for column in columns])
    return found


def _flatten(column: list[object]) -> list[object]:
    if not any(isinstance(value, list) for value in column):
        return column
    return ["{" + ",".join(map(str, value)) + "}" for value in column]  # type: ignore[call-overload]


async def _write(
    pool: asyncpg.Pool, inserts: dict[str, str], document: list[list[Sequence[object]]]
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        for insert, columns in zip(inserts.values(), document, strict=True):
            if columns:
                await connection.execute(insert, *columns)
