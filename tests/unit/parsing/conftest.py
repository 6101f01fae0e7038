"""Files to parse, made when asked for."""

from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sqlrag.domain.limits import Limits


@pytest.fixture
def limits() -> Limits:
    return Limits(timeout=60)


@pytest.fixture
def make_pdf() -> Callable[..., bytes]:
    """A PDF with one list of lines per page; an empty list makes a page without text."""

    def make(*pages: list[str], title: str = "") -> bytes:
        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=A4)
        canvas.setTitle(title)
        for lines in pages:
            canvas.rect(50, 50, 20, 20)
            for number, line in enumerate(lines):
                canvas.drawString(72, 760 - 16 * number, line)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return make


@pytest.fixture
def lock_pdf() -> Callable[[bytes, str], bytes]:
    def lock(data: bytes, password: str) -> bytes:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        buffer = BytesIO()
        writer.write(buffer)
        return buffer.getvalue()

    return lock


@pytest.fixture
def docx() -> bytes:
    document = Document()
    document.add_heading("Annual report", level=1)
    document.add_paragraph("Sales grew in every region.")
    document.add_heading("Europe", level=2)
    document.add_paragraph("Paris opened in May.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("City", "Sales"), ("Paris", "12")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
