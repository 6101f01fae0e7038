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
from sqlrag.parsing.formats.text import clean, read_text
from sqlrag.parsing.refusals import check_length, unreadable

DELIMITERS = ",;\t|"
NUMBER = re.compile(r"\s*[-+$€£]?[\d.,%]+\s*")


def parse_csv(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """One line per row, `header: value; header: value`; the first row is the header unless it
    holds a number."""
    return ParsedDocument(_joined(_rows(read_text(data)), "\n", limits), "text/csv")


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


def _rows(table: str) -> Iterator[str]:
    reader = csv.reader(StringIO(table), delimiter=_delimiter(table))
    header: list[str] | None = None
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells):
                continue
            if header is None:
                header = [] if any(NUMBER.fullmatch(cell) for cell in cells) else cells
                if header:
                    continue
            yield "; ".join(_named_cells(header, cells))
    except csv.Error as error:
        raise unreadable(
            f"its table is broken at line {reader.line_num} ({error})",
            "check the quotation marks there",
        ) from None
    if header and reader.line_num <= 1:
        yield "; ".join(header)


def _named_cells(header: list[str], cells: list[str]) -> Iterator[str]:
    for column, cell in enumerate(cells):
        if cell:
            name = header[column] if column < len(header) else ""
            yield f"{name}: {cell}" if name else cell


def _delimiter(table: str) -> str:
    """The delimiter that cuts the first rows into the most columns, the same number in each."""
    sample = table[:64_000].rsplit("\n", 1)[0] if len(table) > 64_000 else table
    return max(DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> float:
    try:
        rows = islice(csv.reader(StringIO(sample), delimiter=delimiter), 100)
        widths = Counter(len(row) for row in rows if row)
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, times = widths.most_common(1)[0]
    return times / widths.total() * min(width - 1, 3)


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
            yield "\n".join(_lines(value))


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
                yield from _lines(item, key or '""', inner)
        else:
            for item in value:
                yield from _item(item, inner)


def _item(item: Any, depth: int) -> Iterator[str]:
    lines = _lines(item, "", depth + 1)
    yield "  " * depth + f"- {next(lines).lstrip()}"
    yield from lines


def _scalar(value: Any) -> str:
    return {None: "null", True: "true", False: "false"}.get(value) or str(value)
