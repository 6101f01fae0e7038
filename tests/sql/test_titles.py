"""Titles, headings and names of files are evidence of the chunks under them."""

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from tests.sql.test_words import find


async def test_a_title_outweighs_a_chance_mention_and_headings_count(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    text = "The budget of the year was passed in spring after a long debate."
    sources = [
        Source.of_text(f"{text} It follows Harrow Vale's.", "mention", title="Grey Harbour"),
        Source.of_text(text, "titled", title="Harrow Vale"),
        Source.of_text(f"# Wendbridge\n\n{text}", "headed.md", media_type="text/markdown"),
        *(Source.of_text(f"{text} No. {n}", f"other {n}", title=f"Town {n}") for n in range(20)),
    ]
    await rag.ingest(*sources)
    assert (await find(connection, "the budget of Harrow Vale"))[:2] == ["titled", "mention"]
    assert (await find(connection, "the budget of Wendbridge"))[0] == "headed.md"


async def test_a_title_lengthens_a_chunk_once(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.ingest(Source.of_text("one two three", "key", title="four two"))
    rows = await connection.fetch("SELECT lexeme, frequency, term_count FROM sqlrag.chunk_terms")
    assert {row["lexeme"]: (row["frequency"], row["term_count"]) for row in rows} == {
        "one": (1, 5),
        "two": (4, 5),
        "three": (1, 5),
        "four": (3, 5),
        "^two": (3, 0),
        "^four": (3, 0),
    }
    assert await connection.fetchval("SELECT term_count FROM sqlrag.chunks") == 5
