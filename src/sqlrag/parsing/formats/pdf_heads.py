"""What stands above the columns of a table of a PDF page, for its rows to be read with."""

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlrag.domain.documents import Table
from sqlrag.parsing.formats.pdf_letters import Places
from sqlrag.parsing.formats.pdf_lines import SPACE, Line

TOKEN = re.compile(r"\S+")
FIGURE = re.compile(r"[$€£¥]?\(?[-+–—]?[$€£¥]?\d[\d,.]*(?<![,.])\)?%?\)?|[-–—]")
CURRENCIES = set("$€£¥")
SIGN = re.compile(r"[$€£¥]|[%)]+")  # which stands apart from its figure
END = re.compile(r"[\d)%–—-]\s*\Z")
WORD = re.compile(r"[^\W\d_]{2}")
LONGEST_ROW, LONGEST_HEAD = 400, 500  # characters
FEWEST_FIGURES, FEWEST_ROWS = 2, 3
MOST_BETWEEN, MOST_CELLS = 4, 40  # lines without figures amid rows, and cells of a head
SAMPLE = 8  # rows of which the fullest tells where the columns are
# Heights of a line: between two cells, from a cell to its column, and to the left of all figures.
APART, NEAR, BESIDE = 0.8, 0.5, 2.0
AMID = 0.35  # of the space between columns, by which a head may be off the middle of those it spans
Span = tuple[float, float]


def name_columns(lines: Sequence[Line], places: Places) -> None:
    """Give the rows of each table the heads of its columns, those that span several with each."""
    figures = [_figures(line.text) for line in lines]
    is_row = [len(found) >= FEWEST_FIGURES for found in figures]
    place = 0
    while place < len(lines):
        if not is_row[place]:
            place += 1
            continue
        last = place
        while (following := _next(is_row, last)) is not None:
            last = following
        rows = [n for n in range(place, last + 1) if is_row[n]]
        if len(rows) >= FEWEST_ROWS:
            widest = max(rows[:SAMPLE], key=lambda n: len(figures[n]))
            columns = _columns(lines[widest], figures[widest], places)
            above = lines[: rows[0]]
            heads = _heads(above, columns, places) if len(columns) >= FEWEST_FIGURES else ""
            for line in lines[rows[0] : last + 1] if heads else ():
                line.heads = heads
        place = last + 1


def find_tables(lines: Sequence[Line], text: str) -> Iterator[Table]:
    """Where in the text of a page, as it was tidied, the rows of its tables stand."""
    start, place = 0, 0
    while place < len(lines):
        first, heads = lines[place], lines[place].heads
        last = place
        while last + 1 < len(lines) and lines[last + 1].heads == heads:
            last += 1
        if heads:
            begin = text.find(_tidy(first), start)
            end = text.find(_tidy(lines[last]), begin) if begin >= 0 else -1
            if end >= 0:
                start = end + len(_tidy(lines[last]))
                yield Table(heads, begin, start)
        place = last + 1


def _tidy(line: Line) -> str:
    return " ".join(line.text.split())


def _next(is_row: Sequence[bool], last: int) -> int | None:
    ahead = range(last + 1, min(last + MOST_BETWEEN + 2, len(is_row)))
    return next((place for place in ahead if is_row[place]), None)


def _figures(text: str) -> list[tuple[int, int]]:
    """Where the figures are with which a row ends, behind its label; none in other lines."""
    if not END.search(text, max(len(text) - 4, 0)) or len(text) > LONGEST_ROW:
        return []
    found: list[tuple[int, int]] = []
    end = 0  # of a sign behind the figure
    for token in reversed([*TOKEN.finditer(text)]):
        if FIGURE.fullmatch(token[0]):
            found.append((token.start(), max(end, token.end())))
            end = 0
        elif not SIGN.fullmatch(token[0]):
            return found[::-1] if WORD.search(text, 0, token.end()) else []
        elif token[0] in CURRENCIES and found:
            found[-1] = token.start(), found[-1][1]
        else:
            end = token.end()
    return []


def _columns(line: Line, figures: Sequence[tuple[int, int]], places: Places) -> list[Span]:
    """Where figures stand; a number that ends a label is none."""
    edges = [
        (places.edges(line.start + start)[0], places.edges(line.start + end - 1)[1])
        for start, end in figures
    ]
    label = line.start + len(line.text[: figures[0][0]].rstrip()) - 1
    is_apart = edges[0][0] - places.edges(label)[1] > APART * line.height
    return edges if is_apart else edges[1:]


def _heads(above: Sequence[Line], columns: Sequence[Span], places: Places) -> str:
    """The heads of columns, from the lines above the first row."""
    left = columns[0][0]
    held: list[Line] = []
    passed = 0
    for line in reversed(above):
        if line.left >= left - BESIDE * line.height and len(held) < MOST_CELLS:
            held.insert(0, line)
        elif held or passed == MOST_BETWEEN:
            break
        else:
            passed += 1  # the title of the first rows
    rows = _by_base(cell for line in held for cell in _cells(line, places))
    heads = _name(list(rows), columns) or " ".join(_tidy(line) for line in held)
    return heads if len(heads) <= LONGEST_HEAD else ""


def _by_base(cells: Iterable[Line]) -> Iterator[list[Line]]:
    """Cells row by row, from the top of the page."""
    row: list[Line] = []
    for cell in sorted(cells, key=lambda cell: -cell.base):
        if row and not cell.is_beside(row[0]):
            yield row
            row = []
        row.append(cell)
    if row:
        yield row


def _name(rows: Sequence[Sequence[Line]], columns: Sequence[Span]) -> str:
    """A name for each column, if rows of heads say it without doubt."""
    over: list[list[str]] = [[] for _ in columns]
    for row in rows:
        spread = dict(_spread(row, columns))
        if len(spread) < len(columns) or len({*spread.values()}) < len(row):
            return ""
        for column, place in spread.items():
            over[column].append(row[place].text)
    names = list(map(" ".join, over))
    return " | ".join(names) if len({*names}) == len(columns) else ""


def _cells(line: Line, places: Places) -> Iterator[Line]:
    start, left = 0, line.left
    for space in SPACE.finditer(line.text):
        before = places.edges(line.start + space.start() - 1)[1]
        after = places.edges(line.start + space.end())[0]
        if after - before > APART * line.height:
            text = line.text[start : space.start()]
            yield Line(text, -1, left, before, line.base, line.height)
            start, left = space.end(), after
    yield Line(line.text[start:].strip(), -1, left, line.right, line.base, line.height)


def _spread(row: Sequence[Line], columns: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """For columns, the place in a row of heads of that which stands over it: a head stands over
    the columns it is nearest to if it is amid them, else over what is right below it."""
    nearest = [
        min(range(len(row)), key=lambda place: abs(_middle(row[place]) - (left + right) / 2))
        for left, right in columns
    ]
    for place, cell in enumerate(row):
        below = [column for column, near in enumerate(nearest) if near == place]
        if not _is_amid(cell, [columns[column] for column in below]):
            low, high = cell.left - NEAR * cell.height, cell.right + NEAR * cell.height
            below = [column for column in below if low <= sum(columns[column]) / 2 <= high]
        yield from ((column, place) for column in below)


def _is_amid(cell: Line, columns: Sequence[Span]) -> bool:
    if len(columns) < FEWEST_FIGURES:
        return False
    between = (sum(columns[-1]) - sum(columns[0])) / 2 / (len(columns) - 1)
    return abs(_middle(cell) - (columns[0][0] + columns[-1][1]) / 2) <= AMID * between


def _middle(cell: Line) -> float:
    return (cell.left + cell.right) / 2
