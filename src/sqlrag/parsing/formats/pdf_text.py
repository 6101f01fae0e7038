"""The text of a PDF's lines: words that the end of a line divides, prose that runs on."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sqlrag.parsing.formats.text import clean

LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
LIGATURE = re.compile("[ﬀ-ﬆ]")
# pdfium writes U+FFFE or U+0002 for a hyphen that ends a line.
END_OF_LINE_HYPHEN = re.compile(r"[\ufffe\x02\u00ad]\n?|(?<=[^\W\d_])-\n(?=[^\W\d_])")
WORD_BEFORE = re.compile(r"[\w-]*\Z")
WORD = re.compile(r"\w*")
COMPOUND = re.compile(r"\w+(?:-\w+)*")
HYPHEN = re.compile(r"[a-zà-ÿа-яё]-\Z")
LONGEST_WORD = 60
SHORTEST_HALF = 4
COMPOUNDING = {"well", "self", "half"}
MERGED_LINES = "\ufffe\x02"
CJK = re.compile(r"[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]")
# Thai vowels and tones are of the letter before them, where pdfium sees their glyphs apart.
MARK = re.compile("[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]")
MARKS_APART = re.compile(rf"\s+({MARK.pattern}+)\s?")


def tidy_all(pages: list[str]) -> list[str]:
    """Pages with their words whole and the lines of their prose run on."""
    unwrapped = []
    for page in pages:
        lines = [line.rstrip() for line in clean(page).split("\n")]
        text = "".join(_unwrapped(lines)).strip("\n")
        if MARK.search(text):
            text = MARKS_APART.sub(r"\1", text)
        unwrapped.append(LIGATURE.sub(lambda found: LIGATURES[found[0]], text))
    words = _whole_words(unwrapped) if any(map(END_OF_LINE_HYPHEN.search, unwrapped)) else set()
    return [END_OF_LINE_HYPHEN.sub(lambda mark: _hyphen(mark, words), page) for page in unwrapped]


def _whole_words(pages: list[str]) -> set[str]:
    """The words of a document in lower case, but those that the end of a line divides."""
    words: set[str] = set()
    for page in pages:
        parts = [COMPOUND.findall(part) for part in END_OF_LINE_HYPHEN.split(page.lower())]
        for place, part in enumerate(parts):
            words.update(part[place > 0 : -1 if place < len(parts) - 1 else None])
    return words


def _hyphen(mark: re.Match[str], words: set[str]) -> str:
    """The hyphen at the end of a line if it belongs to the word: `state-of-the-` `art`."""
    if mark[0][0] == "\u00ad":
        return ""
    before = WORD_BEFORE.search(mark.string, max(mark.start() - LONGEST_WORD, 0), mark.start())
    after = WORD.match(mark.string, mark.end())
    left, right = before[0] if before else "", after[0] if after else ""
    if "-" in left or not (left[-1:].isalpha() and right[:1].isalpha()):
        return "-"
    if right[0].isupper() and not (len(left) > 1 and left.isupper() and right.isupper()):
        return "-"  # E-Mail, USA-Reise; but INTERNA-TIONAL
    if len(left) == 1:
        return "-"  # T-shirt
    left, right = left.lower(), right.lower()
    if left in COMPOUNDING or f"{left}-{right}" in words:
        return "-"
    halves = min(len(left), len(right)) >= SHORTEST_HALF and {left, right} <= words
    return "-" if halves and left + right not in words else ""


def _unwrapped(lines: list[str]) -> Iterator[str]:
    """The lines with their ends: those of prose that fill the page's width run on.

    Rows of tables are shorter or end in a number, and stay rows.
    """
    lengths = [len(line) - 1 - max(map(line.rfind, MERGED_LINES)) for line in lines]
    full = max(0.8 * max(lengths, default=0), 30)
    for length, (line, following) in zip(lengths, pairwise([*lines, ""]), strict=True):
        if HYPHEN.search(line) and following[:1].islower():
            yield line + "\n"
            continue
        runs_on = following[:1].islower() or line[-1:].isalpha() or line[-1:] in ",，、"
        if length < full or not following or not runs_on:
            yield line + "\n"
        else:
            yield line if CJK.match(line[-1]) and CJK.match(following) else line + " "
