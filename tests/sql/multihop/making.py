"""A chain of passages: a song names its singer, the singer a town, the town a river."""

from typing import Any

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from tests.support.rags import with_ingestion

CHAIN = {
    "song": ("Grey Harbour", "Grey Harbour is a ballad first sung by Ada Quist in the old hall."),
    "singer": ("Ada Quist", "Ada Quist grew up in Harrow Vale and kept a light for thirty years."),
    "town": ("Harrow Vale", "Harrow Vale has a market and a school on the river Wend."),
    "river": ("Wend", "The Wend runs north for ninety miles to the sea near Colder Point."),
}
OTHERS = {
    "choirs": ("Choirs", "The singer of a choir keeps a place near the front and may grow loud."),
    "plants": ("Plants", "Plants grow in any place with light, and grow well near a singer."),
    "bread": ("Bread", "Flour, water and salt make a plain loaf in an hour."),
    "knots": ("Knots", "A bowline holds well and is untied without trouble."),
    "bees": ("Bees", "A hive of bees makes honey from clover in early June."),
    "clocks": ("Clocks", "A pendulum of one metre swings once in about a second."),
    "tea": ("Tea", "Green leaves are steamed soon after they were picked."),
}
QUESTION = "In which place did the singer of Grey Harbour grow up?"


async def fill(rag: Rag, passages: dict[str, tuple[str, str]] | None = None) -> None:
    passages = passages or CHAIN | OTHERS
    sources = [
        Source.of_text(text, key, title=title, language="english")
        for key, (title, text) in passages.items()
    ]
    one_by_one = with_ingestion(rag, concurrency=1)  # so that ids, and ties, have an order
    results = await one_by_one.ingest(*sources)
    assert {result.outcome for result in results} == {"added"}


async def scores(
    connection: asyncpg.Connection, question: str = QUESTION, **given: Any
) -> dict[str, asyncpg.Record]:
    """What sqlrag.multihop_scores says by source key, without vectors."""
    rows = await connection.fetch(
        """SELECT d.source_key, s.*
        FROM sqlrag.multihop_scores(
            1, ROW($1, NULL, NULL, NULL, NULL, NULL), 100, $2, $3) AS s
        JOIN sqlrag.chunks AS c ON c.workspace_id = 1 AND c.chunk_id = s.chunk_id
        JOIN sqlrag.documents AS d ON d.workspace_id = 1 AND d.document_id = c.document_id
        ORDER BY s.score DESC, s.chunk_id""",
        question,
        given.get("filters"),
        given.get("hops", 2),
    )
    return {row["source_key"]: row for row in rows}
