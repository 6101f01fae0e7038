"""Document, page and quote of what the graph holds."""

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import ESSAY, rows, write

SAID = "SELECT document, page, quote, char_start FROM rag.where_said('default', $1)"
RELATED = "SELECT document, page, quote, char_start FROM rag.where_said('default', $1, $2::text)"


async def give_pages(connection: asyncpg.Connection, *breaks: int) -> None:
    await connection.execute(
        """UPDATE sqlrag.chunks SET page = 3, page_breaks = $1
        WHERE document_id IN (
            SELECT document_id FROM sqlrag.documents WHERE source_key = 'essay')""",
        list(breaks),
    )


async def test_the_sentence_around_a_name_is_quoted(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    founded = "Paul Graham founded Viaweb with Robert Morris in 1995."
    assert await rows(connection, SAID, "robert morris") == [
        ("essay", None, founded, ESSAY.index(founded))
    ]
    assert (await rows(connection, SAID, "Анна Ахматова"))[0][
        2
    ] == "Анна Ахматова жила в Ленинграде."
    assert (await rows(connection, SAID, "张三"))[0][2:] == ("张三管理灯塔。", 5)
    assert await rows(connection, SAID, "nobody") == []


async def test_documents_about_an_entity_come_first(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    assert [row[0] for row in await rows(connection, SAID, "Yahoo")] == ["news", "essay"]
    one = "SELECT document FROM rag.where_said('default', 'Yahoo', 1)"
    assert await rows(connection, one) == [("news",)]


async def test_the_page_is_that_of_the_quote(filled: Rag, connection: asyncpg.Connection) -> None:
    await give_pages(connection, 40, ESSAY.index("Yahoo"))
    assert [row[1] for row in await rows(connection, SAID, "Yahoo")] == [None, 5]
    assert (await rows(connection, SAID, "Paul Graham"))[0][1] == 3
    assert (await rows(connection, RELATED, "Viaweb", "yahoo"))[0][1] == 5


async def test_a_relation_is_quoted_by_its_evidence(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    bought = "Yahoo bought Viaweb in the summer of 1998, for stock."
    for pair in (("Yahoo", "Viaweb"), ("viaweb", "YAHOO INC")):
        assert await rows(connection, RELATED, *pair) == [
            ("essay", None, bought, ESSAY.index(bought))
        ]
    ((*_, quote, _),) = await rows(connection, RELATED, "Robert Morris", "Viaweb")
    assert quote == "Paul Graham founded Viaweb with Robert Morris in 1995."
    assert (await rows(connection, RELATED, "张三", "灯塔"))[0][2:] == ("张三管理灯塔。", 5)
    assert await rows(connection, RELATED, "Paul Graham", "张三") == []
    assert await rows(connection, RELATED, "Paul Graham", "nobody") == []
    plain = "SELECT document FROM rag.where_said('default', 'Yahoo', 'Viaweb')"
    assert await rows(connection, plain) == [("essay",)]


async def test_a_name_that_is_not_written_there_points_at_the_chunk(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await write(filled, "t", "He wrote it.", [("Ada", "person", "")], [])
    assert await rows(connection, SAID, "Ada") == [("t", None, "He wrote it.", 0)]


@pytest.mark.parametrize(
    ("content", "phrase", "wanted"),
    [
        ("Annual. Ann came.", "Ann", "Ann came."),
        ("One. Paul\nGraham came! Two.", "paul graham", "Paul\nGraham came!"),
        ("Title\n\nThe C++ (2011) way", "C++ (2011)", "The C++ (2011) way"),
        ("a" * 500 + " Ada " + "b " * 300, "Ada", None),
        ("No such word.", "Ada", ""),
        ("Blank.", "  ", ""),
        ("Null.", None, ""),
    ],
)
async def test_quotes(
    connection: asyncpg.Connection, content: str, phrase: str | None, wanted: str | None
) -> None:
    found = await connection.fetch("SELECT * FROM sqlrag.quote_around($1, $2)", content, phrase)
    if wanted == "":
        assert found == []
        return
    quote, start = found[0]
    assert content[start : start + len(quote)] == quote
    assert len(quote) <= 300
    assert quote == wanted if wanted else "Ada" in quote
