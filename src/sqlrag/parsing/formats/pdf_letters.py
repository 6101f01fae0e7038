"""Where the characters of a PDF page stand."""

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from math import cos, pi, sin
from operator import itemgetter
from typing import Any

import pypdfium2.raw as pdfium

# pdfium writes U+FFFE or U+0002 for a hyphen that ends a line.
PIECE = re.compile(r"[^\r\n\ufffe\x02]+[\ufffe\x02]?|[\ufffe\x02]")
LEFT = {2, 9, 10, 13}  # controls that stay
SLANT = 0.1  # radians, of a page that was scanned askew
TURNS = 5  # letters of a page that tell its angle
LETTER = re.compile(r"[^\W\d_]")


class Places:
    """The text of a page, and where its characters stand once the page is turned by an angle.

    Points from the lower left corner of the page as it is then; angles in radians, clockwise.
    """

    def __init__(self, words: Any, box: Sequence[float], text: str, turn: float = 0.0) -> None:
        self.text, self.box, self.turn = text, box, turn
        self._words, self._shown = words, box
        self._page = words.raw
        self._double = [ctypes.c_double() for _ in range(4)]
        self._box = pdfium.FS_RECTF()  # type: ignore[attr-defined]
        self._others = {turn: self}
        if turn:
            self._cos, self._sin, self._corner = cos(turn), sin(turn), (0.0, 0.0)
            corners = [self._turned(x, y) for x in box[::2] for y in box[1::2]]
            left, bottom = map(min, zip(*corners, strict=True))
            right, top = map(max, zip(*corners, strict=True))
            self._corner, self.box = (left, bottom), (0.0, 0.0, right - left, top - bottom)

    def at(self, turn: float) -> "Places":
        if turn not in self._others:
            self._others[turn] = Places(self._words, self._shown, self.text, turn)
        return self._others[turn]

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        left, bottom = self._corner
        return x * self._cos - y * self._sin - left, x * self._sin + y * self._cos - bottom

    def origin(self, place: int) -> tuple[float, float]:
        x, y = self._double[:2]
        pdfium.FPDFText_GetCharOrigin(self._page, place, x, y)  # type: ignore[attr-defined]
        return self._turned(x.value, y.value) if self.turn else (x.value, y.value)

    def edges(self, place: int) -> tuple[float, float]:
        """Where the ink of a character begins and ends."""
        left, right, bottom, top = self._double
        pdfium.FPDFText_GetCharBox(self._page, place, left, right, bottom, top)  # type: ignore[attr-defined]
        if not self.turn:
            return left.value, right.value
        return self._ends(left.value, bottom.value, right.value, top.value)

    def advance(self, place: int) -> tuple[float, float]:
        """Where a character begins and where the next one may."""
        self._loosen(place)
        return self._ends(self._box.left, self._box.bottom, self._box.right, self._box.top)

    def height(self, place: int) -> float:
        self._loosen(place)
        high: float = self._box.top - self._box.bottom
        if self.turn:
            high = abs((self._box.right - self._box.left) * self._sin) + abs(high * self._cos)
        return abs(high) or 1.0

    def is_drawn(self, place: int) -> bool:
        """Whether the document has the character: pdfium adds spaces of its own."""
        return not pdfium.FPDFText_IsGenerated(self._page, place)  # type: ignore[attr-defined]

    def _loosen(self, place: int) -> None:
        pdfium.FPDFText_GetLooseCharBox(self._page, place, self._box)  # type: ignore[attr-defined]

    def _ends(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float]:
        if self.turn:
            left, right = self._turned(left, bottom)[0], self._turned(right, top)[0]
        return min(left, right), max(left, right)

    def is_level(self, place: int) -> bool:
        return abs(self._angle(place)) < 0.01

    def turn_of(self, place: int) -> float:
        """By how much a character is turned; a slant is not."""
        angle = self._angle(place)
        return self.turn if abs(angle) < SLANT else round(self.turn + angle, 2)

    def _angle(self, place: int) -> float:
        """Against the page, from -π to π."""
        angle: float = pdfium.FPDFText_GetCharAngle(self._page, place)  # type: ignore[attr-defined]
        if angle in (self.turn, -1):
            return 0.0
        return round((angle - self.turn + pi) % (2 * pi) - pi, 2)


def read_text(words: Any) -> str:
    """The characters of a page; U+0001 for each that pdfium has no letter for."""
    text: str = words.get_text_range()
    count = words.count_chars()
    if len(text) == count:
        return text
    codes = [pdfium.FPDFText_GetUnicode(words.raw, place) for place in range(count)]  # type: ignore[attr-defined]
    return "".join(chr(code) if code >= 32 or code in LEFT else "\x01" for code in codes)


def read_places(words: Any, box: Sequence[float]) -> Places:
    """The characters of a page as most of them are read: a table may be turned."""
    places = Places(words, box, read_text(words))
    text = places.text
    found = [LETTER.search(text, len(text) * part // TURNS) for part in range(TURNS)]
    turns = Counter(places.turn_of(letter.start()) for letter in found if letter)
    turn, count = max(turns.items(), key=itemgetter(1), default=(0.0, 0))
    return places.at(turn) if 2 * count > TURNS else places
