"""HTML inside Markdown becomes Markdown; what is not HTML is left as it is written."""

import html
import re
from collections.abc import Sequence

from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.html_heard import is_gutter
from sqlrag.parsing.formats.html_page import DEEPEST_INDENT, EXPONENT, LISTS, formula_of, value_of
from sqlrag.parsing.formats.numbering import Numbering

TAG = re.compile(
    r"(?P<comment><!--)"
    r"|(?<!`)(?P<ticks>`+)(?!`)[^\n]{1,10000}?(?<!`)(?P=ticks)(?!`)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)"
    r"(?P<attributes>(?:\s[^<>\"'`]*(?:\"[^\"]{0,2000}\"[^<>\"'`]*|'[^']{0,2000}'[^<>\"'`]*)*)?)/?>"
)
CODE_OR_ENTITY = re.compile(r"(?<!`)`+[^`\n]+`+|&#?\w{1,31};")
ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
RAISED = re.compile(r"([^<]{1,20})</sup", re.IGNORECASE)
CODE = re.compile(r"</?code(?:\s[^<>]*)?>", re.IGNORECASE)
TAGS = re.compile(r"<[^<>]*>")
LANGUAGE = re.compile(r"language-([\w+#-]+)")

HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
SILENT = {
    "script", "style", "svg", "noscript", "template", "iframe", "canvas", "select",
    "textarea",
}  # fmt: skip
PARAGRAPHS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "dl",
    "dt", "dd", "blockquote", "figure", "center", "figcaption", "table", "thead", "tbody",
    "details", "summary", "hr",
}  # fmt: skip
LINES = {"tr", "li", "br"}
INLINE = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "font", "i", "img", "input", "ins",
    "kbd", "label", "mark", "picture", "q", "s", "samp", "small", "source", "span", "strong",
    "sub", "sup", "td", "th", "u", "var", "video", "wbr",
}  # fmt: skip
ROW = re.compile(r"[ \t]{0,3}\|")
IN_LAYOUT = re.compile(r"<h[1-6]")
LONGEST_ROW, LONGEST_ANCHOR, LONGEST_TABLE = 5_000, 300, 100_000  # in characters
BREAKS = {*PARAGRAPHS, *LINES, *LISTS}
KNOWN = {*HEADINGS, *SILENT, *PARAGRAPHS, *LINES, *INLINE, *LISTS, "pre", "button", "math"}


def without_html(text: str, code: Sequence[tuple[int, int]]) -> str:
    """The text with its HTML tags turned into Markdown, except in the spans of `code`.

    Headings become `#` lines, <pre> a fence, blocks paragraphs; scripts, styles, drawings and
    buttons vanish. A `<` that opens no HTML tag stays (`List<int>`, `a < b`).
    """
    return _Converter(text, code).convert() if "<" in text else text


