import pytest

from sqlrag.domain.errors import EmptyDocument, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse

FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Gothic;}"
FONTS += r"{\f3 Arial CE;}}"


def read(body: str, head: str = ""):
    data = rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}{head}\pard\plain {body}}}".encode("latin-1")
    return parse(data, "a.rtf", None, Limits())


@pytest.mark.parametrize("name", ["a.rtf", "a.doc", "a.txt", "noname"])
def test_rich_text_is_read_whatever_it_is_called(name):
    note = rb"""{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fcharset204 Arial;}}{\info{\title Lamps}}
\pard\f0 \'cf\'f0\'e8\'e2\'e5\'f2, \u1084?\u1080?\u1088? \u8211? \b end\b0 .\par
\trowd\cellx1000\cellx2000\intbl Item\cell EUR\cell\row
\trowd\cellx1000\cellx2000\intbl Bolt\cell 1.50\cell\row}"""
    parsed = parse(note, name, None, Limits())
    assert parsed.text == "Привет, мир – end.\n\nItem | EUR\nBolt | 1.50"
    assert (parsed.title, parsed.media_type) == ("Lamps", "application/rtf")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\'e4 {\f1 \'ec\'e8\'f0} {\f2 \'93\'fa\'96\'7b} {\f3 \'e8}", "ä мир 日本 č"),
        (r"a\u8217\'92s \u-10179?\u-8704? {\uc0\u233}t\'e9", "a’s 😀 été"),
        (r"{\uc2\u26085\'93\'fax} <b>\emdash\tab y", "日x <b>— y"),
        (r"{\upr{l?dz}{\*\ud l\u243 odz}}: 1\~000 \{x\}", "lódz: 1 000 {x}"),
        (r"a {\pict\bin5 }}{\\x7f} b{\*\unknown c}{\v d}{\deleted e}", "a b"),
        (r"on {\field{\*\fldinst PAGEREF x}{\fldrslt page 7}}", "on page 7"),
        (r"3 m{\super 2}, one\line two\par\sect three", "3 m^2, one\ntwo\n\nthree"),
    ],
)  # fmt: skip
def test_letters_are_those_that_are_shown(body, text):
    assert read(body).text == text


def test_headings_are_told_by_their_style_or_their_level():
    styles = r"{\stylesheet{\s0 Normal;}{\s1 heading 1,h1;}{\*\cs9\additive Heading 2 Char;}"
    styles += r"{\s7\outlinelevel1 Abschnitt;}}"
    body = r"\s1 Lamps\par\pard\plain\s0 Text.\par\pard\s7 {\listtext 1.1\tab}Oil\par"
    parsed = read(body + r"\pard\outlinelevel2 Wick\par\pard\outlinelevel9 End.\par", styles)
    assert [(one.level, one.title) for one in parsed.headings] == [
        *((1, "Lamps"), (2, "1.1 Oil"), (3, "Wick"))
    ]  # fmt: skip
    assert all(parsed.text.startswith(one.title, one.char_start) for one in parsed.headings)
    assert parsed.text.endswith("Wick\n\nEnd.")


def test_items_have_the_marks_that_are_shown():
    def item(mark: str, text: str, depth: int = 0) -> str:
        return rf"\pard\ilvl{depth}\ls1{{\listtext\pard\plain {mark}\tab}}{text}\par "

    body = item("3.", "fill") + item("(a)", "left", 1) + item("(b)", "right", 1) + item("4.", "lit")
    assert read(body + r"\pard Then\par " + item(r"\'b7", "oil") + item("o", "gas", 1)).text == (
        "3. fill\n  (a) left\n  (b) right\n4. lit\n\nThen\n\n- oil\n  - gas"
    )


def test_rows_are_a_table_and_what_is_broken_off_is_kept():
    rows = r"\trowd\cellx9\cellx19\intbl lamp\par old\cell 3\cell\row\intbl wick\cell\cell\row"
    assert read(rows + r"\pard Then\par\trowd\cellx9\intbl left\par").text == (
        "lamp old | 3\nwick | \n\nThen\n\nleft"
    )


def test_notes_heads_and_boxes_stand_beside_the_text():
    head = r"{\header Lease 4-C\par}{\headerf Lease 4-C\par}{\footer Page {\chpgn} of 9\par}"
    head += r"{\footerf Yard Ltd\par}"
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt In the box.\par}}{\shprslt In the box.}}"
    note = r"{\super\chftn}{\footnote\pard\plain{\super\chftn} For ten {\i hours}.\par}"
    assert read(rf"It burns{note}.{box}\par After.\par", head).text == (
        "Lease 4-C\n\nIt burns[1].\n\nIn the box.\n\nAfter.\n\n1. For ten hours.\n\nYard Ltd"
    )


def test_what_is_broken_is_read_as_far_as_it_goes():
    assert parse(rb"{\rtf1 Lamps {\b burn\par}}}} on{\fonttbl", "a.rtf", None, Limits()).text == (
        "Lamps burn\n\non"
    )
    assert parse(b"No rich text.", "a.rtf", None, Limits()).text == "No rich text."
    with pytest.raises(UnreadableDocument, match="nested deeper than 10,000 groups; flatten it"):
        parse(b"{\\rtf" + b"{" * 20_000, "a.rtf", None, Limits())
    with pytest.raises(EmptyDocument, match=r"^a\.rtf is empty: it holds no text to search"):
        parse(rb"{\rtf", "a.rtf", None, Limits())
