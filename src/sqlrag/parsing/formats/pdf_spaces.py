"""Spaces of a PDF's lines by the gaps between letters, where pdfium's own do not fit."""

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest
from statistics import median

from sqlrag.parsing.formats.pdf_letters import Places
from sqlrag.parsing.formats.pdf_lines import Line

# Three letters that stand alone, at most a word between two of them: "N O T E", "Th e tid e o f".
APART = re.compile(r"(?<!\S)[^\W\d_] (?:\S+ )?[^\W\d_] (?:\S+ )?[^\W\d_](?!\S)")
SINGLES = re.compile(r" [^\W\d_] (?:\S+ )?[^\W\d_](?!\S)")  # the least of it, found sooner
FORMULA = re.compile(r"[=+<>±×÷]")
# Letters between which most texts have a space; a name may be written so.
JOINTS = re.compile(r"[A-ZÀ-Þ“](?<=[a-zà-ÿ].)"), re.compile(r"[)”,;][A-Za-zÀ-ÿ]")
CLOSING = ".,;:!?)]}%’”'\"\ufffe\x02"
# In heights of a line: what is added to the usual gap between words, a usual gap that is one, what
# such a gap may be anyway beside narrow letters, and at most.
WORDS, GAP, BEARINGS, WIDEST = 0.1, 0.03, 0.25, 0.75
UNEVEN = 1.6  # times the usual gap


def mend_spaces(lines: Sequence[Line], places: Places) -> None:
    """Join the letters of words that were set apart, and part words that pdfium runs together.

    A page is looked at whole if one of its lines had letters apart, or a gap is found between two
    letters that seldom follow each other.
    """
    text = places.text
    if SINGLES.search(text) and any(
        APART.search(line.text) and _space(line, places, joins=True) for line in lines
    ):
        for line in lines:
            _space(line, places, joins=True)
    elif any(
        _is_gap(found.end() - 2, places) for joint in JOINTS for found in joint.finditer(text)
    ):
        for line in lines:
            _space(line, places, joins=False)


def _is_gap(place: int, places: Places) -> bool:
    gap = places.advance(place + 1)[0] - places.advance(place)[1]
    return gap > WORDS * places.height(place)


def _space(line: Line, places: Places, joins: bool) -> bool:
    """Space a line by its gaps, and say whether letters were joined."""
    if line.turn or line.is_vertical or not _is_of_page(line, places.text):
        return False
    marks = [place for place, character in enumerate(line.text) if not character.isspace()]
    ends = [places.advance(line.start + mark) for mark in marks]
    gaps = [right[0] - left[1] for left, right in pairwise(ends)]
    pairs = list(pairwise(marks))
    is_drawn = [any(places.is_drawn(line.start + n) for n in range(a + 1, b)) for a, b in pairs]
    usual = max(median([g for g, drawn in zip(gaps, is_drawn, strict=True) if not drawn] or [0]), 0)
    high = line.height
    most = min(max(UNEVEN * usual, BEARINGS * high), WIDEST * high)
    is_apart = joins and usual > GAP * high and not FORMULA.search(line.text)
    widest = most if is_apart else -high
    parts, has_joined = [line.text[: marks[0]]], False
    for (left, right), gap, drawn in zip(pairs, gaps, is_drawn, strict=True):
        between = line.text[left + 1 : right]
        if between and not drawn and gap < widest:
            between, has_joined = "", True
        elif not between and gap > usual + WORDS * high and _may_part(*line.text[left : right + 1]):
            between = " "
        parts.append(line.text[left] + between)
    line.text = "".join(parts) + line.text[marks[-1] :]
    return has_joined


def _is_of_page(line: Line, text: str) -> bool:
    """Whether the characters of a line still are where they were: a note may be among them."""
    there = text[line.start : line.start + len(line.text)] if line.start >= 0 else ""
    return len(line.text.strip()) > 1 and all(
        ours == theirs
        for ours, theirs in zip_longest(line.text, there)
        if ours is None or not ours.isspace()
    )


def _may_part(left: str, right: str) -> bool:
    return (left.isalpha() or right.isalpha()) and right not in CLOSING and left not in "([{“‘"
