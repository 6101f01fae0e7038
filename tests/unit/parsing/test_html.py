import pytest

from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse


def read(source: str, encoding: str = "utf-8"):
    return parse(source.encode(encoding), "page.html", None, Limits())


def test_the_main_content_is_read_in_blocks_and_furniture_is_dropped():
    parsed = read(
        "<html><head><title> A  page </title><style>x</style></head><body><nav>Menu</nav><main>"
        "<h1>Big <b>title</b></h1><p>Hello <i>wor</i>ld,<br>again</p><ul><li>One<li>Two</ul>"
        "<script>1</script><svg><text>icon</text></svg><pre>a\n  b</pre></main>"
        "<footer>Imprint</footer></body></html>"
    )
    assert parsed.text == "Big title\n\nHello world,\nagain\n\n- One\n- Two\n\na\n  b"
    assert parsed.title == "A page"


def test_rows_of_tables_are_lines_with_bars_between_cells():
    parsed = read("<table><tr><th>A<th>B</tr><tr><td><p>1</p><p>x</p></td><td>2</table>")
    assert parsed.text == "A | B\n1 x | 2"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("<td>P<td><ul><li>x<br>y</li><li><p>z</p></ul><td>9", "P | x y z | 9"),
        ("<td>P<td><ol start=3><li>x<li><p>y</ol><td>9", "P | 3. x 4. y | 9"),
        ("<td rowspan=3>A<td>1<tr><td>2<tr><td>3", "A | 1\nA | 2\nA | 3"),
        ("<td>1<td rowspan=2>B<td>x<tr><td>2<td>y<tr><td>3", "1 | B | x\n2 | B | y\n3"),
        ("<td>1<td rowspan=0>B<tr><td>2", "1 | B\n2 | B"),
        ("<th rowspan=2>I<th colspan=2>Y<tr><th>a<th>b", "I | Y | Y\nI | a | b"),
        ("<td colspan=2>sum<td>9<tr><td colspan=3>all", "sum |  | 9\nall"),
    ],
)
def test_cells_stand_in_the_row_and_column_that_they_span(rows, text):
    assert read(f"<table><tr>{rows}</table>").text == text


def test_a_table_that_only_lays_out_is_read_in_blocks():
    inner = "<table><tr><td>a<td>b</table>"
    parsed = read(f"<table><tr><td><h2>One</h2><p>x</p><ul><li>y</ul><td>{inner}</table>")
    assert parsed.text == "One\n\nx\n\n- y\n\na | b"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<ol start=4><li>x<li>y</ol>", "4. x\n5. y"),
        ("<ol reversed><li>x<li>y</ol>", "2. x\n1. y"),
        ("<ol><li>x<li value=7>y<li>z</ol>", "1. x\n7. y\n8. z"),
        ("<ol type=a start=27><li>x</ol><ol type=I start=14><li>y</ol>", "aa. x\n\nXIV. y"),
        ("<ol><li>x<ol><li>in</ol><li><p>y</p></ol>", "1. x\n  1. in\n2. y"),
        ("<ol><li></li><li>y</ol>", "1. \n2. y"),
        ("<ul><li>x<ul><li>in</ul></ul>", "- x\n  - in"),
    ],
)
def test_items_of_lists_have_the_marks_that_a_browser_shows(markup, text):
    assert read(markup).text == text
    assert parse(markup.encode(), "a.md", None, Limits()).text.split() == text.split()


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<math><mi>F</mi> <mo>=</mo> <mi>m</mi><mi>a</mi></math>", "F=ma"),
        (
            "<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac><msup><mi>x"
            "</mi><mn>2</mn></msup><annotation encoding=tex>x^2</annotation></math>",
            "a/(b+1)x^2",
        ),
        ("8 m<sup>2</sup>, 10<sup>&minus;3</sup>, 1<sup>st</sup>", "8 m^2, 10^−3, 1st"),
        ("H<sub>2</sub>O", "H2O"),
        ("<img src=a.png alt='Valve V2'><img alt='a.png'><img alt=''>", "Valve V2"),
        ("<input type=checkbox checked> a <input type=radio> b", "[x] a [ ] b"),
        ("No <input value=7-A><input type=hidden value=x><input type=submit value=Go>", "No 7-A"),
    ],
)
def test_what_means_something_without_a_text_of_its_own_is_read(markup, text):
    assert read(markup).text == text
    inline = parse(markup.encode(), "a.md", None, Limits()).text
    assert "".join(inline.split()) == "".join(text.split())


def test_a_choice_and_what_was_typed_are_read():
    markup = "<select><option>no<option selected>yes</select><textarea>two\nlines</textarea>"
    assert read(markup).text == "yes two lines"


