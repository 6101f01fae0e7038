"""Pages whose letters stand as pdfium does not expect them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import reportlab
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
)
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.pdf_places import find_places
from sqlrag.parsing.parse import parse

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
SENTENCE = "The keeper of the light wrote to Samuel Cleveland and his wife"


def drawn(draw: Callable[[Canvas], None], rotation: int = 0) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setPageRotation(rotation)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def read(data: bytes, limits: Limits) -> list[str]:
    return parse(data, "a.pdf", None, limits).text.split("\n")


def spread(canvas: Canvas, x: float, y: float, parts: list[str], gap: float) -> None:
    """Parts of a line, each written apart, so many points from the one before it."""
    for part in parts:
        canvas.drawString(x, y, part)
        x += stringWidth(part, "Helvetica", 12) + gap


def test_words_that_stand_close_are_parted_and_names_stay_whole(limits: Limits) -> None:
    def draw(canvas: Canvas) -> None:
        spread(canvas, 50, 700, SENTENCE.split(), 1.6)
        canvas.drawString(50, 680, "who bought a BlueField from a McDonald;")
        spread(canvas, 50, 660, ["it", "lay", "in", "the", "town"], 1.6)

    assert " ".join(read(drawn(draw), limits)) == (
        f"{SENTENCE} who bought a BlueField from a McDonald; it lay in the town"
    )


@pytest.mark.parametrize("gap", [2.5, 6])
def test_letters_that_stand_apart_are_words(gap: float, limits: Limits) -> None:
    def draw(canvas: Canvas) -> None:
        for x, word in ((50, "NOTICE"), (220, "OF"), (290, "STORMS")):
            spread(canvas, x, 700, list(word), gap)
        spread(canvas, 50, 670, ["As", "a", "rule", "a", "keeper", "has", "a", "boat"], 3.3)
        spread(canvas, 50, 640, list("x=a+b"), 3.3)

    assert read(drawn(draw), limits) == [
        "NOTICE OF STORMS", "As a rule a keeper has a boat", "x = a + b"
    ]  # fmt: skip


def test_an_exponent_that_begins_a_line_is_of_it(limits: Limits) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 7)
        canvas.drawString(50, 304.8, "1")
        canvas.setFont("Helvetica", 12)
        spread(canvas, 80, 300, ["A", "Very old eel and a sole ran away,"], -1.5)
        canvas.drawString(50, 286, "the boat was sold.")

    text = " ".join(read(drawn(draw), limits))
    assert text == "1 AVery old eel and a sole ran away, the boat was sold."


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_text_amid_level_text_keeps_its_words(angle: int, limits: Limits) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Above the stamp")
        canvas.saveState()
        canvas.translate(300, 500)
        canvas.rotate(angle)
        spread(canvas, 0, 0, ["Received", "at", "noon"], 4)
        canvas.drawString(0, -14, "by the keeper")
        canvas.restoreState()
        canvas.drawString(50, 300, "Below the stamp")

    lines = read(drawn(draw), limits)
    assert sorted(lines) == [
        "Above the stamp",
        "Below the stamp",
        "Received at noon",
        "by the keeper",
    ]
    assert lines.index("Received at noon") < lines.index("by the keeper")


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_whose_text_is_turned_is_read_as_it_is_shown(angle: int, limits: Limits) -> None:
    rows = ["Boat Crew Catch", "Ada 4 27", "Bo 5 31", "Cleo 6 44"]

    def draw(canvas: Canvas) -> None:
        canvas.translate(*{90: (500, 50), 180: (550, 800), 270: (100, 550)}[angle])
        canvas.rotate(angle)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row.split()):
                canvas.drawString(120 * column, 100 - 20 * number, cell)

    data = drawn(draw, rotation=angle)
    assert read(data, limits) == rows
    (place,) = find_places(data, 1, "Cleo")
    assert place.page == 1


def test_values_of_fields_that_overlap_stay_apart(limits: Limits) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 720, "Names")
        for y in (700, 670):
            x = 50.0
            for value in (f"Adelheid{y}", f"Bartholo{y}", f"Cleopatra{y}"):
                width = stringWidth(value, "Helvetica", 12) - 10
                canvas.acroForm.textfield(
                    name=value, value=value, x=x, y=y, width=width, height=14, fontSize=12
                )
                x += width

    assert read(drawn(draw), limits) == [
        "Names", "Adelheid700 Bartholo700 Cleopatra700", "Adelheid670 Bartholo670 Cleopatra670",
    ]  # fmt: skip


def test_fields_do_not_cost_a_page_its_letters(limits: Limits) -> None:
    registerFont(TTFont("Vera", VERA))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Vera", 12)
        canvas.drawString(50, 700, "Größe")
        canvas.acroForm.textfield(name="keeper", value="Ada P", x=150, y=698, width=200, height=14)

    writer = PdfWriter(clone_from=PdfReader(BytesIO(drawn(draw))))
    page = writer.pages[0]
    above = page["/Parent"].get_object()
    assert isinstance(above, DictionaryObject)
    above[NameObject("/Resources")] = page.pop("/Resources")
    buffer = BytesIO()
    writer.write(buffer)
    assert read(buffer.getvalue(), limits) == ["Größe Ada P"]
    assert find_places(buffer.getvalue(), 1, "Größe")


def dictionary(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject("/" + key): value for key, value in entries.items()})


def stream(data: bytes, **entries: PdfObject) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update(dictionary(**entries))
    return made


def numbers(*values: int) -> ArrayObject:
    return ArrayObject(map(NumberObject, values))


def with_font(make: Callable[[PdfWriter], DictionaryObject], content: str) -> bytes:
    """A page of such content whose font is /F."""
    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    font = writer._add_object(make(writer))
    page[NameObject("/Resources")] = dictionary(Font=dictionary(F=font))
    page[NameObject("/Contents")] = writer._add_object(stream(content.encode()))
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def meaning(letters: str, encoding: str) -> Callable[[PdfWriter], DictionaryObject]:
    """A font whose glyphs from 36 (24 in hexadecimal) on mean these letters."""
    means = "".join(f"<{36 + at:04x}> <{ord(letter):04x}>\n" for at, letter in enumerate(letters))
    codes = "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
    meant = f"{codes}{len(letters)} beginbfchar\n{means}endbfchar"
    return lambda writer: embedded(writer, meant, encoding)


def embedded(writer: PdfWriter, meant: str, encoding: str) -> DictionaryObject:
    described = dictionary(
        Type=NameObject("/FontDescriptor"), FontName=NameObject("/Vera"), Flags=NumberObject(4),
        FontBBox=numbers(-180, -230, 1280, 930), ItalicAngle=NumberObject(0),
        Ascent=NumberObject(930), Descent=NumberObject(-230), StemV=NumberObject(80),
        FontFile2=writer._add_object(stream(VERA.read_bytes())),
    )  # fmt: skip
    descendant = dictionary(
        Type=NameObject("/Font"), Subtype=NameObject("/CIDFontType2"), BaseFont=NameObject("/Vera"),
        CIDSystemInfo=dictionary(), FontDescriptor=writer._add_object(described),
        CIDToGIDMap=NameObject("/Identity"), DW=NumberObject(1000),
    )  # fmt: skip
    return dictionary(
        Type=NameObject("/Font"), Subtype=NameObject("/Type0"), BaseFont=NameObject("/Vera"),
        Encoding=NameObject(encoding),
        DescendantFonts=ArrayObject([writer._add_object(descendant)]),
        ToUnicode=writer._add_object(stream(meant.encode())),
    )  # fmt: skip


def test_lines_that_run_down_are_whole_and_read_from_the_right(limits: Limits) -> None:
    content = "BT /F 12 Tf 1 0 0 1 300 700 Tm <002400250026> Tj 1 0 0 1 270 700 Tm <00270028> Tj ET"
    data = with_font(meaning("日本語文字", "/Identity-V"), content)
    assert read(data, limits) == ["日本語", "文字"]


def test_a_vowel_is_of_the_letter_before_it(limits: Limits) -> None:
    places = {50: "0024", 68: "0025", 86: "002600270028"}
    moved = " ".join(f"1 0 0 1 {x} 700 Tm <{glyphs}> Tj" for x, glyphs in places.items())
    content = f"BT /F 12 Tf {moved} ET"
    data = with_font(meaning("คำแปล", "/Identity-H"), content)
    assert read(data, limits) == ["คำแปล"]


def named(*glyphs: str) -> Callable[[PdfWriter], DictionaryObject]:
    """A font of drawn letters, from 16 on, that are known by their names only."""

    def make(writer: PdfWriter) -> DictionaryObject:
        shape = writer._add_object(stream(b"600 0 0 0 500 700 d1 0 0 500 700 re f"))
        names = ArrayObject([NumberObject(16), *(NameObject("/" + glyph) for glyph in glyphs)])
        return dictionary(
            Type=NameObject("/Font"), Subtype=NameObject("/Type3"),
            FontBBox=numbers(0, 0, 600, 700), FontMatrix=ArrayObject(
                [*map(NumberObject, (1, 0, 0, 1, 0, 0))]
            ),
            CharProcs=dictionary(**dict.fromkeys(glyphs, shape)),
            Encoding=dictionary(Type=NameObject("/Encoding"), Differences=names),
            FirstChar=NumberObject(16), LastChar=NumberObject(15 + len(glyphs)),
            Widths=numbers(*[600] * len(glyphs)),
        )  # fmt: skip

    return make


def test_letters_are_known_by_the_names_of_their_glyphs(limits: Limits) -> None:
    data = with_font(named("S", "t", "o", "r", "m"), "BT /F .02 Tf 50 700 Td <1011121314> Tj ET")
    assert read(data, limits) == ["Storm"]


def test_letters_without_a_name_are_no_text(limits: Limits) -> None:
    data = with_font(named("g1", "g2", "g3"), "BT /F .02 Tf 50 700 Td <101112> Tj ET")
    with pytest.raises(UnreadableDocument, match="its letters are drawn"):
        read(data, limits)
