"""What stands on a PDF page beside its content: values of forms, notes, stamps, signatures."""

import ctypes
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pypdfium2.raw as pdfium

from sqlrag.parsing.formats.pdf_letters import Places
from sqlrag.parsing.formats.pdf_lines import SPACE, Line

raw: Any = pdfium
# Shown as they look once they are part of the content.
DRAWN = {raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET}
BOXES = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
BASE = 0.25  # where a line of text stands in its box


def has_notes(page: Any) -> bool:
    return any(
        raw.FPDFAnnot_GetSubtype(note) in {*DRAWN, raw.FPDF_ANNOT_TEXT} for note in _notes(page)
    )


def said_beside(page: Any, forms: Any) -> tuple[list[Line], list[Line]]:
    """What no appearance says, whether boxes are ticked and the text of notes that are an icon;
    and the values of fields, which their appearance should say."""
    form = forms.raw if forms else None
    said, values = [], []
    for note in _notes(page):
        kind, text = raw.FPDFAnnot_GetSubtype(note), ""
        if kind == raw.FPDF_ANNOT_WIDGET and form:
            if raw.FPDFAnnot_GetFormFieldType(form, note) in BOXES:
                text = "[x]" if raw.FPDFAnnot_IsChecked(form, note) else "[ ]"
            elif value := _read(
                lambda *to, note=note: raw.FPDFAnnot_GetFormFieldValue(form, note, *to)
            ):
                values.append(_line(note, value))
        elif kind == raw.FPDF_ANNOT_TEXT or (
            kind == raw.FPDF_ANNOT_FREETEXT and not raw.FPDFAnnot_HasKey(note, b"AP")
        ):
            text = _read(
                lambda *to, note=note: raw.FPDFAnnot_GetStringValue(note, b"Contents", *to)
            )
        if text:
            said.append(_line(note, text))
    return said, values


def is_within(line: Line, box: Line) -> bool:
    """Whether a line is the mark inside of a box."""
    bottom = box.base - BASE * box.height
    inside = box.left <= line.left <= box.right and bottom <= line.base <= bottom + box.height
    return inside and box.text in ("[x]", "[ ]")


def place_notes(lines: list[Line], notes: Iterable[Line], places: Places) -> list[Line]:
    """The lines and, where they stand, notes: values of fields, stamps, boxes that are ticked."""
    placed = list(lines)
    ends: dict[int, int] = {}
    # From right to left: what is put into a line moves no character before it.
    for note in sorted(
        notes, key=lambda note: (bool(note.turn), note.start if note.turn else -note.left)
    ):
        beside = [line for line in placed if line.is_beside(note)]
        hosts = [line for line in beside if line.left <= note.left]
        if hosts:
            host = max(hosts, key=lambda line: line.left)
            end = ends.get(id(host), len(host.text))
            ends[id(host)] = _insert(host, end, note, places)
        elif beside:
            host = min(beside, key=lambda line: line.left)
            host.text, host.left = f"{note.text.strip()} {host.text}", note.left
        else:
            below = (place for place, line in enumerate(placed) if line.base < note.base)
            placed.insert(next(below, len(placed)), note)
    return placed


def _insert(host: Line, end: int, note: Line, places: Places) -> int:
    """Put a note into a line whose text is the page's up to `end`, and say up to where it is."""
    cut = end
    if host.right > note.left and host.start >= 0:
        starts = [space.end() for space in SPACE.finditer(host.text, 0, end)]
        right = bisect_left(
            starts, note.left, key=lambda start: places.edges(host.start + start)[0]
        )
        cut = starts[right] if right < len(starts) else end
    before, after = host.text[:cut].rstrip(), host.text[cut:].lstrip()
    host.text = " ".join(filter(None, (before, note.text.strip(), after)))
    host.right = max(host.right, note.right)
    return len(before)


def _notes(page: Any) -> Iterator[Any]:
    for place in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, place)
        if note:
            yield note
            raw.FPDFPage_CloseAnnot(note)


def _line(note: Any, text: str) -> Line:
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(note, box)
    low, high = sorted((box.bottom, box.top))
    height = high - low or 1.0
    return Line(" ".join(text.split()), -1, box.left, box.right, low + BASE * height, height)


def _read(call: Callable[..., int]) -> str:
    size = call(None, 0)
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0")
