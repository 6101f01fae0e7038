import zipfile
from io import BytesIO

import pytest

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing.parse import parse
from sqlrag.parsing.splitting import split
from sqlrag.parsing.tokens import count_tokens
from tests.unit.parsing.archives import archive, epub, pptx, shape, table, xlsx

STOCK: list[list[object]] = [
    ["Report of stock"],
    [],
    ["item", "qty", "price", "left over"],
    ["bolt", 5, 0.1 + 0.2, None],
    ["nut", 7.0, True, None],
]


def read(data: bytes, name: str):
    return parse(data, name, None, Limits())


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "noname"])
def test_rows_of_a_sheet_keep_their_number_their_header_and_the_sheet(name):
    parsed = read(xlsx({"Stock 2024": STOCK, "Empty": [], "Städte": [["city"], ["Oslo"]]}), name)
    assert parsed.text == (
        "Stock 2024\nrow 1: Report of stock\nrow 4: item: bolt; qty: 5; price: 0.3\n"
        "row 5: item: nut; qty: 7; price: TRUE\nrow 3: left over\n\n\nStädte\nrow 2: city: Oslo"
    )
    assert [one.title for one in parsed.headings] == ["Stock 2024", "Städte"]


def test_every_chunk_of_a_long_sheet_tells_sheet_header_and_row():
    rows: list[list[object]] = [["item", "note"]]
    rows += [[f"bolt {n}", "long " * 20] for n in range(400)]
    rows += [["wide", *(f"cell {n} " + "x" * 200 for n in range(20))]]
    chunks = split(read(xlsx({"Stock": rows}), "a.xlsx"), Splitting(), count_tokens)
    assert len(chunks) > 5
    for chunk in chunks:
        assert chunk.headings == ("Stock",)
        lines = [line for line in chunk.content.split("\n") if line not in ("", "Stock")]
        assert all(line.startswith("row ") for line in lines)
        assert "item: " in lines[0] or "cell" in lines[0]


def test_of_merged_cells_every_row_has_the_value():
    rows: list[list[object]] = [
        ["region", "city"],
        ["North", "Oslo"],
        [None, "Hamar"],
        ["South", "Rome"],
    ]
    assert "row 3: region: North; city: Hamar" in read(xlsx({"S": rows}, "A2:A3"), "a.xlsx").text


def test_merged_cells_left_of_all_values_are_passed_over():
    rows: list[list[object]] = [
        [None, None, None, "city"],
        [None, None, None, "Oslo"],
        [None, None, None, "Rome"],
    ]
    assert (
        read(xlsx({"S": rows}, "A1:A3"), "a.xlsx").text == "S\nrow 2: city: Oslo\nrow 3: city: Rome"
    )


def test_macros_that_are_listed_as_sheets_are_passed_over():
    data = xlsx({"S": [["a"], [1]], "Module1": [["x"]]})
    with zipfile.ZipFile(BytesIO(data)) as made:
        parts = {name: made.read(name).decode() for name in made.namelist()}
    book = "xl/workbook.xml"
    parts[book] = parts[book].replace('r:id="r2"', 'r:id=""')
    assert read(archive(parts), "a.xlsx").text == "S\nrow 2: a: 1"


def test_notes_at_cells_are_told():
    note = '<comment ref="B2"><text><r><t>Ask </t></r><r><t>Mara</t></r></text></comment>'
    assert read(xlsx({"S": [["a"], [1]]}, notes=note), "a.xlsx").text.endswith(
        "note at B2: Ask Mara"
    )


def test_a_table_that_is_called_xls_is_read_as_what_it_is():
    assert read(b"item\tqty\nbolt\t5\n", "a.xls").text == "item: bolt; qty: 5"
    assert read(b"<html><body><p>Lamps</p></body></html>", "a.xls").text == "Lamps"
    assert parse(b"a,b\nx,1\n", "a.csv", "application/vnd.ms-excel", Limits()).text == "a: x; b: 1"


