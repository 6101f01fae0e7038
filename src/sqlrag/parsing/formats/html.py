"""HTML to text: the main content, in blocks, with its headings."""

import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.html_heard import Heard
from sqlrag.parsing.formats.html_page import Page
from sqlrag.parsing.formats.text import clean, read_text
from sqlrag.parsing.refusals import check_size, too_deep, unreadable

META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# Parsers look upwards from each block: pages are refused that take time by the square of a depth or
# of a number of attributes. Browsers stop at a depth of 512.
DEEPEST = 5_000
MOST_ATTRIBUTES = 5_000
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)(?:[^<>]*(/)>)?")
LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{3 * MOST_ATTRIBUTES},}}")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# What has no end, or may leave it out because a neighbour ends it.
UNENDED = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead",
    "tbody", "tfoot", "colgroup", "option", "optgroup", "rt", "rp", "a",
}  # fmt: skip
CELLS = {"td", "th", "tr", "table"}
# Often left open in old pages; a cell ends them.
LETTERING = {"font", "b", "i", "u", "s", "tt", "big", "small", "strike", "strong", "em", "code"}
LAYOUT = (
    "table[role=presentation], table[role=none], .highlighttable, .rouge-table, .lntable, "
    "figure.highlight table"
)
IN_LAYOUT = ", ".join(f"table {tag}" for tag in ("table", "h1", "h2", "h3", "h4", "h5", "h6"))
HIGHEST = 50


def parse_html(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    declared = META_CHARSET.search(data[:4096])
    markup = read_text(data, declared[1].decode() if declared else None)
    parsed = parse_markup(markup, limits)
    if not parsed.text:
        raise unreadable("its HTML holds no readable text", "save the page as shown in a browser")
    return parsed


def parse_markup(markup: str, limits: Limits) -> ParsedDocument:
    """The same for markup that is text already, and may be empty."""
    _check_nesting(markup)
    tree = LexborHTMLParser(markup)
    if tree.body is None:
        raise unreadable("its HTML has no body", "check that it is an HTML page")
    heard, page = Heard(tree), Page(set(_layouts(tree)))
    for event, node in heard.walk(_main_content(tree)):
        page.enter(node) if event == "enter" else page.leave(node)
        check_size(page.length, "characters of text", limits.max_text_chars)
    text = "".join(page.parts).rstrip()
    title = tree.css_first("head title") or tree.css_first("title")
    name = " ".join(title.text().split()) if title else ""
    first = next((heading.title for heading in page.headings if heading.level == 1), None)
    return ParsedDocument(text, "text/html", clean(name) or first, headings=tuple(page.headings))


def _check_nesting(markup: str) -> None:
    """Raise UnreadableDocument for depths and tags that no author writes.

    Depth is estimated: an end tag ends all that was opened since, as a parser takes it.
    """
    opened: list[str] = []
    count: Counter[str] = Counter()
    for found in TAG.finditer(markup):
        closes, name, closed = found[1], found[2].lower(), found[3]
        while name in CELLS and opened and opened[-1] in LETTERING:
            count[opened.pop()] -= 1
        if name in UNENDED or (closed and (count["svg"] or count["math"])):
            continue
        if not closes:
            opened.append(name)
            count[name] += 1
            if len(opened) > DEEPEST:
                raise too_deep("HTML", f"{DEEPEST:,} elements")
        while closes and count[name]:
            last = opened.pop()
            count[last] -= 1
            if last == name:
                break
    for tag in LONG_TAG.finditer(markup):
        if len(QUOTED.sub(" ", tag[0]).replace("/", " ").split()) > MOST_ATTRIBUTES:
            raise unreadable(
                f"a tag of its HTML has more than {MOST_ATTRIBUTES:,} attributes", "take them out"
            )


def _main_content(tree: LexborHTMLParser) -> LexborNode:
    """<main> or the only <article>, if it holds half of the page's text; otherwise the body."""
    assert tree.body is not None
    body: LexborNode = tree.body
    selector = "body script, body style, body nav, body footer, body svg, body noscript"
    readable = len(body.text())
    for node in tree.css(selector):
        readable -= len(node.text())
        if readable <= 0:  # they nest, and each holds the text of the others
            break
    articles = tree.css("article")
    only_article = articles if len(articles) == 1 else []
    candidates: list[LexborNode] = [*tree.css("main, [role=main]")[:1], *only_article]
    for node in candidates:
        if len(node.text()) * 2 >= readable:
            return node
    return body


def _layouts(tree: LexborHTMLParser) -> Iterator[int]:
    """The tables that are no rows of cells: they hold tables, numbered code, or titles where no
    column has a head."""
    yield from (table.mem_id for table in tree.css(LAYOUT))
    for node in tree.css(IN_LAYOUT):
        above = node.parent
        for _ in range(HIGHEST):
            if above is None or above.tag == "table":
                break
            above = above.parent
        if above is not None and (node.tag == "table" or above.css_first("th") is None):
            yield above.mem_id
