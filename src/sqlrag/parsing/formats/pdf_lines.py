"""Lines of a PDF page by where they stand: pdfium's order with a look at positions.

Asking for the place of every character would cost half as much as pdfium's whole work: the ends of
each line are looked at, and all of a line only where they do not fit.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlrag.parsing.formats.pdf_letters import PIECE, Places

SPACE = re.compile(r"(?<=\S)\s+(?=\S)")
STEP, JUMP = 0.5, 0.9  # heights of a line: a step down that begins another
MARGIN = 0.08  # of the page's height, where running heads stand
FEWEST_PAGES, SHARE_OF_PAGES = 3, 0.3
NUMBERING = 8  # letters beside a page's number: "Page 3 of 9"


@dataclass(slots=True)
class Line:
    """A stretch of text on one base line, in points from the lower left corner of the page."""

    text: str
    start: int
    left: float
    right: float
    base: float
    height: float
    is_joined: bool = False  # of pieces, with a space for each character between them
    heads: str = ""  # of the columns of a table whose row it is

    @property
    def is_hyphenated(self) -> bool:
        return self.text[-1:] in "\ufffe\x02"

    def is_beside(self, other: "Line") -> bool:
        return abs(self.base - other.base) < 0.3 * max(self.height, other.height)


def read_lines(words: Any, box: tuple[float, float, float, float]) -> list[Line] | None:
    """The lines of a page in the order of its content; None where pdfium's counts do not agree.

    What stands outside of the page is not seen, and not read.
    """
    text = words.get_text_range()
    if len(text) != words.count_chars():
        return None
    places = Places(words)
    lines: list[Line] = []
    for piece in PIECE.finditer(text):
        for line in _level(piece[0], piece.start(), places):
            left, bottom, right, top = box
            if not (line.left <= right and line.right >= left and bottom <= line.base <= top):
                continue
            last = lines[-1] if lines else None
            if last and line.is_beside(last) and line.left >= last.right and not last.is_hyphenated:
                between = line.start - last.start - len(last.text)
                last.text += " " * between + line.text
                last.right, last.is_joined = line.right, True
            else:
                lines.append(line)
    return lines


def _level(text: str, start: int, places: Places) -> list[Line]:
    """A piece of text as one line, or as many as it has base lines."""
    words = text.strip("\ufffe\x02 \t\u00a0\0")
    if not words:
        return []
    first = start + text.index(words[0])
    last = first + len(words) - 1
    (left, base), height = places.origin(first), places.height(first)
    beyond, end = places.origin(last)
    if abs(end - base) < STEP * height and beyond >= left:
        return [Line(text, start, left, places.edges(last)[1], base, height)]
    return _broken(text, start, places) if places.is_level(first) else [
        Line(text, start, left, max(left, beyond), base, height)
    ]  # fmt: skip


def _broken(text: str, start: int, places: Places) -> list[Line]:
    """The lines of a piece that pdfium ran together."""
    lines: list[Line] = []
    for place, character in enumerate(text, start):
        if character.isspace() or character in "\ufffe\x02\0":
            if lines:
                lines[-1].text += character
            continue
        (x, y), (left, right) = places.origin(place), places.edges(place)
        line = lines[-1] if lines else None
        step = abs(y - line.base) / line.height if line else 0
        if line is None or step > JUMP or (step > STEP and left < line.right):
            lines.append(Line(character, place, x, right, y, places.height(place)))
        else:
            line.text += character
            line.right = max(line.right, right)
    return lines


def drop_running_heads(pages: list[list[Line]], heights: Sequence[float]) -> None:
    """Take out what stands in the margins of many pages, but where it stands first, and numbers."""
    keys = [
        [_key(line, height) for line in lines] for lines, height in zip(pages, heights, strict=True)
    ]
    counts = Counter(key for found in keys for key in set(found) if key)
    fewest = max(FEWEST_PAGES, SHARE_OF_PAGES * len(pages))
    seen: set[str] = set()
    for lines, found in zip(pages, keys, strict=True):
        kept = []
        for line, key in zip(lines, found, strict=True):
            numbers = "#" in key and sum(map(str.isalpha, key)) <= NUMBERING
            if counts[key] < fewest or not key or not (numbers or key in seen):
                kept.append(line)
            if key:
                seen.add(key)
        lines[:] = kept


def _key(line: Line, height: float) -> str:
    """What the line has in common with those of other pages; empty outside of the margins."""
    if MARGIN * height < line.base < (1 - MARGIN) * height:
        return ""
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", " ".join(line.text.lower().split()))
