"""What was stored by an older version is found by the words of this one."""

import asyncio
from typing import Any

import asyncpg

from sqlrag.app import Rag
from sqlrag.database.migrating import migrate
from sqlrag.domain.documents import Source
from sqlrag.settings import Settings

TERMS = """SELECT chunk_id, lexeme, frequency, term_count FROM sqlrag.chunk_terms
    ORDER BY workspace_id, chunk_id, lexeme"""
COUNTS = """SELECT chunk_id, term_count FROM sqlrag.chunks ORDER BY chunk_id"""
# In every workspace, the totals are those of its chunks.
TOTALS = """SELECT bool_and(total.terms = counted.terms AND total.chunks = counted.chunks)
    FROM (SELECT workspace_id, sum(terms) AS terms, sum(chunks) AS chunks
        FROM sqlrag.workspace_totals GROUP BY 1) AS total
    FULL JOIN (SELECT workspace_id, sum(term_count) AS terms, count(*) AS chunks
        FROM sqlrag.chunks GROUP BY 1) AS counted USING (workspace_id)"""
CHANGES = "SELECT sum(changes) FROM sqlrag.workspace_totals"


async def fill(url: str, settings: Settings) -> None:
    async with Rag.open(url, settings=settings) as rag:
        markdown = "# Tolls\n\nThe ferry takes 1,250 coins.\n\n# Crew\n\nWho rows is in ROW_BOAT_7."
        await rag.ingest(
            Source.of_text(markdown, "HARBOURTOLL_2019.md", media_type="text/markdown"),
            Source.of_text("เรือข้ามฟากออกตอนเช้า", "thai", title="Ferries"),
            Source.of_text("...", "no words"),
        )
        store = await rag.store("points", 2)
        await store.upsert("item.txt", [1, 0], "The ferry-man sleeps.")


async def read(url: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        assert await connection.fetchval(TOTALS)
        return [await connection.fetch(TERMS), await connection.fetch(COUNTS)]
    finally:
        await connection.close()


async def count_changes(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(CHANGES))
    finally:
        await connection.close()


def test_terms_are_counted_anew_up_and_down(empty_url: str, settings: Settings) -> None:
    migrate(empty_url)
    asyncio.run(fill(empty_url, settings))
    written = asyncio.run(read(empty_url))
    changes = asyncio.run(count_changes(empty_url))
    lexemes = {row["lexeme"] for row in written[0]}
    assert {"^harbourtol", "^2019", "^toll", "1250", "rowboat7", "^ferries", "ferryman"} <= lexemes

    migrate(empty_url, "0009")
    older = asyncio.run(read(empty_url))
    lexemes = {row["lexeme"] for row in older[0]}
    assert {"toll", "250", "7", "ferries"} <= lexemes
    assert not any(lexeme.startswith("^") for lexeme in lexemes)
    assert not {"1250", "rowboat7", "ferryman"} & lexemes

    migrate(empty_url)
    assert asyncio.run(read(empty_url)) == written
    # An answer that is kept for the data of before is not taken for one of now.
    assert asyncio.run(count_changes(empty_url)) > changes
