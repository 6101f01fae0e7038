"""Where on its pages the text of a PDF stands."""

from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from sqlrag.domain.errors import NotFound
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.pdf import parse_pdf
from sqlrag.parsing.formats.pdf_places import draw_page, find_places

WIDTH, HEIGHT = 400, 300
LINES = ["The keeper of the lighthouse wrote a re-", "port of the storm in two lines."]
MARKER = (255, 236, 110)
QUOTE = "The keeper of the lighthouse wrote a report of the storm"


def make(rotation: int = 0) -> bytes:
    """Two lines at 1/3 of the height, and a second page that goes on."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setPageRotation(rotation)
    for number, line in enumerate(LINES):
        canvas.drawString(40, 200 - 14 * number, line)
    canvas.showPage()
    canvas.drawString(40, 250, "Nobody answered it for a week.")
    canvas.save()
    return buffer.getvalue()


def colours(picture: Image.Image) -> set[Any]:
    return {colour for _, colour in picture.getcolors(2**24) or ()}


def test_a_quote_has_a_box_for_each_of_its_lines() -> None:
    (place,) = find_places(make(), 1, QUOTE)
    assert place.page == 1
    first, second = place.boxes
    for box, baseline in ((first, 200), (second, 186)):
        left, top, right, bottom = box
        assert left == pytest.approx(40 / WIDTH, abs=0.01)
        assert top < 1 - baseline / HEIGHT < bottom + 0.001
        assert 0.5 < right - left < 0.6 if box is first else 0.2 < right - left < 0.4
    assert first[3] <= second[1] + 0.02


def test_a_quote_that_runs_on_has_places_on_both_pages() -> None:
    data = make()
    text = parse_pdf(data, "a.pdf", Limits()).text
    places = find_places(data, 1, text[text.index("storm") :])
    assert [(place.page, len(place.boxes)) for place in places] == [(1, 1), (2, 1)]


def test_boxes_are_of_the_page_as_it_is_shown() -> None:
    (place,) = find_places(make(rotation=90), 1, "The keeper")
    ((left, top, right, bottom),) = place.boxes
    assert right - left < bottom - top  # the line runs down
    assert top == pytest.approx(40 / HEIGHT, abs=0.01)


def test_what_no_page_holds_has_no_place() -> None:
    assert find_places(make(), 1, "The captain slept.") == []
    assert find_places(make(), 2, "") == []


def test_a_page_is_drawn_with_its_quote_marked() -> None:
    picture = Image.open(BytesIO(draw_page(make(), 1, 1, QUOTE, 800)))
    assert picture.size == (800, 600)
    assert {MARKER, (255, 255, 255)} < colours(picture)
    plain = Image.open(BytesIO(draw_page(make(), 2, 1, "", 80)))
    assert MARKER not in colours(plain)


def test_a_huge_page_is_drawn_small() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 14_400)
    buffer = BytesIO()
    document.save(buffer)
    picture = Image.open(BytesIO(draw_page(buffer.getvalue(), 1, 1, "", 4_000)))
    assert picture.width * picture.height <= 8_100_000


def test_a_page_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound, match="no page 3: the document has 2"):
        draw_page(make(), 3, 1, "", 100)