@pytest.mark.parametrize("name", ["a.pptx", "noname"])
def test_a_slide_is_a_page_with_its_title_table_and_notes(name):
    notes = shape("Mara keeps the key.", kind="body") + shape("7", kind="sldNum")
    slides = (
        shape("Depot 14", "in May")
        + shape("Lantern plan", kind="title")
        + shape("1", kind="sldNum"),
        shape("Prices", kind="ctrTitle") + table(("Item", "EUR"), ("Bolt", "1.50")),
        "<p:pic><p:nvPicPr><p:cNvPr descr='A map of Hamar'/></p:nvPicPr></p:pic>",
    )
    parsed = read(pptx(*slides, notes=notes), name)
    assert parsed.text == (
        "Lantern plan\n\nDepot 14\nin May\n\nNotes: Mara keeps the key.\n\n\n"
        "Prices\n\nItem | EUR\nBolt | 1.50\n\nA map of Hamar"
    )
    assert [one.title for one in parsed.headings] == ["Lantern plan", "Prices"]
    assert parsed.title == "Lantern plan"
    first, second, third = parsed.page_starts
    assert first == 0
    assert parsed.text[second:].startswith("\n\n\nPrices")
    assert parsed.text[third:].strip() == "A map of Hamar"


def test_more_slides_than_pages_are_allowed_are_refused():
    with pytest.raises(DocumentTooLarge, match="3 pages and the limit is 2"):
        parse(pptx("", "", ""), "a.pptx", None, Limits(max_pages=2))


def test_heads_feet_and_dates_of_slides_are_read_once_and_numbers_are_not():
    day = shape("3 May", kind="dt").replace("<a:r>", "<a:fld>").replace("</a:r>", "</a:fld>")
    feet = shape("Depot Ltd", kind="ftr") + shape("1", kind="sldNum") + day
    parsed = read(
        pptx(shape("One") + feet, shape("Two") + shape("May 2020", kind="dt") + feet), "a.pptx"
    )
    assert parsed.text == "One\n\nDepot Ltd\n\nTwo\n\nMay 2020"


def test_chapters_of_a_book_come_in_their_order():
    one = (
        "<html><head><title/></head><body><h1>One</h1><p>First<a id='p'/> words.</p></body></html>"
    )
    two = "<html><body><h1>Two</h1><p>A café.</p></body></html>"
    parsed = read(
        epub(one, "<html><body><img src='a'/></body></html>", two, title="The Lamp"), "a.epub"
    )
    assert parsed.title == "The Lamp"
    assert " ".join(parsed.text.split()) == "One First words. Two A café."
    for heading in parsed.headings:
        assert parsed.text.startswith(heading.title, heading.char_start)


def test_a_chapter_that_cannot_be_read_is_told():
    book = epub("<p>One.</p>", "<div>" * 6_000 + "Two.", title="The Lamp")
    parsed = read(book, "a.epub")
    assert parsed.text == "One."
    assert parsed.remarks == (
        "its chapter ch 2.xhtml cannot be read: its HTML is nested deeper than 5,000 elements; "
        "flatten it and ingest that",
    )


@pytest.mark.parametrize("name", ["a.xlsx", "a.pptx", "a.epub", "a.odt"])
def test_what_is_broken_or_a_bomb_or_holds_nothing_is_refused(name):
    for data in (b"PK\x03\x04 no archive", archive({"a": "b"})):
        with pytest.raises(UnreadableDocument, match=rf"^{name} cannot be read: .*; .*\.$"):
            read(data, name)
    with pytest.raises(DocumentTooLarge, match=f"^{name} cannot be read: it unpacks to more than"):
        read(archive({}, padding=20 * 2**20), name)


def test_entities_in_a_package_are_refused():
    member = "<!DOCTYPE a [<!ENTITY a 'b'>]><a>&a;</a>"
    with pytest.raises(UnreadableDocument, match="its XML defines entities"):
        read(archive({"ppt/presentation.xml": member}), "a.pptx")


def test_workbooks_and_slides_with_a_password_say_so():
    locked = (
        bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le") + b"\0" * 999
    )
    for name in ("a.xlsx", "a.pptx"):
        with pytest.raises(
            UnreadableDocument, match="it is protected by a password; save it without"
        ):
            read(locked, name)
