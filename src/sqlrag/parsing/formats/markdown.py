"""Markdown, kept as it is written; front matter is taken off and HTML in it becomes Markdown."""

import re
from itertools import accumulate, pairwise

from markdown_it import MarkdownIt

from sqlrag.domain.documents import Heading, ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.html_in_markdown import without_html
from sqlrag.parsing.formats.text import clean, read_text

# Block structure is all we need, and parsing the inline text takes most of the time.
BLOCKS = MarkdownIt("commonmark").disable("inline")
INLINE = MarkdownIt("commonmark")
FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
FRONT_KEY = re.compile(r"^[\w-]+[ \t]*:", re.MULTILINE)
FRONT_TITLE = re.compile(r"^title[ \t]*:[ \t]*(\S.*)", re.MULTILINE | re.IGNORECASE)


def parse_markdown(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    title, body = _front_matter(read_text(data))
    text = clean(without_html(body, _code_lines(body)))
    headings = _headings(text)
    first = next((heading.title for heading in headings if heading.level == 1), None)
    return ParsedDocument(text, "text/markdown", title or first, headings=headings)


def _front_matter(text: str) -> tuple[str | None, str]:
    """The title and the text without the front matter; a thematic break is not one."""
    front = FRONT_MATTER.match(text)
    if front is None or not FRONT_KEY.search(front[1]):
        return None, text
    title = FRONT_TITLE.search(front[1])
    name = title[1].rstrip() if title else ""
    if name[:1] in "|>":
        name = ""
    elif len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    return name or None, text[front.end() :].lstrip("\n")


def _line_starts(text: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))]


def _code_lines(text: str) -> list[tuple[int, int]]:
    """The spans of code blocks, in which nothing is HTML."""
    if "<" not in text:
        return []
    starts = _line_starts(text)
    codes = (token for token in BLOCKS.parse(text) if token.type in ("fence", "code_block"))
    return [(starts[code.map[0]], starts[code.map[1]]) for code in codes if code.map]


def _headings(text: str) -> tuple[Heading, ...]:
    if not re.search(r"^ {0,3}(?:#|=+[ \t]*$|-+[ \t]*$)", text, re.MULTILINE):
        return ()
    starts = _line_starts(text)
    found = []
    for opening, inline in pairwise(BLOCKS.parse(text)):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            title = _plain(inline.content)
            if title:
                found.append(Heading(int(opening.tag[1]), title, starts[opening.map[0]]))
    return tuple(found)


def _plain(source: str) -> str:
    """A heading without its markup."""
    tokens = INLINE.parseInline(source)[0].children or []
    words = "".join(
        " " if token.type in ("softbreak", "hardbreak") else token.content
        for token in tokens
        if token.type != "html_inline"
    )
    return " ".join(words.split())
