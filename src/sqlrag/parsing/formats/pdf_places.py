"""Where on the pages of a PDF a quote stands, and pictures of them."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import byref, c_double, c_int
from itertools import groupby
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from sqlrag.domain.documents import Box, Place
from sqlrag.domain.errors import NotFound
from sqlrag.parsing.formats.pdf import shown_page
from sqlrag.parsing.formats.pdf_text import LIGATURES

_MOST_PIXELS = 8_000_000
_FINE = 100_000  # steps in which a page is measured
# Letters: of a piece of a quote, of one that is found anywhere, and how far off a shorter one is.
_PIECE, _SURE, _NEAR = 40, 12, 200
_MARKER = (255, 236, 110)

Run = range  # of characters of a page


def find_places(data: bytes, page: int, quote: str) -> list[Place]:
    """Where a quote that begins on a page (from 1) stands, page by page.

    A box is left, top, right and bottom of a line, as shares of the page's width and height from
    its upper left corner. Empty where the page does not hold the quote.
    """
    with _document(data, page) as document:
        return _find(document, page, quote)


def draw_page(data: bytes, page: int, first: int, quote: str, width: int) -> bytes:
    """A page (from 1) as a PNG of so many pixels across. What it holds of a quote, which begins on
    page `first`, is marked. Raises NotFound."""
    with _document(data, page) as document:
        shown = document[page - 1]
        across, high = shown.get_size()
        scale = min(width / across, (_MOST_PIXELS / (across * high)) ** 0.5)
        picture = shown.render(scale=scale, rev_byteorder=True, may_draw_forms=True).to_numpy()
        pixels = np.ascontiguousarray(picture[:, :, :3])
        for place in _find(document, first, quote):
            for box in place.boxes if place.page == page else ():
                _mark(pixels, box)
        return _write_png(pixels)


@contextmanager
def _document(data: bytes, page: int) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(data)  # type: ignore[no-untyped-call]
    with document:
        if document.get_formtype():  # type: ignore[no-untyped-call]
            document.init_forms()  # type: ignore[no-untyped-call]
        if not 1 <= page <= len(document):
            raise NotFound(f"There is no page {page}: the document has {len(document)}.")
        yield document


def _find(document: Any, page: int, quote: str) -> list[Place]:
    """On its page, and what is left of it on the next ones."""
    wanted = _cut(quote)
    places = []
    while wanted and page <= len(document):
        with shown_page(document, page - 1) as (shown, words):
            held = list(_letters(words.get_text_range()))
            runs, wanted = _match("".join(letter for letter, _ in held), wanted)
            if not runs:
                break
            lines = ([held[at][1] for at in run] for run in runs)
            boxes = [box for line in lines for box in _boxes(shown, words, line)]
        places.append(Place(page, tuple(boxes)))
        page += 1
    return places


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """What both sides have alike, each with the place of its character: white space, hyphens at
    the end of lines and ligatures are read differently."""
    for place, character in enumerate(text):
        for letter in LIGATURES.get(character, character).casefold():
            if letter.isalnum():
                yield letter, place


def _cut(quote: str) -> list[str]:
    """The letters of its lines, in pieces: a reader leaves out running heads and may put columns
    in another order, but a piece stays whole."""
    pieces = []
    for line in quote.split("\n"):
        letters = "".join(letter for letter, _ in _letters(line))
        pieces += [letters[at : at + _PIECE] for at in range(0, len(letters), _PIECE)]
    return pieces


def _match(held: str, wanted: Sequence[str]) -> tuple[list[Run], list[str]]:
    """The runs of a page that hold the pieces, and the pieces after the last that was found."""
    whole = "".join(wanted)
    at = held.find(whole)
    if at >= 0:
        return [range(at, at + len(whole))], []
    runs, last, after = [], -1, 0
    for number, piece in enumerate(wanted):
        at = held.find(piece, after, after + _NEAR)
        if at < 0 and len(piece) >= _SURE:
            at = held.find(piece)
        if at >= 0:
            after = at + len(piece)
            runs.append(range(at, after))
            last = number
    return runs, list(wanted[last + 1 :])


def _boxes(page: Any, words: Any, places: Sequence[int]) -> Iterator[Box]:
    """A box for each line of characters; lines are told apart before the page is turned."""
    line, numbered = 0, list[tuple[int, Box]]()
    for place in places:
        box = words.get_charbox(place)  # left, bottom, right, top
        before = numbered[-1][1] if numbered else box
        line += box[3] <= before[1] or box[1] >= before[3] or box[2] < before[0]
        numbered.append((line, box))
    for _, grouped in groupby(numbered, lambda one: one[0]):
        sides = np.array([box for _, box in grouped])
        yield _turn(page, *sides[:, :2].min(0), *sides[:, 2:].max(0))


def _turn(page: Any, left: float, bottom: float, right: float, top: float) -> Box:
    """Of the page's own measure, as it is shown: turned and cut."""
    corners = []
    for x, y in ((left, bottom), (right, top)):
        across, down = c_int(), c_int()
        into = c_double(x), c_double(y), byref(across), byref(down)
        pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, *into)  # type: ignore[attr-defined]
        corners.append((across.value / _FINE, down.value / _FINE))
    (x1, y1), (x2, y2) = corners
    left, top, right, bottom = np.clip(
        (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), 0.0, 1.0
    ).tolist()
    return left, top, right, bottom


def _mark(pixels: Any, box: Box) -> None:
    """As a marker does: what is dark stays dark."""
    height, width = pixels.shape[:2]
    left, right = int(box[0] * width) - 1, int(box[2] * width) + 2
    top, bottom = int(box[1] * height) - 1, int(box[3] * height) + 2
    part = pixels[max(top, 0) : bottom, max(left, 0) : right]
    part[:] = (part.astype(np.uint16) * _MARKER // 255).astype(np.uint8)


def _write_png(pixels: Any) -> bytes:
    """RFC 2083, section 11.2: header, data and end; each row begins with its filter, none."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")
    pieces = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)