class _Converter:
    def __init__(self, text: str, code: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._lowered = text.lower() if len(text.lower()) == len(text) else text
        self._code = [*code, (len(text), len(text))]
        self._ahead = self._written = self._done = 0
        self._parts: list[str] = []
        self._fence: tuple[int, str] | None = None
        self._heading: tuple[int, str] | None = None
        self._unclosed: set[str] = set()
        self._lists: list[Numbering | None] = []
        self._marked = -1
        self._in_summary = False
        self._cells = 0

    def convert(self) -> str:
        position = 0
        while found := TAG.search(self._text, position):
            position = self._skip_code(found) or self._convert_tag(found)
        self._write(len(self._text))
        return "".join(self._parts)

    def _skip_code(self, found: re.Match[str]) -> int:
        """Where to look on if the match is in code or is code; 0 if it is neither."""
        if self._fence is not None:
            return found.start() + len(found["ticks"]) if found["ticks"] else 0
        while self._code[self._ahead][1] <= found.start() < len(self._text):
            self._ahead += 1
        start, end = self._code[self._ahead]
        if start <= found.start():
            return end
        return found.end() if found["ticks"] else 0

    def _convert_tag(self, found: re.Match[str]) -> int:
        name = "!" if found["comment"] else found["name"].lower()
        if name not in KNOWN and name != "!":
            return found.end()
        self._write(found.start())
        self._done = found.end()
        in_row = self._is_in_row(found.start())
        titles = self._in_summary or self._heading is not None
        silent = name in SILENT or (name == "button" and not titles)
        if self._is_beside(name, found):
            self._done = self._end_of(f"</{name}", found.end())
        elif (
            name == "table"
            and not in_row
            and not found["close"]
            and not self._fence
            and (rows := self._rows_of(found))
        ):
            self._break(2)
            self._parts.append(rows)
            self._break(2)
        elif name == "!" or (silent and not found["close"]):
            self._done = self._end_of("-->" if name == "!" else f"</{name}", found.end())
        elif name == "pre":
            self._close_fence() if found["close"] else self._open_fence(found.end())
        elif (name in BREAKS or name in HEADINGS) and in_row:
            self._parts.append("" if "".join(self._parts[-1:]).endswith(" ") else " ")
        elif self._fence is None:
            self._convert_block(name, bool(found["close"]))
            if not found["close"]:
                self._open_more(name, found)
        return self._done

    def _is_beside(self, name: str, found: re.Match[str]) -> bool:
        """Whether it numbers lines of code, or links to the title in which it stands."""
        if name not in ("a", "span") or found["close"] or not found["attributes"]:
            return False
        start, attributes = found.end(), _attributes(found)
        end = self._lowered.find(f"</{name}", start, start + LONGEST_ANCHOR)
        text = TAGS.sub("", html.unescape(self._text[start : max(end, start)]))
        links = name == "a" and attributes.get("href", "").startswith("#")
        return end >= 0 and (
            is_gutter(attributes.get("class", "").split(), lambda: text)
            or (links and end > start and not any(map(str.isalnum, text)))
        )

    def _rows_of(self, found: re.Match[str]) -> str:
        """The rows of a table, a line each, and where it ends; nothing for what is set in a table
        and for tables of Markdown blocks."""
        end = self._lowered.find("</table>", found.end(), found.end() + LONGEST_TABLE)
        markup = self._lowered[found.end() : max(end, found.end())]
        layout = "<table" in markup or ("<th" not in markup and IN_LAYOUT.search(markup))
        if end < 0 or layout or self._code[self._ahead][0] < end:
            return ""
        self._done = end + len("</table>")
        table = CODE.sub("`", self._text[found.start() : self._done])
        return parse_markup(table, Limits()).text

    def _is_in_row(self, place: int) -> bool:
        """Whether the line is a row of a table, which one line has to hold."""
        earliest = max(place - LONGEST_ROW, 0)
        end = self._text.rfind("\n", earliest, place)
        begins = end + 1 if end >= 0 or earliest == 0 else place
        return self._fence is None and ROW.match(self._text, begins, place) is not None

    def _convert_block(self, name: str, closes: bool) -> None:
        if name in HEADINGS:
            self._close_heading() if closes else self._open_heading(HEADINGS[name])
        elif name in LISTS:
            if closes and self._lists:
                self._lists.pop()
            self._break(1 if self._lists else 2)
        elif name in LINES:
            self._cells = 0
            self._break(1)
        elif name in ("td", "th") and not closes:
            self._cells += 1
            self._parts.append(" | " if self._cells > 1 else "")
        elif name == "code":
            self._parts.append("`")
        elif name in PARAGRAPHS:
            self._in_summary = name == "summary" and not closes
            self._break(2)

    def _open_more(self, name: str, found: re.Match[str]) -> None:
        """What the attributes of a tag say, or what stands until it ends."""
        if name in LISTS:
            self._lists.append(self._number(found) if name == "ol" else None)
        elif name == "li":
            numbers = self._lists[-1] if self._lists else None
            mark = numbers.next(_attributes(found).get("value")) if numbers else "- "
            indents = ("   " if above else "  " for above in self._lists[-DEEPEST_INDENT:-1])
            self._parts.append("".join(indents) + mark)
            self._marked = len(self._parts)
        elif name in ("img", "input"):
            self._parts.append(value_of(name, _attributes(found)))
        elif name == "sup" and (raised := RAISED.match(self._text, found.end())):
            exponent = EXPONENT.fullmatch(html.unescape(raised[1]))
            attached = "".join(self._parts[-1:])[-1:].isalnum()
            self._parts.append("^" if exponent and attached else "")
        elif name == "math":
            self._done = self._end_of("</math", found.end())
            self._parts.append(formula_of(self._text[found.start() : self._done]))

    def _number(self, found: re.Match[str]) -> Numbering:
        attributes, items = _attributes(found), 1
        if "reversed" in attributes:
            items = self._lowered.count("<li", found.end(), self._end_of("</ol", found.end()))
        return Numbering.of(attributes, items)

    def _end_of(self, closing: str, position: int) -> int:
        """Just after the closing tag; `position` when there is none, so that no text is lost."""
        end = -1 if closing in self._unclosed else self._lowered.find(closing, position)
        if end < 0:
            self._unclosed.add(closing)
            return position
        return self._text.find(">", end) + 1 or len(self._text)

    def _open_heading(self, marks: str) -> None:
        self._break(2)
        self._heading = (len(self._parts), marks)

    def _close_heading(self) -> None:
        if self._heading is not None:
            start, marks = self._heading
            title = " ".join("".join(self._parts[start:]).split())
            self._parts[start:] = [marks + title] if title else []
        self._heading = None
        self._break(2)

    def _open_fence(self, position: int) -> None:
        language = LANGUAGE.search(self._text, position, position + 200)
        self._break(2)
        self._fence = (len(self._parts), language[1] if language else "")

    def _close_fence(self) -> None:
        if self._fence is not None:
            start, language = self._fence
            body = "".join(self._parts[start:]).strip("\n").rstrip()
            fence = "```" if "```" not in body else "~~~~"
            self._parts[start:] = [f"{fence}{language}\n{body}\n{fence}"] if body else []
        self._fence = None
        self._break(2)

    def _write(self, end: int) -> None:
        """Write the text up to `end`; code as it stands."""
        while self._done < end:
            while self._code[self._written][1] <= self._done:
                self._written += 1
            start, stop = self._code[self._written]
            is_code = start <= self._done
            until = end if self._fence else min(stop if is_code else start, end)
            piece = self._text[self._done : until]
            if self._fence:
                self._parts.append(html.unescape(piece))
            else:
                self._parts.append(piece) if is_code else self._prose(piece)
            self._done = until

    def _prose(self, text: str) -> None:
        after_break = not self._parts or self._parts[-1].endswith("\n")
        if not text.strip() and "\n" in text:
            self._break(min(text.count("\n") + after_break, 2))
            return
        if after_break:
            text = text.lstrip("\n")
        self._parts.append(
            CODE_OR_ENTITY.sub(lambda m: m[0] if m[0][0] == "`" else html.unescape(m[0]), text)
        )

    def _break(self, newlines: int) -> None:
        tail = "".join(self._parts[-4:])
        if not tail.strip():
            return
        present = tail[len(tail.rstrip()) :].count("\n")
        if self._marked != len(self._parts):
            self._parts.append("\n" * (newlines - present))


def _attributes(tag: re.Match[str]) -> dict[str, str]:
    found = ATTRIBUTE.finditer(tag["attributes"])
    return {one[1].lower(): html.unescape(one[2] or one[3] or one[4] or "") for one in found}
