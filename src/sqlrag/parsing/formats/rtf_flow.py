"""Paragraphs of rich text as HTML: headings, items, rows."""

import html
from dataclasses import dataclass, field, replace


@dataclass(slots=True)
class State:
    """What a group hands on to those in it, and forgets at its end."""

    silent: str = ""  # by which word
    begins: bool = False  # a group, what its first word is of
    starred: bool = False
    table: str = ""  # of fonts or styles
    font: int = -1
    fallback: int = 1  # letters after a \\u that say the same
    hidden: bool = False
    raised: bool = False
    style: int = 0
    level: int = 0  # of a heading
    depth: int = 0  # of an item
    in_cell: bool = False


@dataclass
class Flow:
    """Paragraphs of the document, a note, a header or a box, or the mark of an item."""

    kind: str = ""
    groups: int = 0  # how many are open while it lasts
    number: int = 0  # of a note
    parts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    mark: str = ""
    lists: int = 0
    counts: bool = False  # its pages

    def take(self) -> str:
        """The words since the last paragraph."""
        words, self.words = "".join(self.words).strip(), []
        return words

    def end_paragraph(self, state: State) -> None:
        words, mark, boxes = self.take(), self.mark, self.boxes
        self.mark, self.boxes = "", []
        if state.in_cell:
            self.cell += [f"<p>{mark} {words}</p>", *boxes]
            return
        self.end_table()
        if words and mark and not state.level:
            is_number = any(map(str.isalnum, mark)) and mark != "o"
            shown = f' data-mark="{html.escape(mark)}"' if is_number else ""
            self.end_lists(state.depth + 1)
            self.parts.append(f"<li{shown}>{words}</li>")
        elif words:
            self.end_lists(0)
            tag = f"h{min(state.level, 6)}" if state.level else "p"
            self.parts.append(f"<{tag}>{html.escape(mark)} {words}</{tag}>")
        self.parts += boxes

    def end_lists(self, but: int) -> None:
        tag = "</ul>" if self.lists > but else "<ul>"
        self.parts.append(tag * abs(self.lists - but))
        self.lists = but

    def end_cell(self) -> None:
        self.cells.append(f"<td>{''.join(self.cell)}{self.take()}</td>")
        self.cell = []

    def end_row(self) -> None:
        if self.cell:  # of a row that is broken off
            self.end_cell()
        if self.cells:
            self.rows.append(f"<tr>{''.join(self.cells)}</tr>")
        self.cells = []

    def end_table(self) -> None:
        self.end_row()
        if self.rows:
            self.end_lists(0)
            self.parts.append(f"<table>{''.join(self.rows)}</table>")
        self.rows = []

    def end(self, state: State) -> str:
        self.end_paragraph(replace(state, in_cell=False))
        self.end_table()
        self.end_lists(0)
        return "".join(self.parts)
