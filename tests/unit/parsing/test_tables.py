from io import BytesIO

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Splitting
from sqlrag.parsing.parse import parse
from sqlrag.parsing.splitting import split
from sqlrag.parsing.tokens import count_tokens

SMALL = Splitting(min_tokens=60, max_tokens=100, overlap_tokens=0)
BOATS = [f"Boat of yard {n}" for n in range(1, 31)]


def drawn_table(heads, figures):
    """A page with rows of figures right of their labels, at 300, 360, 420 and 480."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(60, 800, "Boats and what they cost")
    for x, y, head in heads:
        canvas.drawCentredString(x, y, head)
    for row, label in enumerate(BOATS):
        y = 740 - 14 * row
        canvas.drawString(60, y, label)
        for column, figure in enumerate(figures):
            canvas.drawRightString(300 + 60 * column, y, figure.format(row + 1))
    canvas.drawString(60, 200, "What a boat costs is told in May, for the year that is to come.")
    canvas.save()
    return buffer.getvalue()


FIGURES = ("{},100", "({}0)", "$ {}.50", "{} %")
SPANNING = [(315, 780, "Spring"), (435, 780, "Autumn")]
YEARS = [(285 + 60 * n, 766, year) for n, year in enumerate(["2021", "2022", "2021", "2022"])]


def split_small(parsed):
    chunks = split(parsed, SMALL, count_tokens)
    assert all(parsed.text[c.char_start : c.char_end] == c.content for c in chunks)
    return chunks


def test_rows_of_a_pdf_carry_the_heads_of_their_columns_that_stand_in_another_chunk(limits):
    chunks = split_small(parse(drawn_table(SPANNING + YEARS, FIGURES), "a.pdf", None, limits))
    named = "Spring 2021 | Spring 2022 | Autumn 2021 | Autumn 2022"
    assert "Spring" in chunks[0].content
    assert chunks[0].headings == ()
    amid = [c for c in chunks[1:] if c.content.startswith("Boat")]
    assert len(amid) > 3
    assert {c.headings for c in amid} == {(named,)}


def test_heads_of_which_it_is_in_doubt_what_they_span_are_told_as_they_stand(limits):
    odd = [(330, 780, "Tarred"), (485, 780, "Sold at auction"), *YEARS]
    chunks = split_small(parse(drawn_table(odd, FIGURES), "a.pdf", None, limits))
    assert chunks[2].headings == ("Tarred Sold at auction 2021 2022 2021 2022",)


def test_what_follows_a_table_carries_no_heads_of_it(limits):
    data = drawn_table(YEARS, FIGURES)
    parsed = parse(data, "a.pdf", None, limits)
    assert parsed.text[parsed.tables[-1].char_end :].strip().startswith("What a boat costs")
    assert split_small(parsed)[0].headings == ()


def test_prose_that_holds_figures_is_no_table(make_pdf, limits):
    lines = [f"In {n} boats there were more as of May {n}, 2022 and" for n in range(20)]
    assert parse(make_pdf(["Figures", *lines]), "a.pdf", None, limits).tables == ()


MARKED = {
    "a.html": "<h2>Yard</h2><table><tr><th>Boat<th>Cost</tr>{}</table><p>The end of it.",
    "a.md": "## Yard\n\n| Boat | Cost |\n|---|--:|\n{}\nThe end of it.\n",
}
ROWS = {"a.html": "<tr><td>{}<td>{} EUR, paid</tr>", "a.md": "| {} | {} EUR, paid |\n"}


@pytest.mark.parametrize("name", MARKED)
def test_rows_of_marked_tables_carry_their_head(name, limits):
    rows = "".join(ROWS[name].format(label, 7 * n) for n, label in enumerate(BOATS))
    chunks = split_small(parse(MARKED[name].format(rows).encode(), name, None, limits))
    assert "Boat | Cost" in chunks[0].content
    assert chunks[0].headings == ("Yard",)
    amid = [chunk for chunk in chunks[1:] if "EUR" in chunk.content]
    assert len(amid) > 3
    assert {chunk.headings for chunk in amid} == {("Yard", "Boat | Cost")}


@pytest.mark.parametrize("name", MARKED)
def test_a_second_row_that_is_long_carries_the_head_too(name, limits):
    rows = "".join(ROWS[name].format("tarred in spring and oiled " * 40, n) for n in range(2))
    chunks = split_small(parse(MARKED[name].format(rows).encode(), name, None, limits))
    assert [c.headings[-1] for c in chunks[1:-1]] == ["Boat | Cost"] * (len(chunks) - 2)


@pytest.mark.parametrize("kind", ["text/plain", "text/markdown"])
def test_commands_between_bars_are_no_table(kind):
    text = "".join(f"sort boats.{n} | uniq -c | tee counted.{n}.txt\n" for n in range(90))
    assert {chunk.headings for chunk in split_small(ParsedDocument(text, kind))} == {()}


@pytest.mark.parametrize("text", ["|" * 300_000, "-|" * 150_000, "a|b\n" * 75_000, "-" * 300_000])
def test_bars_without_end_are_looked_at_once(text):
    from sqlrag.parsing.tables import find_tables

    assert len(find_tables(ParsedDocument(text, "text/html"))) <= 1
