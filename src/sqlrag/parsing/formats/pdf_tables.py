"""Tables of a PDF page that are written column by column, as rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from statistics import mean

from sqlrag.parsing.formats.pdf_lines import PROSE, Line, is_prose

Column = list[Line]
SLACK = 0.3  # of a line's height, by which what stands on one base line may differ
MOST_COLUMNS, FEWEST_CELLS = 40, 2
FEWEST_ROWS, FEWEST_TIGHT_ROWS = 3, 6
TIGHT = 1.15  # heights of a line from one to the next, as in a cell of several
CHARACTER = 2  # characters of a cell that is hardly more than one
MATCHED, MANY = 0.8, 0.5  # shares of the cells of a column


def join_rows(lines: list[Line]) -> list[Line]:
    """The lines of a page; cells that come column after column as one line for each row."""
    runs, joined = list(_runs(lines)), list[Line]()
    place = 0
    while place < len(runs):
        columns = _columns(runs[place : place + MOST_COLUMNS])
        if not _is_table(columns):
            joined += runs[place]
            place += 1
            continue
        joined += runs[place][: len(runs[place]) - len(columns[0])]
        joined += map(_row, by_base(cell for column in columns for cell in column))
        place += len(columns) - 1
        runs[place] = runs[place][len(columns[-1]) :]  # what stands below the table
        place += not runs[place]
    return joined


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines in stretches, each of which goes down the page."""
    run: list[Line] = []
    for line in lines:
        if run and not line.base < run[-1].base - SLACK * line.height:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _columns(runs: Sequence[list[Line]]) -> list[Column]:
    """What of the runs stands side by side, from left to right, between the same heights."""
    if len(runs) < FEWEST_CELLS:
        return []
    top, bottom = runs[1][0], runs[0][-1]
    columns = [[line for line in runs[0] if line.base <= top.base + SLACK * top.height]]
    for run in runs[1:]:
        edge = max((cell.right for cell in columns[-1]), default=0)
        lowest = bottom.base - SLACK * bottom.height
        column = [line for line in run if line.base >= lowest]
        if min((cell.left for cell in column), default=0) < edge:
            break
        columns.append(column)
        if len(column) < len(run):
            break
    return columns


def _is_table(columns: Sequence[Column]) -> bool:
    """Whether columns have their lines in common, and cells in them: figures beside words, values
    beside labels, or as many words in each of three. Prose and addresses have not."""
    if len(columns) < FEWEST_CELLS or min(map(len, columns)) < FEWEST_CELLS:
        return False
    labels, *others = columns
    if is_prose(labels) or any(mean(map(_length, one)) > PROSE for one in others):
        return False
    cells = [cell for column in columns for cell in column]
    if any(cell.is_hyphenated for cell in cells):
        return False
    rows = list(by_base(cells))
    pitch = (rows[0][0].base - rows[-1][0].base) / (len(rows) - 1)
    if len(rows) < (FEWEST_ROWS if pitch > TIGHT * cells[0].height else FEWEST_TIGHT_ROWS):
        return False  # heads of columns, that are written over several lines
    alone = {id(row[0]) for row in rows if len(row) == 1}
    if any(_share(column[1:], lambda cell: id(cell) in alone) > 1 - MATCHED for column in others):
        return False
    if any(_share(column[1:], _is_figure) >= MANY for column in others):
        return True
    if _share(labels, _is_label) > MATCHED:
        return not any(_share(column, _is_label) for column in others)
    # Text that runs down the page has cells of one character.
    words = mean(map(_length, cells)) > CHARACTER and mean(map(_length, labels)) <= PROSE
    return words and len(columns) > FEWEST_CELLS and not alone


def _share(column: Column, is_so: Callable[[Line], bool]) -> float:
    return sum(map(is_so, column)) / max(len(column), 1)


def _length(cell: Line) -> int:
    return len(cell.text)


def _is_label(cell: Line) -> bool:
    return cell.text.rstrip().endswith(":")


def _is_figure(cell: Line) -> bool:
    digits = sum(map(str.isdigit, cell.text))
    return digits > 0 and digits >= sum(map(str.isalpha, cell.text))


def by_base(cells: Iterable[Line]) -> Iterator[list[Line]]:
    """Cells row by row, from the top of the page."""
    row: list[Line] = []
    for cell in sorted(cells, key=lambda cell: -cell.base):
        if row and not cell.is_beside(row[0]):
            yield row
            row = []
        row.append(cell)
    if row:
        yield row


def _row(cells: Iterable[Line]) -> Line:
    cells = sorted(cells, key=lambda cell: cell.left)
    text = " ".join(cell.text.strip() for cell in cells)
    return replace(cells[0], text=text, right=max(cell.right for cell in cells))
