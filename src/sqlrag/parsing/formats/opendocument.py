"""OpenDocument texts and slides: their XML becomes HTML, which our reader reads."""

import html
import posixpath
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.archives import broken_as, name_of, open_archive, read_xml, value_of
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.numbering import whole
from sqlrag.parsing.formats.opendocument_lists import Counts, Lists
from sqlrag.parsing.formats.parts import Parts
from sqlrag.parsing.formats.text import clean
from sqlrag.parsing.refusals import check_size, unreadable

TEXT = "application/vnd.oasis.opendocument.text"
SLIDES = "application/vnd.oasis.opendocument.presentation"
# What is deleted, counted or noted beside the text.
SILENT = {
    "tracked-changes", "annotation", "sequence-decls", "variable-decls", "user-field-decls",
    "forms", "number", "script", "event-listeners", "title", "desc",
    "page-number",
}  # fmt: skip
DRAWING = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
PAGES = ("page-number", "page-count")
NUMBERING = 8  # letters beside the number of a page: "Page 3 of 9"
HEADS = "Table_20_Heading"
MOST_STYLES = 20  # that a style may be based on, one on another
MOST_REPEATED = 20


def parse_odt(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    with _opened(data, "ODT") as (writer, title):
        parsed = replace(parse_markup(writer.write(), limits), media_type=TEXT)
    return replace(parsed, title=title or parsed.title)


def parse_odp(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """Each slide a page, its title a heading, with the notes."""
    parts = Parts(limits)
    with _opened(data, "ODP") as (writer, title):
        for number, slide in enumerate(writer.slides(), start=1):
            check_size(number, "pages", limits.max_pages)
            parts.begin_page()
            parts.add_document(parse_markup(slide, limits))
    return parts.make(SLIDES, title or next((one.title for one in parts.headings), None))


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator[tuple["_Writer", str]]:
    """What writes the document, and its title."""
    with broken_as(kind), open_archive(data, kind) as archive:
        manifest, styles, meta = (
            read_xml(archive, name) if name in archive.NameToInfo else Element("none")
            for name in ("META-INF/manifest.xml", "styles.xml", "meta.xml")
        )
        if any(name_of(node) == "encryption-data" for node in manifest.iter()):
            raise unreadable("it is protected by a password", "save it without one")
        title = next((one.text or "" for one in meta.iter() if name_of(one) == "title"), "")
        writer = _Writer(archive, styles, read_xml(archive, "content.xml"))
        yield writer, " ".join(clean(title).split())


class _Writer:
    """Texts of boxes stand after the paragraph that they are in, notes below all."""

    def __init__(self, archive: zipfile.ZipFile, styles: Element, content: Element) -> None:
        self._archive = archive
        self._lists = Lists((styles, content))
        self._styles = {
            value_of(node, "name"): node
            for root in (styles, content)
            for node in root.iter()
            if name_of(node) == "style"
        }
        self._masters, self._content = styles, content
        self._boxes: list[str] = []
        self._notes: list[str] = []

    def write(self) -> str:
        body = next((node for node in self._content.iter() if name_of(node) == "body"), ())
        flow = self._blocks(body)
        said: set[str] = set()
        above, below = ("".join(self._around(kind, flow, said)) for kind in ("header", "footer"))
        notes = f"<ul>{''.join(self._notes)}</ul>" if self._notes else ""
        return above + flow + notes + below

    def slides(self) -> Iterator[str]:
        for page in self._content.iter(f"{DRAWING}page"):
            shapes = [node for node in page if node.tag.startswith(DRAWING)]
            titles = [node for node in shapes if value_of(node, "class") == "title"]
            title = " ".join(map(self._words, titles))
            others = self._blocks(node for node in shapes if node not in titles)
            notes = " ".join(self._words(node) for node in page if name_of(node) == "notes")
            told = f"<p>Notes: {notes}</p>" if notes.strip() else ""
            yield f"<h1>{title}</h1>{others}{told}"

    def _words(self, node: Element) -> str:
        return " ".join(self._inline(part) for part in node.iter() if name_of(part) == "p")

    def _around(self, kind: str, flow: str, said: set[str]) -> Iterator[str]:
        """What stands in headers or footers, each text once and none that is in the flow."""
        places = (node for node in self._masters.iter() if "style" in node.tag)
        for place in places:
            if not name_of(place).startswith(kind) or value_of(place, "display") == "false":
                continue
            for paragraph in (node for node in place.iter() if name_of(node) == "p"):
                text = self._inline(paragraph).strip()
                counts = any(name_of(node) in PAGES for node in paragraph.iter())
                is_number = counts and sum(map(str.isalpha, text)) <= NUMBERING
                if text not in flow and text not in said and not is_number:
                    yield f"<p>{text}</p>"
                said.add(text)

    def _blocks(self, parent: Iterable[Element]) -> str:
        return "".join(map(self._block, parent))

    def _block(self, node: Element) -> str:
        name = name_of(node)
        if name in ("p", "h"):
            return self._paragraph(node)
        if name == "list":
            return self._list(node, "", 1, None)
        if name == "table":
            return f"<table>{''.join(self._rows(node, 'td'))}</table>"
        if node.tag.startswith(DRAWING):
            return self._shape(node) + self._take_boxes()
        return "" if name in SILENT or self._is_hidden(node) else self._blocks(node)

    def _paragraph(self, node: Element, mark: str | None = None) -> str:
        if self._is_hidden(node):
            return ""
        style, tag = value_of(node, "style-name"), "p"
        if name_of(node) == "h":
            depth = max(whole(value_of(node, "outline-level"), 1), 1)
            tag = f"h{min(depth, 6)}"
            if mark is None and value_of(node, "is-list-header") != "true":
                mark = self._lists.mark_heading(depth, value_of(node, "start-value"))
        elif style == "Title" or self._parent(style) == "Title":
            tag = "h1"
        words = f"{html.escape(mark)} " if mark else ""
        return f"<{tag}>{words}{self._inline(node)}</{tag}>{self._take_boxes()}"

    def _take_boxes(self) -> str:
        boxes, self._boxes = self._boxes, []
        return "".join(boxes)

    def _list(self, node: Element, style: str, depth: int, counts: Counts | None) -> str:
        style = value_of(node, "style-name") or style
        counts = self._lists.begin(node, style) if counts is None else counts
        items = (self._item(item, style, depth, counts) for item in node)
        return f"<ul>{''.join(items)}</ul>"

    def _item(self, item: Element, style: str, depth: int, counts: Counts) -> str:
        """An item that begins with a list of its own has no mark, nor has the head of a list."""
        inside = [child for child in item if name_of(child) not in ("number", "soft-page-break")]
        begins = name_of(inside[0]) if inside else ""
        mark: str | None = ""
        if begins != "list" and name_of(item) == "list-item":
            mark = self._lists.mark(style, counts, depth, value_of(item, "start-value"))
        blocks = []
        for child in inside:
            if name_of(child) == "list":
                blocks.append(self._list(child, style, depth + 1, counts))
            elif name_of(child) == "h":
                blocks.append(self._paragraph(child, mark or ""))
            elif mark != "" and name_of(child) == "p":  # a line of its item
                blocks.append("<br>" * bool(blocks) + self._inline(child) + self._take_boxes())
            else:
                blocks.append(self._block(child))
        if mark == "" or begins == "h":
            return "".join(blocks)
        shown = f' data-mark="{html.escape(mark)}"' if mark else ""
        return f"<li{shown}>{''.join(blocks)}</li>"

    def _rows(self, parent: Element, tag: str) -> Iterator[str]:
        for place, node in enumerate(_below_columns(parent)):
            name = name_of(node)
            if name in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(node, "th" if name == "table-header-rows" else tag)
            elif name == "table-row":
                head = "th" if place == 0 and self._names_columns(node) else tag
                cells = (self._cell(cell, head) for cell in node if name_of(cell) == "table-cell")
                yield f"<tr>{''.join(cells)}</tr>"

    def _names_columns(self, row: Element) -> bool:
        """Whether a first row that is not marked as heads is written as such."""
        written = [node for node in row.iter() if name_of(node) in ("p", "h")]
        return len(row) > 1 and any(
            name_of(node) == "h"
            or HEADS in (style := value_of(node, "style-name"), self._parent(style))
            for node in written
        )

    def _cell(self, cell: Element, tag: str) -> str:
        spans = "".join(
            f' {span}="{whole(value, 1)}"'
            for span, name in (("colspan", "columns"), ("rowspan", "rows"))
            if (value := value_of(cell, f"number-{name}-spanned"))
        )
        written = f"<{tag}{spans}>{self._blocks(cell)}</{tag}>"
        repeated = whole(value_of(cell, "number-columns-repeated"), 1) if len(cell) else 1
        return written * min(repeated, MOST_REPEATED)

    def _inline(self, node: Element) -> str:
        return self._escaped(node.text) + "".join(
            self._inside(child) + self._escaped(child.tail) for child in node
        )

    def _escaped(self, text: str | None) -> str:
        return html.escape(text or "", quote=False)

    def _inside(self, node: Element) -> str:
        name = name_of(node)
        if name in ("s", "tab"):
            return " "
        if name == "line-break":
            return "<br>"
        if name == "note":
            return self._note(node)
        if node.tag.startswith(DRAWING):
            return self._shape(node)
        if name in SILENT or self._is_hidden(node):
            return ""
        words = self._inline(node)
        if name == "ruby-text":
            return f"({words})" if words.strip() else ""
        position = self._property(node, "text-position") if name == "span" else ""
        return f"<sup>{words}</sup>" if position.startswith("super") else words

    def _note(self, node: Element) -> str:
        """Its number in the flow; its text below all."""
        boxes, self._boxes = self._boxes, []
        parts = {name_of(part): part for part in node}
        number = self._inline(parts["note-citation"]).strip() if "note-citation" in parts else ""
        text = self._blocks(parts.get("note-body", ()))
        self._notes.append(f'<li data-mark="{html.escape(number)}.">{text}</li>')
        self._boxes = boxes
        return f"<sup>[{number}]</sup>"

    def _shape(self, node: Element) -> str:
        """What a picture is described by, a formula; texts in boxes are kept for `_take_boxes`."""
        said = {name_of(part): (part.text or "").strip() for part in node}
        inside = ""
        for part in node:
            name = name_of(part)
            if name == "object":
                inside += self._object(part)
            elif name in ("text-box", "p", "list", "table") or part.tag.startswith(DRAWING):
                boxed = self._blocks(part) if name == "text-box" else self._block(part)
                self._boxes.append(boxed)
        described = ": ".join(filter(None, (said.get("title"), said.get("desc"))))
        if described and not inside:
            inside = f'<img alt="{html.escape(described)}">'
        return inside

    def _object(self, node: Element) -> str:
        """A formula, or a chart with its table."""
        path = posixpath.normpath(f"{value_of(node, 'href') or ''}/content.xml")
        root = next(iter(node), None)
        if root is None and path in self._archive.NameToInfo:
            root = read_xml(self._archive, path)
        if root is None or name_of(root) == "math":
            return _formula(root) if root is not None else ""
        self._boxes.append(self._blocks(root))
        return ""

    def _is_hidden(self, node: Element) -> bool:
        told = value_of(node, "is-hidden") == "true" or value_of(node, "display") == "none"
        hidden = [part for part in node if name_of(part) == "hidden-paragraph"]
        return (
            told
            or any(value_of(part, "is-hidden") == "true" for part in hidden)
            or (name_of(node) in ("p", "h", "span") and self._property(node, "display") == "none")
        )

    def _parent(self, style: str | None) -> str | None:
        found = self._styles.get(style)
        return value_of(found, "parent-style-name") if found is not None else None

    def _property(self, node: Element, name: str) -> str:
        """A property of letters, of a style or of those it is based on."""
        style = value_of(node, "style-name")
        for _ in range(MOST_STYLES):
            found = self._styles.get(style)
            for part in found if found is not None else ():
                if name_of(part) == "text-properties" and (value := value_of(part, name)):
                    return value
            style = self._parent(style)
        return ""


def _below_columns(table: Element) -> Iterator[Element]:
    return (node for node in table if "column" not in name_of(node))


def _formula(math: Element) -> str:
    for node in math.iter():
        node.tag = name_of(node)
    return ElementTree.tostring(math, encoding="unicode", method="html")
