from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.generic import ArrayObject, DictionaryObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import pdf
from sqlrag.parsing.parse import parse


def drawn(*pages, form=()):
    """A PDF of pages of (x, y, text), in this order; `form` fills fields on its last page."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for place, page in enumerate(pages):
        for x, y, text in page:
            canvas.drawString(x, y, text)
        for x, y, value in form if place == len(pages) - 1 else ():
            canvas.acroForm.textfield(name=f"f{y}", value=value, x=x, y=y, width=200, height=14)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(data, limits):
    return parse(data, "a.pdf", None, limits).text


def test_values_of_fields_stand_beside_their_labels(limits):
    labels = [(50, 700, "Keeper:"), (50, 670, "Boat number:"), (50, 400, "Signed at the harbour.")]
    data = drawn([(50, 700, "First page")], labels, form=[(150, 698, "Ada P"), (150, 668, "B-77")])
    assert read(data, limits) == (
        "First page\n\nKeeper: Ada P\nBoat number: B-77\nSigned at the harbour."
    )


def test_boxes_say_beside_their_labels_whether_they_are_ticked(limits):
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for x, label in ((80, "salt"), (150, "tar"), (220, "twine")):
        canvas.acroForm.checkbox(name=label, checked=label != "tar", x=x - 20, y=697, size=13)
        canvas.drawString(x, 700, label)
    canvas.drawString(50, 660, "Agreed:")
    canvas.acroForm.checkbox(name="agreed", checked=True, x=150, y=657, size=13)
    canvas.save()
    assert read(buffer.getvalue(), limits) == "[x] salt [ ] tar [x] twine\nAgreed: [x]"


def test_notes_that_are_an_icon_or_have_no_appearance_are_read(limits):
    writer = PdfWriter(
        clone_from=PdfReader(BytesIO(drawn([(50, 700, "Above"), (50, 400, "Below")])))
    )
    writer.add_annotation(0, Text(text="Ask the keeper", rect=(50, 600, 70, 620)))
    writer.add_annotation(0, FreeText(text="Not before May", rect=(50, 500, 250, 520)))
    buffer = BytesIO()
    writer.write(buffer)
    text = read(buffer.getvalue(), limits)
    assert text.split("\n") == ["Above", "Ask the keeper", "Not before May", "Below"]


def test_a_form_whose_text_is_all_in_its_fields_is_read(limits):
    assert read(drawn([], form=[(150, 698, "Ada P")]), limits) == "Ada P"


def test_a_note_on_a_page_stands_between_the_lines_around_it(limits):
    form = pdf_stream("BT /F1 12 Tf 2 5 Td (Passed by Bo Finn) Tj ET")
    writer = PdfWriter(
        clone_from=PdfReader(BytesIO(drawn([(50, 700, "Above"), (50, 500, "Below")])))
    )
    writer.add_annotation(0, form(writer, [50, 600, 250, 620]))
    buffer = BytesIO()
    writer.write(buffer)
    assert read(buffer.getvalue(), limits) == "Above\nPassed by Bo Finn\nBelow"


def pdf_stream(content):
    """A note (FreeText) with an appearance of its own, as programs write them."""
    from pypdf.generic import (
        ArrayObject,
        DecodedStreamObject,
        DictionaryObject,
        NameObject,
        NumberObject,
    )
    from pypdf.generic import FloatObject as Number

    def name(**entries):
        return DictionaryObject({NameObject("/" + key): value for key, value in entries.items()})

    def make(writer, rectangle):
        font = name(
            Type=NameObject("/Font"),
            Subtype=NameObject("/Type1"),
            BaseFont=NameObject("/Helvetica"),
        )
        look = DecodedStreamObject()
        look.set_data(content.encode())
        look.update(name(Type=NameObject("/XObject"), Subtype=NameObject("/Form")))
        look.update(name(BBox=ArrayObject(map(Number, (0, 0, 200, 20)))))
        look.update(name(Resources=name(Font=name(F1=font))))
        note = name(Type=NameObject("/Annot"), Subtype=NameObject("/FreeText"))
        note.update(name(Rect=ArrayObject(map(Number, rectangle)), F=NumberObject(4)))
        note.update(name(AP=name(N=writer._add_object(look))))
        return note

    return make


def test_cells_written_column_by_column_stand_on_lines_of_their_own(limits):
    columns = {50: ["Item", "rope", "oil"], 250: ["No", "3", "9"], 350: ["Cost", "7", "8.25"]}
    page = [
        (x, 700 - 17 * row, cell) for x, cells in columns.items() for row, cell in enumerate(cells)
    ]
    assert read(drawn(page), limits).split("\n") == [*columns[50], *columns[250], *columns[350]]


def test_cells_of_one_letter_stay_in_their_row(limits):
    page = [
        (x, 700 - 17 * row, text)
        for row in range(4)
        for x, text in ((50, f"Row {row}"), (300, "7"))
    ]
    assert read(drawn(page), limits) == "Row 0 7\nRow 1 7\nRow 2 7\nRow 3 7"


LEFT = [
    "The keeper of the light climbs up",
    "each night at nine to see if it is",
    "still lit, and oils the gear then",
    "with what the boat has brought in",
    "from the town beyond the sound.",
]
RIGHT = [
    "Pumps of the yard run only at low",
    "tide and are greased by the crew",
    "once a week, with tallow or with",
    "wax if there is no tallow left in",
    "the store behind the workshop.",
]


def test_columns_of_prose_are_read_one_after_the_other(limits):
    rows = list(zip(range(700, 600, -16), LEFT, RIGHT, strict=False))
    page = [cell for y, left, right in rows for cell in ((50, y, left), (300, y, right))]
    text = " ".join(
        read(drawn([(50, 750, "Harbour news"), *page, (50, 500, "Page end")]), limits).split()
    )
    assert text == " ".join(["Harbour news", *LEFT, *RIGHT, "Page end"])


def test_rows_of_a_table_are_no_columns(limits):
    rows = [
        (f"Net change in what is kept of oil {n}", f"{n},{n}00 $ {n}25 ({n}4) 17,475")
        for n in range(1, 9)
    ]
    page = [
        cell
        for n, (a, b) in enumerate(rows)
        for cell in ((50, 700 - 16 * n, a), (300, 700 - 16 * n, b))
    ]
    assert read(drawn(page), limits).split("\n") == [f"{a} {b}" for a, b in rows]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("a mother-of-", "pearl knife"), "a mother-of-pearl knife"),
        (
            ("for non-", "English ships, and for COVID-", "19"),
            "for non-English ships, and for COVID-19",
        ),
        (("a har-", "bour at night"), "a harbour at night"),
        (("deep-sea nets, and a deep-", "sea boat"), "deep-sea nets, and a deep-sea boat"),
        (("by E-", "Mail, in a T-", "shirt"), "by E-Mail, in a T-shirt"),
        (("a USA-", "Reise, very INTERNA-", "TIONAL"), "a USA-Reise, very INTERNATIONAL"),
        (("one over-", "view, any overview"), "one overview, any overview"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_where_it_belongs_to_the_word(lines, text, limits):
    page = [(50, 700 - 15 * place, line) for place, line in enumerate(lines)]
    assert " ".join(read(drawn(page), limits).split()) == text


def test_running_heads_are_read_once_and_numbers_of_pages_not_at_all(limits):
    def page(number):
        body = f"Boat {number} left at dawn."
        return [
            (50, 800, "Yearbook of the yard"),
            (50, 700, body),
            (280, 30, f"Page {number} of 4"),
        ]

    text = read(drawn(*map(page, range(1, 5))), limits)
    assert text.split("\n") == [
        *("Yearbook of the yard", "Boat 1 left at dawn.", "", "Boat 2 left at dawn.", ""),
        *("Boat 3 left at dawn.", "", "Boat 4 left at dawn."),
    ]


def headed(pages, *heads):
    return drawn(*(
        [(50, 800, heads[n % len(heads)].format(n)), (50, 700, f"Boat {n} left at dawn.")]
        for n in range(1, pages + 1)
    ))  # fmt: skip


@pytest.mark.parametrize("pages", [4, 9])
@pytest.mark.parametrize("heads", [("Oil and wicks", "Lamps"), ("{} Oil", "Lamps {}")])
def test_heads_of_left_and_right_pages_are_each_read_once(pages, heads, limits):
    lines = [line for line in read(headed(pages, *heads), limits).split("\n") if line]
    assert [line for line in lines if "Boat" not in line] == [
        heads[1].format(1), heads[0].format(2),
    ]  # fmt: skip


def test_titles_at_the_top_whose_numbers_do_not_count_the_pages_stay(limits):
    pages = [[(50, 800, f"Step {n * n}"), (50, 700, f"Boat {n}")] for n in range(1, 6)]
    text = read(drawn(*pages), limits)
    assert [line for line in text.split("\n") if "Step" in line] == [
        "Step 1", "Step 4", "Step 9", "Step 16", "Step 25",
    ]  # fmt: skip


def test_what_stands_beside_the_page_is_not_read(limits):
    assert (
        read(drawn([(50, 700, "On it"), (50, -200, "Below it"), (900, 700, "Beside")]), limits)
        == "On it"
    )


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


def test_a_page_that_no_reader_opens_is_left_out_and_said(make_pdf, limits):
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf(["One"], ["Two"], ["Three"]))))
    pages = writer.root_object["/Pages"].get_object()
    assert isinstance(pages, DictionaryObject)
    kept = [page.indirect_reference for page in writer.pages[:2]]
    pages[NameObject("/Kids")] = ArrayObject([*kept, pages.indirect_reference])
    buffer = BytesIO()
    writer.write(buffer)
    parsed = parse(buffer.getvalue(), "a.pdf", None, limits)
    assert (parsed.text, parsed.page_starts) == ("One\n\nTwo\n\n", (0, 5, 10))
    assert parsed.remarks == ("page 3 is broken and was left out",)


def test_more_pages_than_allowed_are_refused(make_pdf):
    with pytest.raises(DocumentTooLarge, match="it has 3 pages and the limit is 2; split it"):
        parse(make_pdf(["1"], ["2"], ["3"]), "a.pdf", None, Limits(max_pages=2))
