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
