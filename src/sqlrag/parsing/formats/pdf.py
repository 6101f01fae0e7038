"""PDF to text, page by page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import accumulate, groupby
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from sqlrag.domain.documents import ParsedDocument, Table
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.pdf_columns import part_columns
from sqlrag.parsing.formats.pdf_heads import find_tables, name_columns
from sqlrag.parsing.formats.pdf_letters import Places, read_places, read_text
from sqlrag.parsing.formats.pdf_lines import Line, drop_running_heads, read_lines, read_notes
from sqlrag.parsing.formats.pdf_notes import has_notes, is_within, place_notes, said_beside
from sqlrag.parsing.formats.pdf_spaces import mend_spaces
from sqlrag.parsing.formats.pdf_text import tidy_all
from sqlrag.parsing.formats.text import clean
from sqlrag.parsing.parse import title_of_file
from sqlrag.parsing.refusals import check_length, check_size, unreadable
from sqlrag.parsing.remarks import remark

PDFIUM_WANTS_PASSWORD = 4
SPACES = re.compile(" {2,}")
GENERATED_TITLE = re.compile(
    r"untitled|microsoft (word|powerpoint|excel)|\S+\.(docx?|pptx?|xlsx?|pdf|tex|indd)$",
    re.IGNORECASE,
)
UNMAPPED = re.compile(r"[\0\x01\x03-\x08\x0b\x0c\x0e-\x1f]")
GLYPHS = re.compile(r"(/\w+){3}")  # names that tell no letter
MOST_UNMAPPED = 0.2  # of the characters of a page
# How much larger than the text of its page a title is set.
PROMINENCE = 1.25
LONGEST_TITLE = 120
LOOKED_AT = 20_000
Read = tuple[str | None, list[str], list[list[Table]]]  # a title, pages, and tables of each
Reader = Callable[[bytes, str, Limits], Read]
PageReader = Callable[[pypdfium2.PdfDocument, int], tuple[list[Line], float]]


class Locked(Exception):
    """The PDF opens only with a password."""


def parse_pdf(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    title, pages, tables = _read(data, file_name, limits)
    if not any(page.strip() for page in pages):
        raise unreadable(
            f"its {len(pages)} page(s) hold no text: it is a scan, or its letters are drawn",
            "run text recognition (OCR) over it and ingest the result",
        )
    starts = tuple(accumulate((len(page) + 2 for page in pages[:-1]), initial=0))
    placed = [
        Table(table.heads, start + table.char_start, start + table.char_end)
        for start, found in zip(starts, tables, strict=False)
        for table in found
    ]
    text = "\n\n".join(pages)
    return ParsedDocument(text, "application/pdf", title, starts, tables=tuple(placed))


def _read(data: bytes, file_name: str, limits: Limits) -> Read:
    readers: tuple[Reader, ...] = (_read_with_pdfium, _read_with_pypdf, _read_what_opens)
    problem: Exception | None = None
    for reader in readers:
        try:
            title, pages, tables = reader(data, file_name, limits)
        except Locked:
            raise unreadable(
                "it is protected by a password", "save an unprotected copy and ingest that"
            ) from None
        except (ValueError, RuntimeError, TypeError, KeyError, AttributeError, OSError) as error:
            problem = problem or error
            continue
        if pages:
            return title, pages, tables
    raise unreadable(
        "it is a broken or incomplete PDF", "check that it opens in a viewer, and upload it again"
    ) from problem


def _read_what_opens(data: bytes, file_name: str, limits: Limits) -> Read:
    """Pages that no reader opens are empty, and said; the first one has to open."""

    def read(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Line], float]:
        try:
            return _read_page(document, number)
        except pypdfium2.PdfiumError:
            remark(f"page {number + 1} is broken and was left out")
            return [], 0

    return _read_with_pdfium(data, file_name, limits, read)


def _read_with_pdfium(
    data: bytes, file_name: str, limits: Limits, read: PageReader | None = None
) -> Read:
    read = read or _read_page
    try:
        document = pypdfium2.PdfDocument(data)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        if error.err_code == PDFIUM_WANTS_PASSWORD:
            raise Locked from error
        raise
    with document:
        check_size(len(document), "pages", limits.max_pages)
        if document.get_formtype():  # type: ignore[no-untyped-call]
            document.init_forms()  # type: ignore[no-untyped-call]
        pages, heights, length = [], [], 0
        for number in range(len(document)):
            lines, height = read(document, number)
            pages.append(lines)
            heights.append(height)
            length += sum(len(line.text) + 1 for line in lines)
            check_size(length, "characters of text", limits.max_text_chars)
        drop_running_heads(pages, heights)
        texts = tidy_all(_legible(["".join(map(_ended, lines)) for lines in pages], data))
        tables = [[*find_tables(*page)] for page in zip(pages, texts, strict=True)]
        title = document.get_metadata_value("Title")  # type: ignore[no-untyped-call]
        named = _title(title) or _title_with_file(_shown_title(document), file_name)
        return named, texts, tables


def _legible(pages: list[str], data: bytes) -> list[str]:
    """The pages without what stands for no letter; if that is much, as pypdf reads the names of
    glyphs."""
    unmapped = {
        n: len(UNMAPPED.findall(page)) for n, page in enumerate(pages) if UNMAPPED.search(page)
    }
    numbers = [n for n, count in unmapped.items() if count > MOST_UNMAPPED * len(pages[n])]
    read = _read_names(data, numbers) if numbers else {}
    return [
        read.get(n) or (UNMAPPED.sub("", page) if n in unmapped else page)
        for n, page in enumerate(pages)
    ]


def _read_names(data: bytes, numbers: list[int]) -> dict[int, str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    with suppress(PyPdfError, ValueError, TypeError, KeyError, AttributeError):
        pages = PdfReader(BytesIO(data)).pages
        texts = {number: pages[number].extract_text() for number in numbers}
        return {
            number: text
            for number, text in texts.items()
            if not UNMAPPED.search(text) and not GLYPHS.search(text)
        }
    return {}


def _ended(line: Line) -> str:
    text = SPACES.sub(" ", line.text) if line.is_joined else line.text
    return text if line.is_hyphenated else text + "\n"


@contextmanager
def _page(document: pypdfium2.PdfDocument, number: int) -> Iterator[tuple[Any, Any]]:
    # Closed one by one: a long document would keep all of its pages in memory.
    page = document[number]
    words = page.get_textpage()
    try:
        yield page, words
    finally:
        words.close()
        page.close()


@contextmanager
def shown_page(document: pypdfium2.PdfDocument, number: int) -> Iterator[tuple[Any, Any]]:
    """A page and its characters, those of its fields, notes and stamps among them."""
    with _page(document, number) as found:
        if not has_notes(found[0]):
            yield found
            return
        _flatten(found[0])
        with _page(document, number) as flat:
            is_kept = read_text(flat[1]).startswith(read_text(found[1]))
            yield flat if is_kept else found


def _flatten(page: Any) -> None:
    # The method of the page refuses documents without a form, which have notes too.
    pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)  # type: ignore[attr-defined]


def _read_page(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Line], float]:
    """The lines of a page and its height."""
    with _page(document, number) as (page, words):
        if not has_notes(page):
            places = read_places(words, page.get_bbox())
            lines = _lines(places)
        else:
            places = Places(words, page.get_bbox(), read_text(words))
            said, values = said_beside(page, document.formenv)
            _flatten(page)
            with _page(document, number) as (_, flat):
                shown = Places(flat, page.get_bbox(), read_text(flat))
                # Fonts of a page may be lost on the way; its fields have values, too.
                if shown.text.startswith(places.text):
                    drawn = read_notes(shown, len(places.text))
                    values = [
                        line for line in drawn if not any(is_within(line, box) for box in said)
                    ]
            lines = place_notes(_lines(places), [*said, *values], places)
        mend_spaces(lines, places)
        return lines, places.box[3] - places.box[1]


def _lines(places: Places) -> list[Line]:
    lines = part_columns(read_lines(places), places)
    name_columns(lines, places)
    return lines


def _read_with_pypdf(data: bytes, file_name: str, limits: Limits) -> Read:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Locked
        check_size(len(reader.pages), "pages", limits.max_pages)
        texts = (page.extract_text() for page in reader.pages)
        title = reader.metadata.title if reader.metadata else None
        pages = tidy_all(check_length(texts, "\n\n", limits.max_text_chars))
        return _title(title or ""), pages, []
    except PyPdfError as error:
        raise ValueError(str(error)) from error


def _title(title: str) -> str | None:
    """The title in the metadata unless a program made it up (a file name, a number)."""
    title = " ".join(clean(title).split())
    words = re.search(r"[^\W\d_]{2}", title)
    return title if words and not GENERATED_TITLE.match(title) else None


def _title_with_file(title: str | None, file_name: str) -> str | None:
    """What the first page shows may be a company only; the file's name often tells the rest."""
    name = title_of_file(file_name)
    return f"{title} – {name}" if title and name else title


def _shown_title(document: pypdfium2.PdfDocument) -> str | None:
    """The lines of the first page set in its largest type, None where no type stands out."""
    with _page(document, 0) as (_, words):
        lines = _sized_lines(words)
    sizes = [size for size, text in lines for _ in text]
    if not sizes:
        return None
    largest = max(size for size, _ in lines)
    if largest < PROMINENCE * median(sizes):
        return None
    title = " ".join(" ".join(text for size, text in lines if size == largest).split())
    return title if len(title) <= LONGEST_TITLE else None


def _sized_lines(words: Any) -> list[tuple[float, str]]:
    """The lines that hold a word, each with the size of its type, rounded to half points."""
    text = words.get_text_range()
    characters = [
        (character, pdfium.FPDFText_GetFontSize(words, place))  # type: ignore[attr-defined]
        for place, character in enumerate(text[: min(words.count_chars(), LOOKED_AT)])
    ]
    lines = []
    for is_break, line in groupby(characters, lambda character: character[0] in "\r\n"):
        listed = list(line)
        content = clean("".join(character for character, _ in listed)).strip()
        if not is_break and re.search(r"[^\W\d_]{2}", content):
            lines.append((round(2 * max(size for _, size in listed)) / 2, content))
    return lines
