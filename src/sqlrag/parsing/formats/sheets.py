"""Workbooks of Excel and OpenDocument: each row a line with its number, below its sheet's name."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

import python_calamine as calamine

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import EXCEL, OLE
from sqlrag.parsing.formats.archives import broken_as, open_archive, read_xml
from sqlrag.parsing.formats.parts import Parts
from sqlrag.parsing.formats.rows import write_rows
from sqlrag.parsing.formats.text import clean
from sqlrag.parsing.refusals import check_length, unreadable

LONGEST = 1_500  # characters of a line
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
BESIDE = re.compile(r"xl/(?:comments|drawings/drawing|threadedComments/\w+?)\d*\.xml")
BOOK = "xl/workbook.xml"
MODULE = re.compile(rb'<sheet\s[^<>]*:id=""[^<>]*/>')
MIDNIGHT = dt.time()


def parse_workbook(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """Values as they were last computed; of merged cells every row has the value."""
    if data.startswith(b"PK"):
        with broken_as("workbook"), open_archive(data, "workbook") as archive:
            data = _without_modules(archive, data)
    parts = Parts(limits)
    try:
        with calamine.CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ is calamine.SheetTypeEnum.WorkSheet:
                    _write_sheet(workbook.get_sheet_by_name(sheet.name), parts, limits)
    except calamine.CalamineError as error:
        if isinstance(error, calamine.PasswordError) or ENCRYPTED in data:
            raise unreadable("it is protected by a password", "save it without one") from None
        raise unreadable(
            f"it is a broken or incomplete workbook ({str(error)[:100].rstrip('.')})",
            "check that it opens in a spreadsheet program, and save it anew",
        ) from error
    if data.startswith(b"PK"):
        with broken_as("workbook"), zipfile.ZipFile(BytesIO(data)) as archive:
            for name in filter(BESIDE.fullmatch, archive.namelist()):
                parts.add(clean("\n".join(_read_notes(read_xml(archive, name)))))
    new, old, open_document = EXCEL.split()
    is_open = b"opendocument.spreadsheet" in data[:100]
    return parts.make(old if data.startswith(OLE) else open_document if is_open else new)


def _without_modules(archive: zipfile.ZipFile, data: bytes) -> bytes:
    """Excel still lists the macros of its fifth version, which are no sheets and have no part."""
    book = archive.read(BOOK) if BOOK in archive.NameToInfo else b""
    if not MODULE.search(book):
        return data
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as without:
        for name in archive.namelist():
            part = MODULE.sub(b"", book) if name == BOOK else archive.read(name)
            without.writestr(name, part)
    return buffer.getvalue()


def _write_sheet(sheet: calamine.CalamineSheet, parts: Parts, limits: Limits) -> None:
    rows = write_rows(_read_rows(sheet))
    lines = (line for number, cells in rows for line in _write_row(number, cells))
    if written := check_length(lines, "\n", limits.max_text_chars):
        parts.add_heading(clean(sheet.name))
        parts.add(clean("\n".join(written)), "\n")  # no chunk is the name alone


def _write_row(number: int, cells: list[str]) -> Iterator[str]:
    """One line, or several of a wide row: a chunk should know of which row it is."""
    line: list[str] = []
    for cell in cells:
        if line and sum(map(len, line)) + len(cell) > LONGEST:
            yield f"row {number}: {'; '.join(line)}"
            line = []
        line.append(cell)
    yield f"row {number}: {'; '.join(line)}"


def _read_rows(sheet: calamine.CalamineSheet) -> Iterator[list[str]]:
    left = sheet.start[1] if sheet.start else 0
    merged: dict[int, list[int]] = {}  # by row, the columns that go on with the cell above
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        for row in range(first + 1, min(last + 1, sheet.total_height)):
            merged.setdefault(row, []).append(column - left)
    above: list[str] = []
    for number, values in enumerate(sheet.iter_rows()):  # from the first row, but not column
        cells = [_write(value) for value in values]
        for column in merged.get(number, ()):
            if 0 <= column < min(len(above), len(cells)) and not cells[column]:
                cells[column] = above[column]
        yield cells
        above = cells


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as a spreadsheet keeps
    if isinstance(value, dt.datetime):
        return str(value.date() if value.time() == MIDNIGHT else value)
    return str(value)


def _read_notes(root: Element) -> Iterator[str]:
    """What was noted at cells, and the words in boxes, which no cell holds."""
    for note in root.iter():
        kind = str(note.tag).rpartition("}")[2]
        if kind in ("comment", "threadedComment"):
            yield f"note at {note.get('ref', '')}: {' '.join(''.join(note.itertext()).split())}"
        elif kind == "txBody":
            yield " ".join(" ".join(note.itertext()).split())
