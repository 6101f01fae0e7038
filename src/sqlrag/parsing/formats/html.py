"""HTML to text: the main content, in blocks, with its headings."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sqlrag.domain.documents import Heading, ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.text import clean, read_text
from sqlrag.parsing.refusals import check_size, too_deep, unreadable

META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
SILENT = {
    "script", "style", "noscript", "template", "nav", "svg", "iframe", "object", "button",
    "select", "textarea", "input", "canvas", "video", "audio", "img", "head", "math",
}  # fmt: skip
FURNITURE = {"navigation", "banner", "contentinfo", "search"}
BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "ul", "ol", "dl",
    "dt", "dd", "blockquote", "figure", "figcaption", "table", "caption", "pre", "address",
    "details", "summary", "form", "fieldset", "body", "hr",
}  # fmt: skip
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
HEADINGS = {f"h{level}": level for level in range(1, 7)}


def parse_html(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    declared = META_CHARSET.search(data[:4096])
    markup = read_text(data, declared[1].decode() if declared else None)
    return parse_markup(markup, limits)


def parse_markup(markup: str, limits: Limits) -> ParsedDocument:
    """The same for markup that is text already."""
    _check_nesting(markup)
    tree = LexborHTMLParser(markup)
    if tree.body is None:
        raise unreadable("its HTML has no body", "check that it is an HTML page")
    page = _Page()
    for event, node in _walk(_main_content(tree)):
        page.enter(node) if event == "enter" else page.leave(node)
        check_size(page.length, "characters of text", limits.max_text_chars)
    text = "".join(page.parts).rstrip()
    if not text:
        raise unreadable("its HTML holds no readable text", "save the page as shown in a browser")
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


def _walk(root: LexborNode) -> Iterator[tuple[str, LexborNode]]:
    """Enter and leave every node but the silent ones; a loop, since pages nest without bound."""
    stack = [("enter", root)]
    while stack:
        event, node = stack.pop()
        if event == "enter" and _is_silent(node):
            continue
        yield event, node
        if event == "enter" and not node.is_text_node:
            stack.append(("leave", node))
            stack.extend(("enter", child) for child in reversed(list(node.iter(include_text=True))))


def _is_silent(node: LexborNode) -> bool:
    if node.is_text_node:
        return False
    if not node.is_element_node or node.tag in SILENT:
        return True
    attributes = node.attributes
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in FURNITURE
        or (node.tag == "footer" and node.parent is not None and node.parent.tag == "body")
    )


@dataclass
class _Page:
    """The text so far. `gap` newlines are owed before the next words, more between sections, so
    that the splitter finds its stronger boundaries there."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    gap: int = 0
    space: bool = False
    preformatted: int = 0
    cells: int = 0
    heading: int | None = None
    headings: list[Heading] = field(default_factory=list)

    def enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if node.is_text_node:
            self._words(clean(node.text_content or ""))
        elif tag in HEADINGS:
            self.gap = 3
            self.heading = len(self.parts)
        elif self.cells and tag in ("br", "li"):
            self.space = True
        elif tag == "br":
            self._break(1)
        elif tag in ("td", "th"):
            self.cells += 1
            if self.cells > 1:
                self.space = False
                self._put(" | ")
        elif tag in ("tr", "li"):
            self.cells = 0
            self._break(1)
            if tag == "li":
                self._put("- ")
        elif tag in BLOCKS and not self.cells:
            self._break(2)
        self.preformatted += tag == "pre"

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        self.preformatted -= tag == "pre"
        if tag in HEADINGS:
            self._end_heading(HEADINGS[tag])
        elif tag in ("tr", "li"):
            self.cells = 0 if tag == "tr" else self.cells
            self._break(1)
        elif tag in BLOCKS:
            if self.cells and tag != "table":
                self.space = True
            else:
                self.cells = 0
                self._break(2)

    def _words(self, text: str) -> None:
        if self.preformatted:
            self._put(text)
            return
        words = " ".join(text.split())
        if not words:
            self.space = self.space or bool(text)
            return
        self.space = self.space or text[0].isspace()
        self._put(words)
        self.space = text[-1].isspace()

    def _put(self, text: str) -> None:
        ended = bool(self.parts) and self.parts[-1].endswith((" ", "\n"))
        glue = "\n" * self.gap if self.gap else " " if self.space and not ended else ""
        if self.parts and glue:
            self._append(glue)
        self.gap, self.space = 0, False
        self._append(text)

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _break(self, newlines: int) -> None:
        if not (self.parts and self.parts[-1] == "- "):
            self.gap = max(self.gap, newlines)

    def _end_heading(self, level: int) -> None:
        if self.heading is not None:
            written = "".join(self.parts[self.heading :])
            title = " ".join(written.split())
            if title:
                start = self.length - len(written.lstrip())
                self.headings.append(Heading(level, title, start))
        self.heading = None
        self.gap = 2
