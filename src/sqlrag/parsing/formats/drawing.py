"""Drawings in SVG: the words in them."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.text import clean, read_text
from sqlrag.parsing.refusals import check_size, unreadable, unsupported

LINES = {"title", "desc", "text", "textPath", "p", "div", "li", "br"}
SILENT = {"style", "script", "metadata", "defs"}
ROLE = "{http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd}role"  # Inkscape's, of a line
PLACES = {"x", "y", "dy", ROLE}


def parse_svg(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """Titles, descriptions and texts, a line each; raises UnsupportedMediaType without any."""
    source = read_text(data)
    if "<!ENTITY" in source.partition("<svg")[0]:
        raise unreadable("its XML defines entities", "save it as plain SVG")
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    try:
        parser.feed(source)
        parser.close()
        words = "".join(_words(parser, limits))
    except ElementTree.ParseError as error:
        raise unreadable(f"its XML is broken ({error})", "save it anew") from None
    lines = (" ".join(line.split()) for line in clean(words).split("\n"))
    text = "\n".join(line for line in lines if line)
    if not text:
        raise unsupported("drawings without words")
    first = text.split("\n", 1)[0] if "<title" in source else None
    return ParsedDocument(text, "image/svg+xml", first)


def _words(parser: Any, limits: Limits) -> Iterator[str]:
    """What stands inside the elements that hold words; all of the source has been fed before."""
    silent = inside = length = 0
    height = ""
    for event, element in parser.read_events():
        name = str(element.tag).rpartition("}")[2]
        change = 1 if event == "start" else -1
        silent += change * (name in SILENT)
        inside += change * (name in LINES)
        place = element.get("y", height)
        if name in LINES:
            yield "\n"
        elif event == "start" and PLACES.intersection(element.keys()):
            is_lower = place != height or element.get("dy", "0") not in ("0", "0px")
            yield "\n" if is_lower or element.get(ROLE) else " "
        height = place
        if inside and not silent:
            words = (element.text if event == "start" else element.tail) or ""
            length += len(words)
            check_size(length, "characters of text", limits.max_text_chars)
            yield words
