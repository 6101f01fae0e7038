"""Markdown, kept as it is written; front matter is read and HTML in it becomes Markdown."""

import re
from itertools import accumulate, pairwise

from markdown_it import MarkdownIt

from sqlrag.domain.documents import Heading, ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.front_matter import take_front_matter
from sqlrag.parsing.formats.html_in_markdown import without_html
from sqlrag.parsing.formats.text import clean, read_text

# Block structure is all we need, and parsing the inline text takes most of the time.
BLOCKS = MarkdownIt("commonmark").disable("inline")
INLINE = MarkdownIt("commonmark")
# What `read_text` leaves of a picture that is written into the file.
EMPTY_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(<?>?(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)")
EMPTY_LABEL = re.compile(r"^ {0,3}\[([^\]\n]+)\]:[ \t]*(?:<>)?[ \t]*(?:\n|\Z)", re.MULTILINE)
# Links from a title to itself, beside code, and what attributes of its element are written behind.
PERMALINK = re.compile(
    r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)"
    r"|[ \t]*(?<!!)\[(?:[^\w\[\]\n]{0,4}|&para;)\]\(<?#[^()\s]*(?:[ \t]+\"[^\"\n]*\")?\)"
)
ATTRIBUTES = re.compile(r"[ \t]*(?:¶|\{:?[ \t]*[#.][^{}\n]*\})(?=[ \t]*#*[ \t]*(?:\n[^\n]*\n?)?\Z)")
LINE_OF_ATTRIBUTES = re.compile(r"^ {0,3}\{:[ \t]*[#.][^{}\n]*\}[ \t]*(?:\n|\Z)", re.MULTILINE)
BY_LABEL = re.compile(r"!\[([^\]\n]*)\](?:\[([^\]\n]*)\])?")


def parse_markdown(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    title, body = take_front_matter(read_text(data))
    if "](" in body or "]:" in body:
        body = _without_empty_pictures(body)
    if re.search(r"\]\(<?#|[{][#.:]|¶", body):
        body = _without_permalinks(body)
    text = clean(without_html(body, _code_lines(body) if "<" in body else ()))
    headings = _headings(text)
    first = next((heading.title for heading in headings if heading.level == 1), None)
    return ParsedDocument(text, "text/markdown", title or first, headings=headings)


def _without_empty_pictures(text: str) -> str:
    """The alternative texts of pictures whose data were taken out."""
    text = EMPTY_PICTURE.sub(r"\1", text)
    labels = {label[1].lower() for label in EMPTY_LABEL.finditer(text)}

    def say(picture: re.Match[str]) -> str:
        return picture[1] if (picture[2] or picture[1]).lower() in labels else picture[0]

    return BY_LABEL.sub(say, EMPTY_LABEL.sub("", text)) if labels else text


def _without_permalinks(text: str) -> str:
    def prose(piece: str) -> str:
        piece = PERMALINK.sub(lambda found: found[0] if found[1] else "", piece)
        return LINE_OF_ATTRIBUTES.sub("", piece)

    starts = _line_starts(text)
    parts, done = [], 0
    for token in BLOCKS.parse(text):
        if token.map and token.type in ("fence", "code_block", "heading_open"):
            start, end = (starts[line] for line in token.map)
            if start >= done:
                parts.append(prose(text[done:start]))
                piece = text[start:end]
                is_title = token.type == "heading_open"
                parts.append(ATTRIBUTES.sub("", prose(piece)) if is_title else piece)
                done = end
    return "".join(parts) + prose(text[done:])


def _line_starts(text: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))]


def _code_lines(text: str) -> list[tuple[int, int]]:
    """The spans of code blocks, in which nothing is HTML."""
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
