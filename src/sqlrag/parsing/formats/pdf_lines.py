"""Lines of a PDF page by where they stand: pdfium's order with a look at positions.

Asking for the place of every character would cost half as much as pdfium's whole work: the ends of
each line are looked at, and all of a line only where they do not fit.
"""

import ctypes
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

import pypdfium2.raw as pdfium

# pdfium writes U+FFFE or U+0002 for a hyphen that ends a line.
PIECE = re.compile(r"[^\r\n\ufffe\x02]+[\ufffe\x02]?|[\ufffe\x02]")
SPACE = re.compile(r"(?<=\S)\s+(?=\S)")
# In heights of a line: a step down that begins another line, a gap between columns of prose, and
# one below them.
STEP, JUMP, GAP, APART = 0.5, 0.9, 1.2, 3
SHORTEST_ROW, SAMPLE, FEWEST_ROWS = 40, 3, 4
FIGURES = re.compile(r"\d\W+\d.*\d\W+\d")  # a row of a table
PROSE = 18  # characters of a line in a column, on average
LETTERS, FULL = 0.7, 0.8  # shares of its characters, and of the column's width
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


class Places:
    """Where the characters of a page stand."""

    def __init__(self, words: Any) -> None:
        self._page = words.raw
        self._double = [ctypes.c_double() for _ in range(4)]
        self._box = pdfium.FS_RECTF()  # type: ignore[attr-defined]

    def origin(self, place: int) -> tuple[float, float]:
        x, y = self._double[:2]
        pdfium.FPDFText_GetCharOrigin(self._page, place, x, y)  # type: ignore[attr-defined]
        return x.value, y.value

    def edges(self, place: int) -> tuple[float, float]:
        left, right, bottom, top = self._double
        pdfium.FPDFText_GetCharBox(self._page, place, left, right, bottom, top)  # type: ignore[attr-defined]
        return left.value, right.value

    def height(self, place: int) -> float:
        pdfium.FPDFText_GetLooseCharBox(self._page, place, self._box)  # type: ignore[attr-defined]
        return abs(self._box.top - self._box.bottom) or 1.0

    def is_level(self, place: int) -> bool:
        angle: float = pdfium.FPDFText_GetCharAngle(self._page, place)  # type: ignore[attr-defined]
        return abs(angle) < 0.01


