"""Rows of a table that can be read on their own: each cell is told with its header."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise

Row = list[str]

AHEAD = 60  # rows that are looked at to find a header
FIGURE = re.compile(
    r"[(<>~≤≥±]?\s*[-+−]?\s*(?:[$€£¥]|[A-Z]{3}\s)?\s*[-+−]?[\d.,][\d.,:/%'’\s T-]*"
    r"(?:[$€£¥%]|\s?[A-Za-z°µ]{1,3})?\)?"
)
YEAR = re.compile(r"(?:19|20)\d\d")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?:[ T]\d{1,2}:\d\d.*)?")


def write_rows(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """The cells of each row that holds something, named, with its number, from 1.

    The header is the first full row that looks unlike those below it; what stands before it is
    told as it is. After a blank row another table may begin, with a header of its own.
    """
    numbered = ((n, [" ".join(cell.split()) for cell in row]) for n, row in enumerate(rows, 1))
    ahead = deque(islice(numbered, AHEAD))
    header, before = _Header(), list[str]()
    place = -1  # how many rows further the next header is
    is_first = begins = True
    while ahead:
        number, row = ahead.popleft()
        ahead.extend(islice(numbered, 1))
        if not any(row):
            begins = True
            continue
        if begins:
            place = find_header([row, *_block(ahead, is_first)], is_first)
            is_first = begins = False
        if place == 0:
            yield from header.unused()
            header = _Header(number, _join_headers(before, row))
        elif place > 0:
            yield number, [cell for cell in row if cell]
        else:
            yield number, list(header.name_cells(row))
        place, before = place - 1, row
    yield from header.unused()


@dataclass
class _Header:
    """Labels of which no row makes use are told in the end, lest they be lost."""

    number: int = 0
    labels: Row = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def name_cells(self, row: Row) -> Iterator[str]:
        for column, cell in enumerate(row):
            if cell:
                name = self.labels[column] if column < len(self.labels) else ""
                self.used.add(column)
                yield f"{name}: {cell}" if name else cell

    def unused(self) -> Iterator[tuple[int, Row]]:
        labels = [name for column, name in enumerate(self.labels) if column not in self.used]
        if left := [name for name in labels if name]:
            yield self.number, left


def _block(ahead: Iterable[tuple[int, Row]], is_first: bool) -> Iterator[Row]:
    """The rows to the next blank one; at the start all, since a title may stand apart."""
    for _, row in ahead:
        if any(row):
            yield row
        elif not is_first:
            return


def find_header(rows: list[Row], is_first: bool) -> int:
    """The place of the header, -1 where there is none: a later table needs a sign of one."""
    counts = [sum(map(bool, row)) for row in rows]
    common = Counter(count for count in counts if count > 1)
    width = max(common, key=lambda count: (common[count], count), default=1)
    full = next(place for place, count in enumerate(counts) if count >= width)
    if not is_first and (width < 2 or full > 3):
        return -1
    above = rows[full - 1] if full and counts[full - 1] > 1 else []
    has_labels = above and not above[0]  # a table whose rows have labels has none for them
    is_told = bool(rows[full + 1 :]) or not has_labels
    if is_told and _is_header(rows[full], rows[full + 1 :], is_first):
        return full
    return full - 1 if has_labels and _is_header(above, rows[full:], is_first) else -1


def _is_header(row: Row, below: list[Row], is_first: bool) -> bool:
    """Whether more columns speak for it than against it; without a sign, what is first is one."""
    if not below:
        return is_first
    labels = [cell for cell in row if cell]
    is_series = _is_series(row) and not any(map(_is_series, below))
    votes = list(
        chain(*(_votes(column, cell, below, is_series) for column, cell in enumerate(row)))
    )
    if not any(vote > 0 for vote in votes) and len({*labels}) < len(labels):
        return False
    return sum(votes) > 0 or (is_first and sum(votes) == 0)


def _votes(column: int, cell: str, below: list[Row], is_series: bool) -> Iterator[int]:
    values = [row[column] for row in below if column < len(row) and row[column]]
    if not values or not any(map(str.isalnum, cell)):
        return
    kind = _kind(cell)
    usual = Counter(map(_kind, values)).most_common(1)[0][0]
    if kind == "text":
        if usual != "text":
            yield 1
        elif cell in values or (any(map(str.isdigit, cell)) and _is_shape_of(cell, values)):
            yield -1
    elif is_series or (kind != usual and usual != "text" and kind != "figure"):
        yield 1
    elif usual != "text":
        yield -1


def _kind(cell: str) -> str:
    kinds = (("year", YEAR), ("date", DATE), ("figure", FIGURE))
    return next((kind for kind, pattern in kinds if pattern.fullmatch(cell)), "text")


def _is_series(row: Row) -> bool:
    """Years or numbers one after the other, as months and hours are counted."""
    figures = [int(cell) for cell in row if cell.isascii() and cell.isdigit() and len(cell) < 9]
    steps = {later - earlier for earlier, later in pairwise(figures)}
    enough = 2 if all(1900 <= figure < 2100 for figure in figures) else 3
    return len(figures) >= enough and steps in ({1}, {-1})


def _is_shape_of(cell: str, values: list[str]) -> bool:
    shape = _shape(cell)
    return 2 * sum(_shape(value) == shape for value in values) > len(values)


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell))


def _join_headers(before: Row, row: Row) -> Row:
    """Labels that come twice, `Q1`, `Q2`, under those that span them, `2023`, `2024`."""
    labels = [cell for cell in row if cell]
    if len({*labels}) == len(labels) or sum(map(bool, before)) < 2:
        return row
    joined, above = [], ""
    for column, label in enumerate(row):
        above = (before[column] if column < len(before) else "") or above
        joined.append(f"{above} {label}".strip() if label else "")
    return joined
