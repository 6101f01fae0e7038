"""Tables of a text, whose rows are read with the heads of their columns."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from sqlrag.domain.documents import ParsedDocument, Table

# A line of cells, perhaps what Markdown draws below it, and other such lines.
MARKED = re.compile(
    r"^(?P<head>[^\n|]*\|[^\n]*)\n(?P<drawn>[ \t|:-]+\n)?"
    r"(?P<rows>(?:[^\n|]*\|[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
PLAIN = {"text/plain", "text/csv", "application/json", "application/x-ndjson"}
FEWEST_ROWS, FEWEST_LIKE_ROWS = 3, 2  # of those that have as many cells as their heads
LONGEST_HEAD = 500  # characters


def find_tables(parsed: ParsedDocument) -> list[Table]:
    """Those that its reader found, and rows of cells between bars below a first one."""
    marked = () if parsed.media_type in PLAIN else _find_marked(parsed)
    return sorted([*parsed.tables, *marked], key=lambda table: table.char_start)


def _find_marked(parsed: ParsedDocument) -> Iterator[Table]:
    is_drawn = parsed.media_type == "text/markdown"  # other bars in it are code
    for found in MARKED.finditer(parsed.text) if "|" in parsed.text else ():
        cells = [" ".join(cell.split()) for cell in found["head"].strip("| \t").split("|")]
        heads = " | ".join(filter(None, cells))
        rows = found["rows"].splitlines()
        bars = {row.count(" | ") for row in (found["head"], *rows)}
        is_table = bool(found["drawn"]) or (
            not is_drawn and len(rows) >= (FEWEST_ROWS if len(bars) > 1 else FEWEST_LIKE_ROWS)
        )
        if 0 < len(heads) <= LONGEST_HEAD and is_table:
            yield Table(heads, *found.span("rows"))


def heads_at(tables: Sequence[Table], start: int, own: int) -> tuple[str, ...]:
    """The heads of the table amid whose rows a chunk starts, and its own text too; none where
    they stand in the chunk."""
    place = bisect_right(tables, own, key=lambda table: table.char_start) - 1
    if place < 0:
        return ()
    table = tables[place]
    return (table.heads,) if table.char_start <= start and own < table.char_end else ()
