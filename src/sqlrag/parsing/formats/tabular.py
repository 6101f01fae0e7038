"""Tables and records to text: each row or record can be read on its own."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import Any

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.rows import FIGURE, write_rows
from sqlrag.parsing.formats.text import clean, read_text
from sqlrag.parsing.refusals import check_length, unreadable

DELIMITERS = "\t;|,"  # what stands in words least often comes first
NONE = "\x1f"
CHOSEN = re.compile(r"\"?sep=(.)\"?[ \t]*\n", re.IGNORECASE)  # a line that Excel takes
SAMPLE = 64_000
LEAST = 0.1  # a delimiter that fits less is a sign of the text
EMPTY = '""'  # a name without a letter
LONGEST_RECORD = 400  # characters of a record that is one line, as the row of a table is


def parse_csv(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """One line per row, `header: value; header: value`."""
    table = read_text(data)
    csv.field_size_limit(limits.max_text_chars)
    chosen = CHOSEN.match(table)
    if chosen:
        table = table[chosen.end() :]
    rows = _read_rows(table, chosen[1] if chosen else _delimiter(table))
    lines = ("; ".join(cells) for _, cells in write_rows(rows))
    return ParsedDocument(_joined(lines, "\n", limits), "text/csv")


def parse_json(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    source = read_text(data)
    try:
        value = _load(source)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and error.lineno > 1 and _is_record(source.split("\n", 1)[0]):
            return parse_jsonl(data, file_name, limits)
        raise _broken(error.lineno, error) from None
    return ParsedDocument(_joined(_lines(value), "\n", limits), "application/json")


def parse_jsonl(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    text = _joined(_records(read_text(data)), "\n\n", limits)
    return ParsedDocument(text, "application/x-ndjson")


def _joined(parts: Iterator[str], separator: str, limits: Limits) -> str:
    """The parts joined, refused as soon as they grow too long: headers repeat in every row."""
    return clean(separator.join(check_length(parts, separator, limits.max_text_chars)))


def _read_rows(table: str, delimiter: str) -> Iterator[list[str]]:
    """A quotation mark that is never closed is a sign like others."""
    reader = csv.reader(StringIO(table), delimiter=delimiter)
    start = end = 0
    for _ in reader:
        start, end = end, reader.line_num
    last = "".join(islice(StringIO(table), start, end))
    source = StringIO(table)
    if last.count('"') % 2:
        return csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(source, delimiter=delimiter)


def _delimiter(table: str) -> str:
    """The one that cuts the rows most alike, the header too, and leaves the cells whole."""
    sample = table[:SAMPLE].rsplit("\n", 1)[0] if len(table) > SAMPLE else table
    fits = {delimiter: _fit(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=fits.__getitem__)
    return best if fits[best] > LEAST else NONE


def _fit(sample: str, delimiter: str) -> float:
    others = re.compile("[" + DELIMITERS.replace(delimiter, "") + "]")
    read = csv.reader(StringIO(sample), delimiter=delimiter)
    rows = [row for row in islice(read, 100) if any(row)]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0
    width = max(widths, key=lambda width: (widths[width], width))
    first = next(place for place, row in enumerate(rows) if len(row) == width)
    divided = sum(len(row) > 1 for row in rows[:first])
    alike = widths[width] / (len(rows[first:]) + divided)
    if first and (alike < 0.6 or widths[width] == 1):  # commas of sentences
        return 0.0
    before = [any(map(others.search, row)) for row in rows[:first]]  # titles, or rows it misses
    cells = [cell for row in rows for cell in row if cell.strip()]
    whole = sum(not others.search(cell) or bool(FIGURE.fullmatch(cell)) for cell in cells)
    missed = 0.8 ** sum(before) * 0.98 ** len(before)
    return alike**2 * missed * (1 + whole / len(cells)) / 2 * (1 + min(width, 20) / 100)


def _load(source: str) -> Any:
    # Numbers stay as they are written: 1.10 is not 1.1, and long ones are refused by int.
    return json.loads(source, parse_int=str, parse_float=str)


def _is_record(line: str) -> bool:
    try:
        _load(line)
    except ValueError:
        return False
    return True


def _records(source: str) -> Iterator[str]:
    for number, line in enumerate(source.split("\n"), start=1):
        if line.strip():
            try:
                value = _load(line)
            except json.JSONDecodeError as error:
                raise _broken(number, error) from None
            yield _row(value) or "\n".join(_lines(value))


def _broken(line: int, error: json.JSONDecodeError) -> UnreadableDocument:
    return unreadable(
        f"its JSON is broken at line {line}, column {error.colno} ({error.msg})", "correct it there"
    )


def _lines(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """`name: value` lines, indented by depth; items of a list begin with a dash."""
    margin = "  " * depth
    label = f"{margin}{name}:" if name else margin.rstrip()
    if not isinstance(value, dict | list):
        yield f"{label} {_scalar(value)}" if name else f"{margin}{_scalar(value)}"
    elif not value:
        yield f"{label} (none)" if name else f"{margin}(none)"
    else:
        if name:
            yield label
        inner = depth + bool(name)
        if isinstance(value, dict):
            for key, item in value.items():
                yield from _lines(item, key or EMPTY, inner)
        else:
            for item in value:
                yield from _item(item, inner)


def _item(item: Any, depth: int) -> Iterator[str]:
    row = _row(item)
    lines = iter([row]) if row else _lines(item, "", depth + 1)
    yield "  " * depth + f"- {next(lines).lstrip()}"
    yield from lines


def _row(record: Any) -> str | None:
    """A short record as the row that it would be in a table: who wrote a message stands with it."""
    if not isinstance(record, dict) or len(record) < 2:
        return None
    if any(isinstance(value, dict | list) for value in record.values()):
        return None
    row = "; ".join(f"{key or EMPTY}: {_scalar(value)}" for key, value in record.items())
    return row if len(row) <= LONGEST_RECORD and "\n" not in row else None


def _scalar(value: Any) -> str:
    return {None: "null", True: "true", False: "false"}.get(value) or str(value)
