"""Jupyter notebooks, as Markdown: prose, code and what it wrote."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.markdown import parse_markdown
from sqlrag.parsing.formats.text import read_text
from sqlrag.parsing.refusals import check_length, unreadable

COLOURS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
# How Python shows what has no words: `<Figure size 640x480 with 1 Axes>`, `<Axes: >`.
PICTURE = re.compile(r"\[?<(?:Figure|Axes|IPython|[^<>\n]+ at 0x)[^\n]*>\]?")
FENCES = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def parse_notebook(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    try:
        notebook = json.loads(read_text(data))
        sheets = notebook.get("worksheets") or [notebook]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        language = _language(notebook.get("metadata", {}))
        written = (text for cell in cells for text in _write(cell, language, limits))
        parts = check_length(written, "\n\n", limits.max_text_chars)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(
            "it is no notebook of Jupyter, or a broken one", "save it anew from Jupyter"
        ) from error
    return parse_markdown("\n\n".join(parts).encode("utf-8", "replace"), file_name, limits)


def _language(metadata: dict[str, Any]) -> str:
    told = metadata.get("language_info", {}).get("name")
    return str(told or metadata.get("kernelspec", {}).get("language") or "python")


def _write(cell: dict[str, Any], language: str, limits: Limits) -> Iterator[str]:
    source = _joined(cell.get("source", cell.get("input", ""))).strip("\n")
    if cell["cell_type"] == "heading":  # of version 3
        source = f"{'#' * int(cell.get('level', 1))} {source}"
    if cell["cell_type"] != "code":
        yield source
        return
    if source.strip():
        yield _fenced(source, language)
    for output in cell.get("outputs", ()):
        yield from _write_output(output, limits)


def _write_output(output: dict[str, Any], limits: Limits) -> Iterator[str]:
    """Text where there is some: pictures say nothing here, and HTML says it again."""
    held = output.get("data", output)
    text = _joined(output.get("text", held.get("text/plain", "")))
    if "ename" in output:
        text = f"{output['ename']}: {output.get('evalue', '')}"
    text = COLOURS.sub("", text).strip("\n")
    if markdown := _joined(held.get("text/markdown", "")):
        yield markdown
    elif text.strip() and not PICTURE.fullmatch(text.strip()):
        yield _fenced(text, "")
    elif said := parse_markup(_joined(held.get("text/html", "")), limits).text:
        yield said


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _fenced(text: str, language: str) -> str:
    fence = max(["``", *FENCES.findall(text)], key=len) + "`"
    return f"{fence}{language}\n{text}\n{fence}"
