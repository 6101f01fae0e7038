"""Where the characters of a PDF page stand."""

import ctypes
import re
from typing import Any

import pypdfium2.raw as pdfium

# pdfium writes U+FFFE or U+0002 for a hyphen that ends a line.
PIECE = re.compile(r"[^\r\n\ufffe\x02]+[\ufffe\x02]?|[\ufffe\x02]")


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