@pytest.mark.parametrize(
    "markup",
    [
        "<h3><button>Open on Sundays?</button></h3><div hidden>From ten.</div>",
        "<h3><span><button aria-controls=a>Open on Sundays?</button></span></h3>"
        "<div id=a aria-hidden=true>From ten</div>",
        "<button class=accordion>Open on Sundays?</button><div class=panel hidden>From ten</div>",
        "<button aria-expanded=false data-bs-target='#a'>Open on Sundays?</button>"
        "<div id=a hidden>From ten</div>",
        "<details><summary><button>Open on Sundays?</button></summary>From ten</details>",
        "<p>Open on Sundays?</p><div hidden=until-found>From ten</div>",
        "<p>Open on Sundays?</p><div hidden><div hidden>From ten.</div></div>",
        "<div role=tabpanel>Open on Sundays?</div><div role=tabpanel hidden>From ten</div>",
    ],
)
def test_what_waits_for_a_click_is_read(markup):
    text = read(markup).text
    assert "Open on Sundays?" in text
    assert "From ten" in text


@pytest.mark.parametrize(
    "markup",
    [
        "<button>Copy</button>",
        "<button aria-expanded=false aria-controls=m>Menu</button><ul id=m hidden><li><a>Home</ul>",
        "<div role=dialog hidden>We use cookies.</div>",
        "<div hidden><a href=x>Home of boats.</a> <a href=y>Prices.</a></div>",
        "<i aria-hidden=true>star</i>",
        "<div class='slide cloned' aria-hidden=true>A copy of the slide.</div>",
        "<nav><div role=tabpanel hidden>Deep in the menu.</div></nav>",
        "<a class=headerlink href='#x'>¶</a><a href='#y'>#</a><a class=hash-link>link</a>",
        "<table class=highlighttable><tr><td class=linenos><pre>1\n2</pre></td></tr></table>",
        "<span class=lineno>17</span><table><td class=gutter>18</table>",
    ],
)
def test_furniture_is_not_read(markup):
    assert read(f"<p>x</p>{markup}").text == "x"


def test_a_heading_keeps_the_words_of_its_own_link():
    parsed = read("<h2><a class=anchor href='#a'>Install</a><a href='#a'>#</a></h2>")
    assert [heading.title for heading in parsed.headings] == ["Install"]


def test_code_beside_its_line_numbers_keeps_its_lines():
    code = "<td class=linenos><pre>1\n2</pre><td class=code><pre>def f():\n    pass</pre>"
    text = read(f"<table class=highlighttable><tr>{code}</table>").text
    assert text == "def f():\n    pass"


def test_headings_know_where_they_begin():
    parsed = read("<h1>One</h1><p>text</p><h3> Sub\n heading</h3><p>more</p><h2></h2>")
    assert [(h.level, h.title) for h in parsed.headings] == [(1, "One"), (3, "Sub heading")]
    for heading in parsed.headings:
        assert parsed.text[heading.char_start :].startswith(heading.title)


def test_the_first_h1_is_the_title_of_a_page_without_one():
    assert read("<p>x</p><h1>Named</h1>").title == "Named"


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-16", "koi8-r", "utf-8"])
def test_the_charset_is_taken_from_mark_or_meta(encoding):
    source = f"<html><meta charset='{encoding}'><p>Быстрый поиск</p></html>"
    assert read(source, encoding).text == "Быстрый поиск"


def test_a_declared_gb2312_is_read_as_its_superset():
    source = "<meta http-equiv=content-type content='text/html; charset=gb2312'><p>镕基</p>"
    assert read(source, "gb18030").text == "镕基"


def test_depth_is_no_obstacle():
    assert read("<div>" * 4_999 + "deep").text == "deep"
    for unended in (
        "<p>x",
        "<li>x",
        "<tr><td>x",
        "<a name=x>x",
        "<table><tr><td><font>x</table>",
        "<br>x",
    ):
        assert read(unended * 6_000).text.count("x") == 6_000
    drawing = "<svg><path d='M0 0'/>" + "<path d='M1 1'/>" * 6_000 + "</svg>"
    assert read(drawing + "<script>" + "'<div>'" * 4_000 + "</script>x").text == "x"


def test_a_page_without_text_is_refused():
    with pytest.raises(UnreadableDocument, match="its HTML holds no readable text; save the page"):
        read("<html><body><script>all of it</script></body></html>")


def test_a_title_in_a_cell_below_heads_of_columns_stays_in_its_row():
    page = (
        "<table><tr><th>A</th><th>B</th></tr><tr><td><h4>x</h4><p>y</p></td><td>2</td></tr></table>"
    )
    assert parse(page.encode(), "a.html", None, Limits()).text == "A | B\nx y | 2"
