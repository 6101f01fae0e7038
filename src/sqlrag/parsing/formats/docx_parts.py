"""What a Word document says outside of the flow that mammoth reads: numbers of lists and headings,
formulas, text boxes; headers and footers, charts and diagrams."""

import html
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import chain, pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sqlrag.parsing.formats.archives import (
    child_of,
    name_of,
    read_relations,
    read_xml,
    value_of,
)
from sqlrag.parsing.formats.docx_loose_ends import name_styles, unlink_lists, without_loose_ends
from sqlrag.parsing.formats.docx_numbers import Numbers
from sqlrag.parsing.formats.formulas import join_formula, plain

MAIN = "word/document.xml"
# What `Numbers` marks a paragraph with, until its place in a list is known.
MARK = re.compile(r"(<li)>((?:<(?!li)[^>]+>)*)\ue000([^\ue001]*)\ue001")
BACK_LINK = re.compile(r'\s*<a href="#[^"]*note-ref-[^"]*">↑</a>')
NUMBERING = 8  # letters beside the number of a page: "Page 3 of 9"
AROUND = ("header", "chart", "diagramData", "footer")


class Package:
    """The parts of an archive and how they are related."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        main = [path for kind, path in self.related("") if kind == "officeDocument"]
        self.main = next((path for path in main if path in self._names), MAIN)

    def __contains__(self, path: str) -> bool:
        return path in self._names

    def related(self, path: str) -> Iterator[tuple[str, str]]:
        """The kind and the path of each part that a part names, that are there."""
        for kind, there in read_relations(self._archive, path).values():
            if there in self._names:
                yield kind, there

    def relation_ids(self, path: str) -> set[str]:
        return set(read_relations(self._archive, path, external=True))

    def read(self, path: str) -> Element:
        return read_xml(self._archive, path)

    def changed(self, parts: dict[str, Element]) -> bytes:
        """The archive with other parts, without pictures."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in self._names:
                if not name.endswith((".xml", ".rels")):
                    continue
                root = parts.get(name)
                part = self._archive.read(name) if root is None else ElementTree.tostring(root)
                archive.writestr(name, part)
        return buffer.getvalue()


def complete(package: Package) -> bytes:
    """The archive with what mammoth passes over put into the flow of its main part."""
    root = package.read(package.main)
    paths = dict(package.related(package.main))
    styles, numbering = (
        package.read(paths[kind]) if kind in paths else None for kind in ("styles", "numbering")
    )
    numbers = Numbers(styles, numbering) if numbering is not None else None
    space = root.tag.partition("}")[0] + "}"
    said: set[str] = set()
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            if name_of(child) in ("oMath", "oMathPara"):
                parent[place] = _run(space, _formula(child))
        _describe_tables(space, parent, said)
        if numbers and name_of(parent) == "p" and (mark := numbers.mark(parent)):
            after = 1 if len(parent) and name_of(parent[0]) == "pPr" else 0
            parent.insert(after, _run(space, f"\ue000{mark}\ue001"))
        _join(parent)
    _open_boxes(root)
    changed = {package.main: root}
    for kind, part in (("styles", styles), ("numbering", numbering)):
        if part is not None:
            changed[paths[kind]] = part
    name_styles(styles)
    unlink_lists(numbering, styles)
    notes = [package.read(paths[kind]) for kind in ("footnotes", "endnotes") if kind in paths]
    without_loose_ends(root, package.relation_ids(package.main), notes)
    return package.changed(changed)


def _join(parent: Element) -> None:
    """Put a dropped capital, a paragraph to Word, before the letters it belongs to; a space where
    the end of a paragraph was deleted."""
    paragraphs = [child for child in parent if name_of(child) == "p"]
    for dropped, following in pairwise(paragraphs):
        properties = child_of(dropped, "pPr")
        if value_of(child_of(properties, "framePr"), "dropCap") in ("drop", "margin"):
            runs = [child for child in dropped if name_of(child) != "pPr"]
            place = 1 if child_of(following, "pPr") is not None else 0
            following[place:place] = runs
            parent.remove(dropped)
        elif child_of(properties, "rPr", "del") is not None:
            dropped.append(_run(dropped.tag.partition("}")[0] + "}", " "))


