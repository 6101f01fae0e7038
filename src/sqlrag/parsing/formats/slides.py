"""PowerPoint: each slide a page, its title a heading, with tables, charts and the notes."""

import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import OLE
from sqlrag.parsing.formats.archives import broken_as, open_archive, read_relations, read_xml
from sqlrag.parsing.formats.parts import Parts
from sqlrag.parsing.formats.text import clean
from sqlrag.parsing.refusals import check_size, unreadable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ONCE = {"hdr", "ftr", "dt"}  # on every slide
FURNITURE = {"sldNum", "sldImg", *ONCE}
PATHS = [f"{CHART}{kind}//{CHART}v" for kind in ("tx", "cat", "val")]
PRESENTATION = "ppt/presentation.xml"


def parse_slides(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    if data.startswith(OLE):
        raise unreadable("it is protected by a password", "save it without one")
    with broken_as("PPTX"), open_archive(data, "PPTX") as archive:
        parts, said = Parts(limits), set[str]()
        relations = read_relations(archive, PRESENTATION)
        slides = read_xml(archive, PRESENTATION).iter(f"{SLIDE}sldId")
        for number, slide in enumerate(slides, start=1):
            check_size(number, "pages", limits.max_pages)
            parts.begin_page()
            _write_slide(archive, relations[slide.get(RELATION, "")][1], parts, said)
    return parts.make(MEDIA_TYPE, next((one.title for one in parts.headings), None))


def _write_slide(archive: zipfile.ZipFile, name: str, parts: Parts, said: set[str]) -> None:
    shapes = read_xml(archive, name)
    title = next((shape for shape in shapes.iter(f"{SLIDE}sp") if _kind(shape) == "title"), None)
    if title is not None:
        parts.add_heading(" ".join(_paragraphs(title)))
    for block in filter(str.strip, _blocks(shapes, title)):
        parts.add(clean(block))
    for text in dict.fromkeys(_repeated(shapes)):
        if text not in said:
            parts.add(clean(text))
        said.add(text)
    for kind, part in read_relations(archive, name).values():
        if kind in ("chart", "diagramData", "notesSlide") and part in archive.NameToInfo:
            root = read_xml(archive, part)
            if kind == "chart":
                parts.add(clean("\n".join(_chart(root))))
            elif kind == "diagramData":
                parts.add(clean("\n".join(_paragraphs(root))))
            elif notes := "\n".join(_blocks(root, None)).strip():
                parts.add(clean(f"Notes: {notes}"))


def _blocks(root: Element, title: Element | None) -> Iterator[str]:
    """The texts of shapes, tables and the descriptions of pictures, in the order of the file."""
    inside: set[Element] = set()
    for element in root.iter():
        if element in inside or element is title:
            continue
        if element.tag == f"{DRAWING}tbl":
            inside.update(element.iter())
            rows = (row.iter(f"{DRAWING}tc") for row in element.iter(f"{DRAWING}tr"))
            yield "\n".join(" | ".join(" ".join(_paragraphs(cell)) for cell in row) for row in rows)
        elif element.tag == f"{SLIDE}sp" and _kind(element) not in FURNITURE:
            yield "\n".join(_paragraphs(element))
        elif element.tag == f"{SLIDE}pic":
            yield from (one.get("descr", "") for one in element.iter(f"{SLIDE}cNvPr"))
        elif element.tag == FALLBACK:  # the same for older programs
            inside.update(element.iter())


def _repeated(shapes: Element) -> Iterator[str]:
    """Heads, feet and dates, but those that change with the day."""
    for shape in shapes.iter(f"{SLIDE}sp"):
        if _kind(shape) in ONCE and shape.find(f".//{DRAWING}fld") is None:
            yield from _paragraphs(shape)


def _kind(shape: Element) -> str:
    place = shape.find(f"{SLIDE}nvSpPr/{SLIDE}nvPr/{SLIDE}ph")
    kind = "" if place is None else place.get("type", "")
    return "title" if kind == "ctrTitle" else kind


def _paragraphs(root: Element) -> Iterator[str]:
    for paragraph in root.iter(f"{DRAWING}p"):
        words = "".join(
            "\n" if part.tag == f"{DRAWING}br" else part.text or ""
            for part in paragraph.iter()
            if part.tag in (f"{DRAWING}t", f"{DRAWING}br")
        )
        if words.strip():
            yield words.strip()


def _chart(root: Element) -> Iterator[str]:
    """The title, then for each series `name: category value; category value`."""
    yield from _paragraphs(root)
    for series in root.iter(f"{CHART}ser"):
        names, labels, values = (
            [one.text or "" for one in series.iterfind(path)] for path in PATHS
        )
        pairs = zip(labels or [""] * len(values), values, strict=False)
        yield f"{' '.join(names)}: " + "; ".join(" ".join(pair).strip() for pair in pairs)
