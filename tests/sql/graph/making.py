"""A small graph over real documents, and the numbers of a large one."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.documents import Source

Mention = tuple[str, str, str]
Evidence = tuple[str, str, str, str, float]

ESSAY = """Lisp was not popular then. Paul Graham founded Viaweb with Robert Morris in 1995.
It made shops. Yahoo bought Viaweb in the summer of 1998, for stock."""
DOCUMENTS: dict[str, tuple[str, list[Mention], list[Evidence]]] = {
    "essay": (
        ESSAY,
        [
            ("Paul Graham", "person", "Paul Graham is a programmer."),
            ("Viaweb", "organization", "Viaweb made shops."),
            ("Robert Morris", "person", "A friend of Paul Graham."),
            ("Yahoo", "organization", "Yahoo bought Viaweb."),
        ],
        [
            ("Paul Graham", "Viaweb", "founder", "Paul Graham founded Viaweb.", 3.0),
            ("Robert Morris", "Viaweb", "founder", "", 2.0),
            (
                "Yahoo",
                "Viaweb",
                "acquisition, 1998",
                "Yahoo bought Viaweb in the summer of 1998, for stock.",
                2.0,
            ),
        ],
    ),
    "news": (
        "Yahoo Inc. named Tim Koogle its chief. P. Graham of Yahoo left.",
        [
            ("Yahoo Inc.", "organization", "Yahoo is a portal, and a large one."),
            ("Tim Koogle", "person", "Chief of Yahoo."),
        ],
        [("Tim Koogle", "Yahoo Inc.", "chief", "", 1.0)],
    ),
    "ru": (
        "Анна Ахматова жила в Ленинграде. Ленинград стоит на Неве.",
        [("Анна Ахматова", "person", "Поэт."), ("Ленинград", "location", "Город на Неве.")],
        [("Анна Ахматова", "Ленинград", "жила в", "Анна Ахматова жила в Ленинграде.", 1.0)],
    ),
    "zh": (
        "灯塔很高。张三管理灯塔。他住在上海。",
        [("张三", "person", "灯塔管理员。"), ("灯塔", "location", "很高。")],
        [("张三", "灯塔", "管理", "张三管理灯塔。", 1.0)],
    ),
}


async def write(
    rag: Rag, key: str, text: str, mentions: Sequence[Mention], evidence: Sequence[Evidence]
) -> int:
    """A document of one chunk with the graph given, whatever an extractor finds in it."""
    source = Source.of_text(text, key, title=key.title(), tags=[key])
    (result,) = await rag.ingest(source)
    storage = rag.storage
    workspace = await rag.workspaces.get(rag.workspace)
    assert result.document_id
    place = workspace.id, result.document_id
    names = sorted(
        {name for name, *_ in mentions} | {end for found in evidence for end in found[:2]}
    )
    at = {name: place for place, name in enumerate(names, 1)}
    async with storage.database.connection() as connection, connection.transaction():
        chunk = await connection.fetchval(
            "SELECT array_agg(chunk_id) FROM sqlrag.chunks WHERE document_id = $1",
            result.document_id,
        )
        for table in ("evidence", "mentions"):
            await connection.execute(
                f"DELETE FROM sqlrag.{table} WHERE workspace_id = $1 AND chunk_id = ANY ($2)",
                workspace.id,
                chunk,
            )
        keys = [await connection.fetchval("SELECT sqlrag.name_key($1)", name) for name in names]
        ids = await connection.fetchval("SELECT sqlrag.claim_entities($1, $2, $3)", *place, keys)
        whole = workspace.id, ids, chunk
        await connection.execute(
            "SELECT sqlrag.write_mentions($1, $2, $3, '{}', $4, '{}', $5, 0)",
            *whole,
            [(1, at[name], name, *said, n == 0) for n, (name, *said) in enumerate(mentions)],
            workspace.space_id,
        )
        await connection.execute(
            "SELECT sqlrag.write_relations($1, $2, $3, '{}', $4, '{}', $5, 0)",
            *whole,
            [(1, at[one], at[other], *said) for one, other, *said in evidence],
            workspace.space_id,
        )
    return result.document_id


async def rows(connection: asyncpg.Connection, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.fetch(sql, *parameters)]


async def entity_id(connection: asyncpg.Connection, name: str) -> int:
    return await connection.fetchval("SELECT sqlrag.find_entity(1, $1)", name)


async def edit(connection: asyncpg.Connection, entity: str, /, **columns: str) -> None:
    sets = ", ".join(f"{column} = '{value}'" for column, value in columns.items())
    await connection.execute(
        f"""UPDATE sqlrag.entities SET {sets}, edited_by = 'me', edited_at = now()
        WHERE entity_id = sqlrag.find_entity(1, '{entity}')"""
    )


async def make_network(
    connection: asyncpg.Connection, edges: Sequence[tuple[int, int, float]]
) -> None:
    """Entities n1, n2, … of workspace 1 and weighted edges between them, without documents."""
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('default')")
    nodes = sorted({node for source, target, _ in edges for node in (source, target)})
    await connection.execute(
        "INSERT INTO sqlrag.entities (workspace_id, entity_id) SELECT 1, unnest($1::bigint[])",
        nodes,
    )
    await connection.execute(
        """INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
        SELECT 1, 'n' || n, n FROM unnest($1::bigint[]) AS n""",
        nodes,
    )
    await connection.executemany(
        """INSERT INTO sqlrag.relations (workspace_id, source_id, target_id, weight)
        VALUES (1, $1, $2, $3)""",
        edges,
    )
