"""What readers lose of public files: `python -m tests.benchmarks.corpora [--only odt] FOLDER…`.

Words of each file are compared with those that a reader in wide use finds: pandoc and pdftotext
where they are on the PATH, openpyxl and python-pptx where they are installed (`uv run --with`).
Debian's sources of pandoc, libapache-poi-java, libreoffice and pypdf have thousands of such files.

A word is letters and digits of any script in one form (NFKC, case folded). Numbers that begin a
line, marks of notes and commands of TeX are notation. Prints a table, then each file that is
refused or has lost more than 2 %.
"""

import argparse
import datetime as dt
import importlib.util
import re
import shutil
import signal
import subprocess
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse

MOST_LOST = 0.02
SECONDS = 20
WORD = re.compile(r"[^\W_]+")
# Marks of notes too, and m^2 is m².
UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]|\[\d{0,3}\]|(?<=\w)[\^_][({]?(?=\w)")
NOTATION = re.compile(
    r"\\[a-zA-Z]+|^[ \t>|*-]*\(?(?:\d{1,3}|[a-z]{1,2}|[ivxl]{1,6})[.)](?=\s)",
    re.IGNORECASE | re.MULTILINE,
)
SHOWN = 12  # words of a file that are lost


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, timeout=SECONDS)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def pandoc(file: Path) -> str:
    columns = ("--wrap=none", "--columns=10000")
    kind = "html" if file.suffix.lower() in (".htm", ".xhtml") else file.suffix[1:].lower()
    return run("pandoc", "--from", kind, "--to", "plain", *columns, str(file))


def pdftotext(file: Path) -> str:
    return run("pdftotext", "-q", str(file), "-")


def openpyxl(file: Path) -> str:
    book = importlib.import_module("openpyxl").load_workbook(file, read_only=True, data_only=True)
    cells = (cell for sheet in book.worksheets for row in sheet.values for cell in row)
    return " ".join(written(cell) for cell in cells if cell is not None)


def written(value: Any) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return str(value.date())
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def python_pptx(file: Path) -> str:
    slides = importlib.import_module("pptx").Presentation(str(file)).slides
    return "\n".join(text for slide in slides for text in slide_texts(slide))


def slide_texts(slide: Any) -> Iterator[str]:
    shapes = list(slide.shapes)
    while shapes:
        shape = shapes.pop()
        shapes.extend(getattr(shape, "shapes", ()))
        if shape.has_text_frame:
            yield shape.text_frame.text
        if getattr(shape, "has_table", False):
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
        yield slide.notes_slide.notes_text_frame.text


READERS: dict[str, tuple[Callable[[Path], str], str]] = {
    **dict.fromkeys(("docx", "odt", "epub", "html", "htm", "xhtml", "rtf"), (pandoc, "pandoc")),
    "pdf": (pdftotext, "pdftotext"),
    **dict.fromkeys(("xlsx", "xlsm"), (openpyxl, "openpyxl")),
    "pptx": (python_pptx, "pptx"),
}


@dataclass(frozen=True)
class Compared:
    """`fate` is same, neither, refused or lost; `share` of the words of the other reader."""

    file: Path
    fate: str
    share: float = 0
    total: int = 0
    said: str = ""


def count_words(text: str) -> Counter[str]:
    text = UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return Counter(word.casefold() for word in WORD.findall(text))


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """A reader that takes longer is not waited for."""

    def end(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def compare(file: Path, other: Callable[[Path], str]) -> Compared:
    """Where the other finds no words, neither does."""
    try:
        with within(SECONDS):
            theirs = count_words(NOTATION.sub("", other(file)))
    except Exception:  # whatever the other reader fails by
        theirs = Counter()
    if not (total := theirs.total()):
        return Compared(file, "neither")
    try:
        ours = count_words(parse(file.read_bytes(), file.name, None, Limits()).text)
    except UnreadableDocument as error:
        return Compared(file, "refused", 1, total, str(error))
    lost = theirs - ours
    share = lost.total() / total
    fate = "lost" if share > MOST_LOST else "same"
    return Compared(file, fate, share, total, " ".join([*lost][:SHOWN]))


def is_there(reader: str) -> bool:
    return bool(shutil.which(reader) or importlib.util.find_spec(reader))


def compare_all(folders: list[Path], only: set[str]) -> dict[str, list[Compared]]:
    found: dict[str, list[Compared]] = defaultdict(list)
    for file in sorted(file for folder in folders for file in folder.rglob("*")):
        kind = file.suffix[1:].lower()
        if kind in only and file.is_file():
            found[kind].append(compare(file, READERS[kind][0]))
    return found


def tell(found: dict[str, list[Compared]]) -> Iterator[str]:
    fates = ("same", "neither", "refused", "lost")
    yield f"| kind | files | {' | '.join(fates)} |\n|---|{'---|' * 5}"
    for kind, files in sorted(found.items()):
        count = Counter(one.fate for one in files)
        yield f"| {kind} | {len(files)} | {' | '.join(str(count[fate]) for fate in fates)} |"
    for kind, files in sorted(found.items()):
        for one in sorted(files, key=lambda one: (one.fate, -one.share)):
            if one.fate in ("refused", "lost"):
                yield f"{kind} {one.fate} {one.share:.1%} of {one.total}: {one.file}: {one.said}"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--only", default=",".join(READERS), help="kinds, by suffix")
    given = arguments.parse_args()
    asked = {kind for kind in given.only.split(",") if is_there(READERS[kind][1])}
    print("\n".join(tell(compare_all(given.folders, asked))))
