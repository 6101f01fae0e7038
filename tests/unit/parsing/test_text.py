import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.domain.errors import UnreadableDocument, UnsupportedMediaType
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.text import clean, decode
from sqlrag.parsing.parse import parse

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. Москва — столица России.\n"
CHINESE = "大模型做导师之技术盲点。从学习项目的角度来看，我建议你先了解异步的基础知识。\n"
TRADITIONAL = "我們再來回顧一次我們的需求。首先，儲存與更新文章一定需要時間去解析。\n"
JAPANESE = "これは日本語の文章です。検索システムのテストに使います。\n"
KOREAN = "이것은 한국어 문장입니다. 검색 시스템을 시험하는 데 사용합니다.\n"
FRENCH = "Les élèves français étudient à l'école où la leçon est très intéressante.\n"
GERMAN = "Die Größe der Bücher überrascht; schöne Gärten blühen früh im Jahr.\n"
POLISH = "Zażółć gęślą jaźń. Wyszukiwanie w bazie danych jest szybkie i łatwe.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "utf-8") for text in (RUSSIAN, CHINESE, FRENCH, "plain ASCII")),
        *((RUSSIAN, encoding) for encoding in ("cp1251", "utf-8-sig", "utf-16")),
        (RUSSIAN.replace("—", "-"), "koi8_r"),
        *((CHINESE, encoding) for encoding in ("gb18030", "utf-16", "utf-32", "utf-16-le")),
        *((TRADITIONAL, encoding) for encoding in ("big5", "utf-16-be")),
        *((JAPANESE, encoding) for encoding in ("shift_jis", "euc_jp")),
        (KOREAN, "euc_kr"),
        *((FRENCH, encoding) for encoding in ("latin_1", "cp1252", "utf-16-le", "utf-16-be")),
        *((FRENCH, encoding) for encoding in ("utf-32", "utf-32-le", "utf-32-be")),
        (GERMAN, "latin_1"),
        (POLISH, "cp1250"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
    ],
)
def test_text_is_read_in_its_encoding(text, encoding):
    assert decode((text * 3).encode(encoding)) == text * 3


def test_line_ends_become_newlines_and_nul_vanishes(limits):
    parsed = parse(b"one\r\ntwo\rthr\0ee", "a.txt", None, limits)
    assert parsed.text == "one\ntwo\nthree"


def test_a_few_broken_bytes_do_not_cost_the_text():
    data = (RUSSIAN * 5).encode()[:-2]
    assert decode(data).startswith(RUSSIAN)
    assert decode(data).count("\ufffd") <= 1


@given(st.text(st.characters()))
def test_cleaned_text_can_be_stored_by_postgres(text):
    cleaned = clean(text + "\ud800\0\r")
    cleaned.encode()
    assert "\0" not in cleaned
    assert "\r" not in cleaned


@pytest.mark.parametrize("name", ["a.txt", "b.md", "c.csv", "d.json", "e.html"])
def test_binary_junk_called_text_is_refused(name, limits):
    junk = random.Random(1).randbytes(5000)
    with pytest.raises(UnreadableDocument, match="it holds binary data, not text; give it the ext"):
        parse(junk, name, None, limits)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(500)),
        ("archive.zip", b"PK\x03\x04" + random.Random(3).randbytes(500)),
        ("old.vsd", bytes.fromhex("d0cf11e0a1b11ae1") + random.Random(4).randbytes(500)),
        ("noname", random.Random(5).randbytes(500)),
    ],
)
def test_unknown_binary_is_an_unsupported_media_type(name, data, limits):
    with pytest.raises(UnsupportedMediaType, match=f"{name} cannot be read: no parser reads .*;"):
        parse(data, name, None, limits)


@pytest.mark.parametrize("data", [b"", b"  \n\t ", "\ufeff \n".encode(), b"\0\0"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "unnamed"])
def test_an_empty_file_is_refused(name, data, limits):
    with pytest.raises(UnreadableDocument, match="is empty: it holds no text"):
        parse(data, name, None, limits)


def test_a_file_or_text_past_its_limit_is_refused():
    with pytest.raises(UnreadableDocument, match="11 bytes and the limit is 10; split it"):
        parse(b"hello world", "a.txt", None, Limits(max_file_bytes=10))
    with pytest.raises(UnreadableDocument, match="11 characters of text and the limit is 10"):
        parse(b"hello world", "a.txt", None, Limits(max_text_chars=10))


def test_underlined_lines_of_plain_text_are_headings_by_the_order_of_their_lines():
    source = (
        "======\nManual\n======\n\nHello.\n\nCare\n====\nOil it.\n\nof lamps\n~~~~~~~~\n\n"
        "図書館\n------\n\nNails\n====\n"
    )
    found = parse(source.encode(), "manual.rst", None, Limits()).headings
    assert [(one.level, one.title) for one in found] == [
        (1, "Manual"), (2, "Care"), (3, "of lamps"), (4, "図書館"), (2, "Nails"),
    ]  # fmt: skip
    assert all(source.startswith((one.title, "="), one.char_start) for one in found)


@pytest.mark.parametrize(
    "source",
    ["a\nb\n---\n", "Total 5\n--------------------------\n7 8\n", "---\n===\n", "x = 1\n#####\n"],
)
def test_lines_that_only_separate_underline_nothing(source):
    assert (
        parse(source.encode(), "a.py" if "#" in source else "a.txt", None, Limits()).headings == ()
    )
