"""Columns of a PDF page that are written row by row."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from statistics import mean, median

from sqlrag.parsing.formats.pdf_letters import Places
from sqlrag.parsing.formats.pdf_lines import SPACE, Line

# In heights of a line: a gap between columns of prose, and one below them.
GAP, APART = 1.2, 3
SHORTEST_ROW, SAMPLE, FEWEST_ROWS = 40, 3, 4
FIGURES = re.compile(r"\d\W+\d.*\d\W+\d")  # a row of a table
PROSE = 18  # characters of a line in a column, on average
LETTERS, FULL = 0.7, 0.8  # shares of its characters, and of the column's width


def part_columns(lines: list[Line], places: Places, depth: int = 0) -> list[Line]:
    """The lines of columns one column after the other, where a gap runs down between prose."""
    rows = [
        line
        for line in lines
        if len(line.text) >= SHORTEST_ROW and not (line.turn or FIGURES.search(line.text))
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
    return part_columns(left, places, depth + 1) + part_columns(right, places, depth + 1)


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
        if last and half.start == last.start + len(last.text) and half.is_beside(last):
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
