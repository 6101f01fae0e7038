import pytest

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import pdf
from sqlrag.parsing.parse import parse


def test_pages_begin_where_page_starts_says(make_pdf, limits):
    data = make_pdf(["First page"], ["Second page"], ["Third page"], title="A title")
    parsed = parse(data, "report.pdf", "application/pdf", limits)
    assert [parsed.text[start:].split("\n")[0] for start in parsed.page_starts] == [
        "First page", "Second page", "Third page",
    ]  # fmt: skip
    assert parsed.title == "A title"


@pytest.mark.parametrize("title", ["", "untitled", "0001018724-23", "Microsoft Word - x", "a.docx"])
def test_a_title_that_a_program_made_up_is_no_title(title, make_pdf, limits):
    assert parse(make_pdf(["x"], title=title), "a.pdf", None, limits).title is None


def test_prose_runs_on_over_line_ends_and_tables_do_not(make_pdf, limits):
    prose = ["The quick brown fox jumps over the lazy dog and is hyphen-", "ated there."]
    table = ["Net sales 10 20", "Costs 5 6"]
    text = parse(make_pdf(prose + table), "a.pdf", None, limits).text
    assert "is hyphenated there.\n" in text
    assert "Net sales 10 20\nCosts 5 6" in text


def test_pypdf_reads_what_pdfium_cannot(make_pdf, limits, monkeypatch):
    def fail(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(pdf, "_read_with_pdfium", fail)
    assert parse(make_pdf(["One"], ["Two"]), "a.pdf", None, limits).text == "One\n\nTwo"


def test_a_password_is_named_as_the_reason(make_pdf, lock_pdf, limits):
    with pytest.raises(UnreadableDocument) as refused:
        parse(lock_pdf(make_pdf(["secret"]), "word"), "report.pdf", None, limits)
    assert str(refused.value) == (
        "report.pdf cannot be read: it is protected by a password; save an unprotected copy and "
        "ingest that."
    )


def test_a_pdf_that_only_forbids_changes_is_read(make_pdf, lock_pdf, limits):
    assert parse(lock_pdf(make_pdf(["open"]), ""), "a.pdf", None, limits).text == "open"


def test_a_scan_is_named_as_the_reason(make_pdf, limits):
    with pytest.raises(UnreadableDocument, match=r"its 2 page\(s\) hold no text.*; run text recog"):
        parse(make_pdf([], []), "scan.pdf", None, limits)


@pytest.mark.parametrize("keep", [20, 300, 0.5])
def test_a_truncated_pdf_is_refused_or_read_in_part(keep, make_pdf, limits):
    data = make_pdf(["One"], ["Two"], ["Three"])
    with pytest.raises(UnreadableDocument, match="a broken or incomplete PDF; check that it opens"):
        parse(data[: int(keep if keep > 1 else keep * len(data))], "cut.pdf", None, limits)


def test_more_pages_than_allowed_are_refused(make_pdf):
    with pytest.raises(DocumentTooLarge, match="it has 3 pages and the limit is 2; split it"):
        parse(make_pdf(["1"], ["2"], ["3"]), "a.pdf", None, Limits(max_pages=2))
