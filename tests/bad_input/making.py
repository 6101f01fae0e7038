"""Files that cannot be ingested, each made the way it comes about."""

import random
import zipfile
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

GOOD = {
    "good-1.txt": "The lamp of the lighthouse was lit in 1871.",
    "good-2.txt": "The quiet well is 11 metres deep.",
}


def write_good(folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in GOOD.items():
        (folder / name).write_text(text)
    return [folder / name for name in GOOD]


def make_pdf(password: str | None = None) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 700, "The keeper wrote a report.")
    canvas.save()
    if password is None:
        return buffer.getvalue()
    writer = PdfWriter(clone_from=PdfReader(buffer))
    writer.encrypt(password, algorithm="RC4-128")
    locked = BytesIO()
    writer.write(locked)
    return locked.getvalue()


def make_bomb() -> bytes:
    """A DOCX of some kilobytes that unpacks to 40 MB."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("word/document.xml", b"<x>" + b" " * (40 * 2**20))
    return buffer.getvalue()


def make_junk() -> bytes:
    return random.Random(1).randbytes(20_000)