def _describe_tables(space: str, parent: Element, said: set[str]) -> None:
    """Put what a table is described by, for those who do not see it, before it."""
    for table in [child for child in parent if name_of(child) == "tbl"]:
        properties = child_of(table, "tblPr")
        described = (value_of(child_of(properties, "tblDescription")) or "").strip()
        if " " in described and described not in said:
            said.add(described)
            paragraph = Element(f"{space}p")
            paragraph.append(_run(space, described))
            parent.insert(list(parent).index(table), paragraph)


def _run(space: str, text: str) -> Element:
    run = Element(f"{space}r")
    ElementTree.SubElement(run, f"{space}t").text = text
    return run


def _formula(element: Element) -> str:
    name = name_of(element)
    if name == "t":
        return plain(element.text or "")
    if name == "d":  # in brackets
        return f"({', '.join(_formula(part) for part in element if name_of(part) == 'e')})"
    parts = [_formula(part) for part in element if not name_of(part).endswith("Pr")]
    if name == "nary":
        parts = [*_sign(element), *parts]
    return join_formula(name, parts if name == "nary" else [part for part in parts if part])


def _sign(nary: Element) -> Iterator[str]:
    signs = (
        value for part in nary.iter() if name_of(part) == "chr" for value in part.attrib.values()
    )
    yield next(signs, "∫")


def _open_boxes(root: Element) -> None:
    """Put the text of boxes that have no copy for older programs after their paragraphs."""
    for body in [node for node in root.iter() if name_of(node) in ("body", "tc", "sdtContent")]:
        for paragraph in [child for child in body if name_of(child) == "p"]:
            boxes = [box for drawing in paragraph.iter() if name_of(drawing) == "drawing"
                     for box in drawing.iter() if name_of(box) == "txbxContent"]  # fmt: skip
            old = any(name_of(node) == "Fallback" for node in paragraph.iter())
            place = list(body).index(paragraph) + 1 if boxes and not old else 0
            for inner in [inner for box in boxes for inner in box] if place else ():
                body.insert(place, inner)
                place += 1


def around(package: Package, markup: str) -> tuple[str, str]:
    """What stands above and below the flow, each text once and none that is in the flow."""
    said: set[str] = set()
    texts: dict[str, list[str]] = {kind: [] for kind in AROUND}
    parts = {part for part in package.related(package.main) if part[0] in AROUND}
    for kind, path in sorted(parts, key=lambda part: (AROUND.index(part[0]), part[1])):
        for text in _paragraphs(package.read(path)):
            escaped = html.escape(text, quote=False)
            if text not in said and escaped not in markup:
                texts[kind].append(f"<p>{escaped}</p>")
            said.add(text)
    above, *below = texts.values()
    return "".join(above), "".join(chain(*below))


def _paragraphs(root: Element) -> Iterator[str]:
    """The texts of a header, a footer, a chart or a diagram, but numbers of pages."""
    for paragraph in root.iter():
        if name_of(paragraph) not in ("p", "cat", "val", "tx"):
            continue
        nodes = list(paragraph.iter())
        parts = [part.text or "" for part in nodes if name_of(part) in ("t", "v")]
        text = " ".join(("" if name_of(paragraph) == "p" else ", ").join(parts).split())
        fields = "".join(
            (part.text or "") + "".join(part.attrib.values())
            for part in nodes if name_of(part) in ("instrText", "fldSimple")
        )  # fmt: skip
        if text and not ("PAGE" in fields and sum(map(str.isalpha, text)) <= NUMBERING):
            yield text


def settle(markup: str) -> str:
    """Marks of list items as attributes, those of other paragraphs as text; no arrows of notes."""
    markup = BACK_LINK.sub("", markup)
    markup = MARK.sub(lambda found: f'{found[1]} data-mark="{found[3]}">{found[2]}', markup)
    return markup.replace("\ue000", "").replace("\ue001", " ")
