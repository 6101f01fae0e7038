"""The text of a page as its elements come: blocks, headings, lists with their numbers, tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sqlrag.domain.documents import Heading
from sqlrag.parsing.formats.formulas import join_formula, plain
from sqlrag.parsing.formats.numbering import Numbering, whole
from sqlrag.parsing.formats.text import clean

BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "dl", "dt", "dd",
    "blockquote", "figure", "figcaption", "table", "caption", "pre", "address", "details",
    "summary", "form", "fieldset", "legend", "body", "hr",
}  # fmt: skip
LISTS = {"ul", "ol", "menu", "dir"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Of these a reader sees no value.
BLIND = {
    "hidden", "submit", "button", "reset", "image", "password", "file", "search", "color", "range",
}  # fmt: skip
BOXES = {"checkbox", "radio"}
FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp|avif)", re.IGNORECASE)
EXPONENT = re.compile(r"\s*[-−–+]?(?:\d{1,4}|[ijkmnpqtxyz])\s*")
DEEPEST_INDENT = 8
MOST_SPANNED = 1_000  # the most that HTML allows
MOST_REPEATED = 20


@dataclass
class _Table:
    """A table of rows: what cells of rows above reach down with, by column, and the row so far.

    `owed`: the texts of further columns that the last cell spans.
    """

    reaching: dict[int, tuple[int, str]] = field(default_factory=dict)
    owed: list[str] = field(default_factory=list)
    column: int = 0
    cells: int = 0
    start: int = 0


@dataclass
class Page:
    """The text so far. `gap` newlines are owed before the next words, more between sections, so
    that the splitter finds its stronger boundaries there. `tables` holds the open ones, None for
    those of `layouts`, whose cells are blocks.
    """

    layouts: set[int]
    parts: list[str] = field(default_factory=list)
    length: int = 0
    headings: list[Heading] = field(default_factory=list)
    _gap: int = 0
    _space: bool = False
    _preformatted: int = 0
    _heading: int | None = None
    _marked: int = -1
    _lists: list[Numbering | None] = field(default_factory=list)
    _tables: list[_Table | None] = field(default_factory=list)

    @property
    def _cell(self) -> bool:
        """Whether all is one line now."""
        table = self._tables[-1] if self._tables else None
        return table is not None and table.cells > 0

    def enter(self, node: LexborNode) -> None:
        if node.is_text_node:
            self._words(clean(node.text_content or ""))
            return
        tag = node.tag or ""
        if tag in HEADINGS and not self._cell:
            self._gap = 3
            self._heading = len(self.parts)
        elif tag == "br":
            self._break(1)
        elif tag in LISTS:
            self._break(1 if self._lists else 2)
            self._lists.append(Numbering.of(node.attributes, _items(node)) if tag == "ol" else None)
        elif tag == "li":
            self._mark(node)
        elif tag == "table":
            self._break(2)
            self._tables.append(None if node.mem_id in self.layouts else _Table())
        elif tag == "tr":
            self._break(1)
        elif tag in ("td", "th"):
            self._enter_cell()
        elif tag in BLOCKS or tag in HEADINGS:
            self._break(2)
        elif tag in ("math", "img", "input", "select", "button", "sup"):
            self._enter_leaf(tag, node)
        self._preformatted += tag == "pre"

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        self._preformatted -= tag == "pre"
        if tag in HEADINGS and not self._cell:
            self._end_heading(HEADINGS[tag])
        elif tag in ("td", "th"):
            self._leave_cell(node)
        elif tag == "tr":
            self._leave_row()
            self._break(1)
        elif tag == "table":
            self._tables = self._tables[:-1]
            self._break(2)
        elif tag in LISTS:
            self._lists = self._lists[:-1]
            self._break(1 if self._lists else 2)
        elif tag == "li":
            self._break(1)
        elif tag in BLOCKS or tag in HEADINGS:
            self._break(2)
        elif tag == "button":
            self._space = True

    def _enter_leaf(self, tag: str, node: LexborNode) -> None:
        """What means something without a text of its own."""
        if tag == "math":
            self._put(_formula(node))
        elif tag == "sup":
            attached = (
                self.parts and not (self._space or self._gap) and self.parts[-1][-1:].isalnum()
            )
            if attached and EXPONENT.fullmatch(_only_text(node)):
                self._append("^")
        elif tag == "button":
            self._space = True
        else:
            chosen = node.css_first("option[selected]") if tag == "select" else None
            value = chosen.text() if chosen else value_of(tag, node.attributes)
            said = clean(value).split() if tag != "select" or chosen else ()
            if said:
                self._space = True
                self._put(" ".join(said))
                self._space = True

    def _mark(self, item: LexborNode) -> None:
        numbers = self._lists[-1] if self._lists else None
        attributes = item.attributes
        mark = numbers.next(attributes.get("value")) if numbers else "- "
        if shown := attributes.get("data-mark"):  # as Word shows it
            mark = f"{shown} "
        if self._cell:
            self._space = True
            if mark != "- ":
                self._put(mark)
            return
        self._gap = max(self._gap, 1)
        self._put("  " * (len(self._lists[:DEEPEST_INDENT]) - 1) + mark)
        self._marked = len(self.parts)

    def _enter_cell(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None:
            self._break(2)
            return
        for owed in table.owed:
            self._separate(table, owed)
        table.owed = []
        self._reach(table, table.column)
        table.cells += 1
        self._separate(table, "")
        table.start = len(self.parts)

    def _leave_cell(self, cell: LexborNode) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None:
            self._break(2)
            return
        text = " ".join("".join(self.parts[table.start :]).split())
        wide, high = (whole(cell.attributes.get(name), 1) for name in ("colspan", "rowspan"))
        wide, high = min(wide, MOST_REPEATED), min(high or MOST_SPANNED, MOST_SPANNED)
        table.owed = [text if cell.tag == "th" else ""] * (wide - 1)
        first = table.column - 1
        for place, reached in enumerate([text, *table.owed] if high > 1 else (), first):
            table.reaching[place] = high, reached
        if high > 1:  # this row is the first of them
            self._pass(table, first, wide)

    def _leave_row(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None:
            return
        if table.cells > 1 and any(table.owed):
            for owed in table.owed:
                self._separate(table, owed)
        else:
            table.column += len(table.owed)
        while table.cells and table.reaching and max(table.reaching) >= table.column:
            if not self._reach(table, table.column):
                self._separate(table, "")
        table.owed, table.column, table.cells = [], 0, 0

    def _reach(self, table: _Table, column: int) -> bool:
        """Write what the rows above reach down with from a column on; whether there was any."""
        found = False
        while column in table.reaching:
            text = table.reaching[column][1]
            self._separate(table, text)
            self._pass(table, column, 1)
            column, found = column + 1, True
        return found

    def _pass(self, table: _Table, first: int, wide: int) -> None:
        for column in range(first, first + wide):
            rows, text = table.reaching.pop(column)
            if rows > 1:
                table.reaching[column] = rows - 1, text

    def _separate(self, table: _Table, text: str) -> None:
        """Begin the next column, with a text if it is known."""
        self._space = False
        if table.column:
            self._put(" | " + text)
        elif text:
            self._put(text)
        table.column += 1

    def _words(self, text: str) -> None:
        if self._preformatted and not self._cell:
            self._put(text)
            return
        words = " ".join(text.split())
        if not words:
            self._space = self._space or bool(text)
            return
        self._space = self._space or text[0].isspace()
        self._put(words)
        self._space = text[-1].isspace()

    def _put(self, text: str) -> None:
        ended = bool(self.parts) and self.parts[-1].endswith((" ", "\n"))
        glue = "\n" * self._gap if self._gap else " " if self._space and not ended else ""
        if self.parts and glue:
            self._append(glue)
        self._gap, self._space = 0, False
        self._append(text)

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _break(self, newlines: int) -> None:
        if self._cell:
            self._space = True
        elif self._marked != len(self.parts):
            self._gap = max(self._gap, newlines)

    def _end_heading(self, level: int) -> None:
        if self._heading is not None:
            written = "".join(self.parts[self._heading :])
            title = " ".join(written.split())
            if title:
                start = self.length - len(written.lstrip())
                self.headings.append(Heading(level, title, start))
        self._heading = None
        self._gap = 2


def _items(ordered: LexborNode) -> int:
    return sum(child.tag == "li" for child in ordered.iter())


def value_of(tag: str, attributes: Mapping[str, Any]) -> str:
    """What an <img> or an <input> says by its attributes."""
    if tag == "img":
        alternative = attributes.get("alt") or ""
        return "" if FILE_NAME.fullmatch(alternative.strip()) else alternative
    kind = (attributes.get("type") or "text").lower()
    if kind in BOXES:
        return "[x]" if "checked" in attributes else "[ ]"
    return "" if kind in BLIND else attributes.get("value") or ""


def _only_text(node: LexborNode) -> str:
    """The text of an element that has nothing else, at most a link around it."""
    child = node.child
    while child is not None and child.next is None and not child.is_text_node:
        child = child.child
    return child.text_content or "" if child is not None and child.next is None else ""


def formula_of(markup: str) -> str:
    """The formula of a <math> element that is text."""
    node = LexborHTMLParser(markup).css_first("math")
    return _formula(node) if node else ""


def _formula(node: LexborNode) -> str:
    if node.is_text_node:
        return plain(clean(node.text_content or ""))
    if node.tag in ("mtext", "ms"):
        return " ".join(clean(node.text()).split())
    heard = (part for part in node.iter(include_text=True) if "annotation" not in (part.tag or ""))
    parts = [part for part in map(_formula, heard) if part]
    return join_formula(node.tag or "", parts)
