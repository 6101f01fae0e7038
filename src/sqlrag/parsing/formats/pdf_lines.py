"""Lines of a PDF page by where they stand: pdfium's order with a look at positions.

Asking for the place of every character would cost half as much as pdfium's whole work: the ends of
each line are looked at, and all of a line only where they do not fit.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlrag.parsing.formats.pdf_letters import PIECE, Places

SPACE = re.compile(r"(?<=\S)\s+(?=\S)")
# In heights of a line: a step down, or back, that begins another line, a space, and what is no
# letter.
STEP, JUMP, WIDTH, TALL = 0.5, 0.9, 0.15, 2
MARGIN = 0.08  # of the page's height, where running heads stand
FEWEST_PAGES, SHARE_OF_PAGES = 3, 0.3
FEWEST_OF_A_SIDE = 2
NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
# What is more than the number of a page and its words.
TITLE = re.compile(
    r"(?<![^\W\d_])(?!(?:pages?|pp?|pg|of|seite|von|s|стр|страница|из|с|página|pagina|pág|pag|de|di|str|strona|"
    r"sida|side|sivu|sur|av|z|ページ|페이지)\b)[^\W\d_]{2,}(?<![第页頁쪽共])"
)
CJK = re.compile("[\u2026\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\ufe10-\ufe4f\uff00-\uffef]")
FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


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
    turn: float = 0.0  # against the page as it is read, in radians
    is_vertical: bool = False

    @property
    def is_hyphenated(self) -> bool:
        return self.text[-1:] in "\ufffe\x02"

    def is_beside(self, other: "Line") -> bool:
        is_turned = self.turn or other.turn or self.is_vertical or other.is_vertical
        return not is_turned and _is_level(self, other)


def read_lines(places: Places) -> list[Line]:
    """The lines of a page in the order of its content.

    What stands outside of the page is not seen, and not read.
    """
    return _settled(_collect(places, 0, _level), places)


def read_notes(places: Places, first: int) -> list[Line]:
    """The lines of notes, which are the characters from one on."""
    return _settled(_collect(places, first, _loose), places)


def _collect(
    places: Places, first: int, read: Callable[[str, int, Places], list[Line]]
) -> list[Line]:
    lines: list[Line] = []
    for piece in PIECE.finditer(places.text, first):
        for line in read(piece[0], piece.start(), places):
            last = lines[-1] if lines else None
            if last and line.turn and line.turn == last.turn and _is_level(line, last):
                _join_turned(last, line)
                continue
            there = places.at(round(places.turn + line.turn, 2)) if line.turn else places
            left, bottom, right, top = there.box
            if not (line.left <= right and line.right >= left and bottom <= line.base <= top):
                continue
            if last and line.is_beside(last) and line.left >= last.right and not last.is_hyphenated:
                between = line.start - last.start - len(last.text)
                last.text += " " * between + line.text
                last.right, last.is_joined = line.right, True
            else:
                lines.append(line)
    return lines


def _is_level(line: Line, other: Line) -> bool:
    return abs(line.base - other.base) < 0.3 * max(line.height, other.height)


def _join_turned(line: Line, other: Line) -> None:
    """Text that is turned comes in pieces in any order."""
    first, second = (line, other) if line.left <= other.left else (other, line)
    space = " " if second.left - first.right > WIDTH * line.height else ""
    line.text = first.text.rstrip() + space + second.text
    line.left, line.right = first.left, second.right


def _settled(lines: list[Line], places: Places) -> list[Line]:
    """The lines where they stand on the page; vertical ones from right to left."""
    if not any(line.turn or line.is_vertical for line in lines):
        return lines
    settled: list[Line] = []
    for (turn, is_vertical), group in groupby(lines, lambda line: (line.turn, line.is_vertical)):
        found = list(group)
        if turn:
            left, base = places.origin(found[0].start)
            for line in found:
                line.left = line.right = left
                line.base = base
        settled += _from_right(found) if is_vertical else found
    return settled


def _from_right(lines: list[Line]) -> list[Line]:
    """Vertical lines as they are read: pdfium has those of one height from left to right."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and rows[-1][-1].left < line.left:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in reversed(row)]


