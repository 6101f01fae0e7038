"""Words that are looked for are found in every script and form, and in no longer word."""

import asyncpg
import pytest

SAYS = "SELECT sqlrag.says($2, ARRAY[sqlrag.phrase_of($1, '{simple,english,russian,german}')])"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Ann", "The annual report, by ANN's office."),
        ("Zürich", "Zu\u0308rich lies at a lake."),
        ("Ada Lovelace", "Ada\n  Lovelace"),
        ("Ada Lovelace", "letters/ada_lovelace.pdf"),
        ("pony", "Two ponies."),
        ("ponies", "A pony."),
        ("Mary Ponies", "mary, PONY"),
        ("Зюкорблатова", "Письмо Зюкорблатовой."),
        ("城市", "大城市里"),
        ("서울", "서울에서 왔다"),
        ("בית", "הבית גדול"),
        ("กรุงเทพ", "อยู่ที่กรุงเทพมหานคร"),
        ("ＡＢＣ社", "abc社の"),
        ("o'brien", "O’Brien said so."),
        ("zyx\u00adqor", "zyxqor"),
        ("mail@example.org", "Write to mail@example.org."),
        ("ILSE", "ilse"),
    ],
)
async def test_words_are_found(connection: asyncpg.Connection, words: str, text: str) -> None:
    assert await connection.fetchval(SAYS, words, text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Ann", "The annual report, of a banner."),
        ("Ada Lovelace", "Ada and Lovelace"),
        ("runs", "A runner."),
        ("東京都", "東京"),
        ("Ахматова", "Ахматовский переулок"),
        ("10.5", "10.55"),
        ("Zürich", None),
    ],
)
async def test_other_words_are_not(
    connection: asyncpg.Connection, words: str, text: str | None
) -> None:
    assert not await connection.fetchval(SAYS, words, text)


async def test_what_has_no_word_is_no_phrase(connection: asyncpg.Connection) -> None:
    for words in ("?!", "", " \n", "—"):
        assert await connection.fetchval("SELECT sqlrag.phrase_of($1, '{}') IS NULL", words)


async def test_bytes_and_json_are_read_as_what_they_say(connection: asyncpg.Connection) -> None:
    read = "SELECT sqlrag.plain_bytes($1)"
    assert await connection.fetchval(read, "Зю".encode()) == "Зю"
    assert "Quist" in await connection.fetchval(read, b"\xff\x00" + "Quist".encode("utf-16"))
    values = "SELECT sqlrag.json_values($1)"
    assert await connection.fetchval(values, {"name": ['say "x"\n', {"who": 7}]}) == 'say "x"\n\n7'
    reply = "SELECT sqlrag.reply_text($1)"
    assert await connection.fetchval(reply, '{"name": "Quist"}') == "Quist"
    for text in ("{broken", '{"a": "\\u0000"}', "Quist"):
        assert await connection.fetchval(reply, text) == text
