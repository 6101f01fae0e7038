"""Makes the binary samples of `sqlrag demo` out of the texts in tools/samples.

Run it as `uv run python tools/make_samples.py [FOLDER]` after changing a text, and commit what
it writes. The same texts give the same bytes.

In the texts, lines of `#` are headings, lines of `|` are rows of a table whose first row is its
head, `---` begins a new page, numbered lines are items, and every other line is a paragraph.
"""

import datetime
import io
import itertools
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document
from reportlab.lib import colors
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Table

TEXTS = Path(__file__).parent / "samples"
SAMPLES = Path(__file__).parents[1] / "src" / "sqlrag" / "doors" / "cli" / "samples"
PDF = {"annual-report-2022": "Ingrid Halloran"}
DOCX = {
    "station-rules": ("Sunniva Aske", datetime.datetime(2021, 6, 12, 10, 0)),
    "trustees-minutes-2023": ("Rafael Quill", datetime.datetime(2023, 11, 14, 18, 0)),
}
# The parts of python-docx's template that nothing here needs, and the styles that something does.
UNUSED_PARTS = ("thumbnail", "stylesWithEffects", "customXml", "webSettings", "numbering")
STYLES = ("Normal", "Heading 1", "Heading 2", "Normal Table", "Table Grid")


@dataclass(frozen=True)
class Block:
    kind: str  # "heading", "table", "break", "item" or "paragraph"
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def read_blocks(text: str) -> Iterator[Block]:
    lines = [line for line in text.splitlines() if line.strip()]
    for is_table, group in itertools.groupby(lines, key=lambda line: line.startswith("|")):
        if is_table:
            yield Block("table", rows=tuple(_cells(line) for line in group))
        else:
            yield from map(_read_line, group)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("| ").split("|"))


def _read_line(line: str) -> Block:
    if line == "---":
        return Block("break")
    if heading := re.match(r"(#+) (.*)", line):
        return Block("heading", heading[2], len(heading[1]))
    return Block("item" if re.match(r"\d+\. ", line) else "paragraph", line)


def make_pdf(blocks: list[Block], author: str) -> bytes:
    """invariant: no time of making and no random id; no compression: zlib differs by version."""
    title = blocks[0].text
    output = io.BytesIO()
    SimpleDocTemplate(
        output,
        pagesize=A5,
        invariant=1,
        pageCompression=0,
        title=title,
        author=author,
        leftMargin=1.8 * cm,
        rightMargin=1.8 * cm,
        topMargin=1.8 * cm,
        bottomMargin=2.2 * cm,
    ).build(
        [_draw(block) for block in blocks],
        onFirstPage=_draw_page_number,
        onLaterPages=_draw_page_number,
    )
    return output.getvalue()


def _draw(block: Block) -> Flowable:
    styles = getSampleStyleSheet()
    if block.kind == "break":
        return PageBreak()
    if block.kind == "table":
        return _draw_table(block)
    if block.kind == "heading":
        return Paragraph(block.text, styles[f"Heading{block.level}"])
    styles["BodyText"].spaceAfter = 6
    return Paragraph(block.text, styles["BodyText"])


def _draw_table(block: Block) -> Table:
    return Table(
        block.rows,
        colWidths=[6.4 * cm, 4.8 * cm],
        hAlign="LEFT",
        spaceAfter=10,
        style=[
            ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.grey),
            ("FONTSIZE", (0, 0), (-1, -1), 9),
        ],
    )


def _draw_page_number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(1.8 * cm, 1.2 * cm, f"Page {document.page}")


def make_docx(blocks: list[Block], author: str, written: datetime.datetime) -> bytes:
    document = docx.Document()
    _drop_unused(document)
    properties = document.core_properties
    properties.title = blocks[0].text
    properties.author = properties.last_modified_by = author
    properties.created = properties.modified = written
    properties.comments = ""
    for block in blocks:
        _write(document, block)
    output = io.BytesIO()
    document.save(output)
    return _store(output, written)


def _drop_unused(document: Document) -> None:
    package = document.part.package
    for owner in (package, document.part):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.rpartition("/")[2] in UNUSED_PARTS:
                del owner.rels[key]
    for style in list(document.styles):
        if style.name not in STYLES:
            style.delete()


def _write(document: Document, block: Block) -> None:
    if block.kind == "heading":
        document.add_heading(block.text, block.level)
    elif block.kind == "table":
        table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
        for row in block.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    elif block.kind != "break":  # Word flows its pages itself
        document.add_paragraph(block.text)


def _store(package: io.BytesIO, written: datetime.datetime) -> bytes:
    """The same package in order, with one fixed time and, zlib differing, without compression."""
    output = io.BytesIO()
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(output, "w") as target:
        first = "[Content_Types].xml"
        for name in sorted(source.namelist(), key=lambda name: (name != first, name)):
            target.writestr(zipfile.ZipInfo(name, written.timetuple()[:6]), source.read(name))
    return output.getvalue()


def make_samples(folder: Path) -> None:
    for name, author in PDF.items():
        (folder / f"{name}.pdf").write_bytes(make_pdf(_read(name), author))
    for name, (author, written) in DOCX.items():
        (folder / f"{name}.docx").write_bytes(make_docx(_read(name), author, written))


def _read(name: str) -> list[Block]:
    return list(read_blocks((TEXTS / f"{name}.txt").read_text(encoding="utf-8")))


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