def _level(text: str, start: int, places: Places) -> list[Line]:
    """A piece of text as one line, or as many as it has base lines."""
    words = text.strip("\ufffe\x02 \t\u00a0\0")
    if not words:
        return []
    first = start + text.index(words[0])
    last = first + len(words) - 1
    (left, base), height = places.origin(first), places.height(first)
    beyond, end = places.origin(last)
    fits = abs(end - base) < STEP * height and beyond >= left
    if places.turn_of(first) != places.turn or (not fits and places.is_level(first)):
        return _broken(text, start, places)
    right = places.edges(last)[1] if fits else max(left, beyond)
    return [Line(text, start, left, right, base, height)]


def _loose(text: str, start: int, places: Places) -> list[Line]:
    return _broken(text, start, places, is_loose=True)


def _broken(text: str, start: int, places: Places, is_loose: bool = False) -> list[Line]:
    """The lines of a piece that pdfium ran together, perhaps of parts that were written apart."""
    lines: list[Line] = []
    above = (0.0, 0.0)
    for place, character in enumerate(text, start):
        if character.isspace() or character in "\ufffe\x02\0":
            if lines:
                lines[-1].text += character
            continue
        there = places.at(places.turn_of(place))
        (x, y), (left, right) = there.origin(place), there.edges(place)
        line = lines[-1] if lines else None
        turn = round(there.turn - places.turn, 2)
        height = there.height(place)
        if line and height > TALL * line.height:
            height = line.height  # a brace beside two lines
        if line and line.turn == turn and _is_below((x, y), above, height, character):
            line.text += character
            line.is_vertical = True
        elif (
            line is None
            or line.turn != turn
            or _begins_line(line, left, y, height)
            or ((is_loose or turn) and _is_back(line, left, character))
        ):
            lines.append(Line(character, place, x, right, y, height, turn=turn))
        else:
            line.text += character
            line.right = max(line.right, right)
            if height > line.height:  # which began with an exponent
                line.base, line.height = y, height
        above = x, y
    return lines


def _begins_line(line: Line, left: float, base: float, height: float) -> bool:
    step = abs(base - line.base) / max(line.height, height)
    return step > JUMP or (step > STEP and left < line.right)


def _is_back(line: Line, left: float, character: str) -> bool:
    """Whether a character stands where the line has been, as what was written apart does."""
    return left < line.right - STEP * line.height and not FROM_RIGHT.match(character)


def _is_below(
    place: tuple[float, float], above: tuple[float, float], height: float, character: str
) -> bool:
    """Whether a character follows another in a line that runs down."""
    down = above[1] - place[1]
    return (
        abs(place[0] - above[0]) < 0.3 * height
        and STEP * height < down < 2 * height
        and bool(CJK.match(character))
    )


def drop_running_heads(pages: list[list[Line]], heights: Sequence[float]) -> None:
    """Take out what stands in the margins of many pages, or of every other one, but where it
    stands first, and the numbers of pages. Titles whose numbers do not follow the pages stay."""
    found: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for page, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        for line in lines:
            if not MARGIN * height < line.base < (1 - MARGIN) * height:
                found[NUMBER.sub("#", _words(line).lower())].append((page, line))
    dropped: set[int] = set()
    for key, places in found.items():
        if _is_running([page for page, _ in places], len(pages)):
            seen: set[str] = {""}
            for _, line in places:
                text = key if _follows(places) else _words(line).lower()
                if text in seen or (text == key and not TITLE.search(key)):
                    dropped.add(id(line))
                seen.add(text)
    for lines in pages:
        lines[:] = [line for line in lines if id(line) not in dropped]


def _words(line: Line) -> str:
    return " ".join(line.text.split())


def _is_running(places: Sequence[int], pages: int) -> bool:
    count = len({*places})
    is_other = pages >= 2 * FEWEST_OF_A_SIDE and len({page % 2 for page in places}) == 1
    return count >= max(FEWEST_OF_A_SIDE if is_other else FEWEST_PAGES, SHARE_OF_PAGES * pages)


def _follows(places: Sequence[tuple[int, Line]]) -> bool:
    """Whether a number in a line that many pages have counts those pages."""
    numbers = [[_value(number) for number in NUMBER.findall(_words(line))] for _, line in places]
    steps = [
        [after - before == there - here for before, after in zip(one, other, strict=True)]
        for (here, _), (there, _), one, other in zip(
            places, places[1:], numbers, numbers[1:], strict=False
        )
        if there > here
    ]
    return any(sum(column) * 2 >= len(steps) for column in zip(*steps, strict=True))


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [ROMAN[sign] for sign in number.lower()]
    return sum(
        -one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True)
    )
