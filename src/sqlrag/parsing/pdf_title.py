"""The title a PDF shows on its first page, where its metadata has none."""

import re
from itertools import groupby
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from sqlrag.parsing.text import clean

# How much larger than the text of the page a title is set.
PROMINENCE = 1.25
MAX_CHARS = 120


def find_title(document: pypdfium2.PdfDocument) -> str | None:
    """The lines of the first page set in its largest type, None where no type stands out."""
    page = document[0]
    words = page.get_textpage()
    try:
        lines = _lines(words)
    finally:
        words.close()
        page.close()
    sizes = [size for size, text in lines for _ in text]
    if not sizes:
        return None
    largest = max(size for size, _ in lines)
    if largest < PROMINENCE * median(sizes):
        return None
    title = " ".join(" ".join(text for size, text in lines if size == largest).split())
    return title if len(title) <= MAX_CHARS else None


def _lines(words: Any) -> list[tuple[float, str]]:
    """The lines that hold a word, each with the size of its type, rounded to half points."""
    text = words.get_text_range()
    characters = [
        (character, pdfium.FPDFText_GetFontSize(words, place))  # type: ignore[attr-defined]
        for place, character in enumerate(text[: words.count_chars()])
    ]
    lines = []
    for is_break, line in groupby(characters, lambda character: character[0] in "\r\n"):
        listed = list(line)
        content = clean("".join(character for character, _ in listed)).strip()
        if not is_break and re.search(r"[^\W\d_]{2}", content):
            lines.append((round(2 * max(size for _, size in listed)) / 2, content))
    return lines