def read_lines(words: Any, box: tuple[float, float, float, float]) -> list[Line] | None:
    """The lines of a page in the order of its content; None where pdfium's counts do not agree.

    What stands outside of the page is not seen, and not read. Columns that are written row by row
    are read one after the other.
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
    return _apart(lines, places, 0)


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


def _apart(lines: list[Line], places: Places, depth: int) -> list[Line]:
    """The lines of columns one column after the other, where a gap runs down between prose."""
    rows = [
        line for line in lines if len(line.text) >= SHORTEST_ROW and not FIGURES.search(line.text)
    ]
    if len(rows) < FEWEST_ROWS or depth > 2:
        return lines
    sample = rows[len(rows) // (2 * SAMPLE) :: -(-len(rows) // SAMPLE)]
    gaps = [
        max(found, key=lambda gap: gap[1] - gap[0])
        for row in sample
        if (found := _gaps(row, places))
    ]
    if 2 * len(gaps) < len(sample):
        return lines
    middle = median((left + right) / 2 for left, right in gaps)
    apart: list[Line] = []
    sides: tuple[list[Line], list[Line]] = ([], [])
    for line in lines:
        halves = _halves(line, middle, places)
        lowest = min((other.base for side in sides for other in side), default=line.base)
        if halves is None or lowest - line.base > APART * line.height:
            apart += _columns(sides, places, depth)
            sides = ([], [])
        if halves is None:
            apart.append(line)
        for side, half in zip(sides, halves or (), strict=False):
            if half:
                side.append(half)
    return apart + _columns(sides, places, depth)


def _columns(sides: tuple[list[Line], list[Line]], places: Places, depth: int) -> list[Line]:
    """What stands left of a gap, then what stands right of it; rows as they were if no prose."""
    left, right = sides
    both = sorted([*left, *right], key=lambda line: line.start)
    if not (_is_prose(left) and _is_prose(right)):
        return _in_rows(both)
    return _apart(left, places, depth + 1) + _apart(right, places, depth + 1)


def _is_prose(lines: list[Line]) -> bool:
    """Whether lines fill a column with words, as cells of a table do not."""
    if len(lines) < FEWEST_ROWS or mean(len(line.text) for line in lines) < PROSE:
        return False
    widths = [line.right - line.left for line in lines]
    text = "".join(line.text for line in lines)
    letters = sum(map(str.isalpha, text)) / len(text.replace(" ", ""))
    return letters > LETTERS and median(widths) > FULL * max(widths)


def _in_rows(halves: Iterable[Line]) -> list[Line]:
    rows: list[Line] = []
    for half in halves:
        last = rows[-1] if rows else None
        if last and half.start == last.start + len(last.text):
            last.text, last.right = last.text + half.text, half.right
        else:
            rows.append(half)
    return rows


def _gaps(line: Line, places: Places) -> list[tuple[float, float]]:
    """The gaps amid a line that are wider than a space by far; a bullet is not amid it."""
    gaps = []
    edge = len(line.text) // 5
    for space in SPACE.finditer(line.text, edge, len(line.text) - edge):
        before = places.edges(line.start + space.start() - 1)[1]
        after = places.edges(line.start + space.end())[0]
        if after - before > GAP * line.height:
            gaps.append((before, after))
    return gaps


def _halves(line: Line, middle: float, places: Places) -> tuple[Line | None, Line | None] | None:
    """The parts of a line left and right of a gap; None for a line that goes over it."""
    if line.right <= middle:
        return line, None
    if line.left >= middle:
        return None, line
    starts = [space.end() for space in SPACE.finditer(line.text)]
    right = bisect_left(starts, middle, key=lambda start: places.edges(line.start + start)[0])
    if right == len(starts):
        return None
    cut = starts[right]
    text, rest = line.text[:cut], line.text[cut:]
    before = places.edges(line.start + len(text.rstrip()) - 1)[1]
    after = places.edges(line.start + cut)[0]
    if before > middle or after - before <= GAP * line.height:
        return None
    return (
        Line(text, line.start, line.left, before, line.base, line.height),
        Line(rest, line.start + cut, after, line.right, line.base, line.height),
    )


def place_notes(lines: list[Line], notes: Iterable[Line], words: Any) -> list[Line]:
    """The lines and, where they stand, notes: values of fields, stamps, boxes that are ticked."""
    places = Places(words)
    placed = list(lines)
    ends: dict[int, int] = {}
    # From right to left: what is put into a line moves no character before it.
    for note in sorted(notes, key=lambda note: note.left, reverse=True):
        beside = [line for line in placed if line.is_beside(note)]
        hosts = [line for line in beside if line.left <= note.left]
        if hosts:
            host = max(hosts, key=lambda line: line.left)
            end = ends.get(id(host), len(host.text))
            ends[id(host)] = _insert(host, end, note, places)
        elif beside:
            host = min(beside, key=lambda line: line.left)
            host.text, host.left = f"{note.text.strip()} {host.text}", note.left
        else:
            below = (place for place, line in enumerate(placed) if line.base < note.base)
            placed.insert(next(below, len(placed)), note)
    return placed


def _insert(host: Line, end: int, note: Line, places: Places) -> int:
    """Put a note into a line whose text is the page's up to `end`, and say up to where it is."""
    cut = end
    if host.right > note.left and host.start >= 0:
        starts = [space.end() for space in SPACE.finditer(host.text, 0, end)]
        right = bisect_left(
            starts, note.left, key=lambda start: places.edges(host.start + start)[0]
        )
        cut = starts[right] if right < len(starts) else end
    before, after = host.text[:cut].rstrip(), host.text[cut:].lstrip()
    host.text = " ".join(filter(None, (before, note.text.strip(), after)))
    host.right = max(host.right, note.right)
    return len(before)


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
