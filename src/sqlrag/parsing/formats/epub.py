"""E-books: the chapters in their order, by the HTML reader."""

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.archives import broken_as, open_archive, read_xml
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.parts import Parts
from sqlrag.parsing.formats.text import read_text
from sqlrag.parsing.refusals import unreadable
from sqlrag.parsing.remarks import remark

PACKAGE, TITLE = "{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}title"
ROOT = ".//{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
# In XML any element may be empty; HTML takes `<title/>` for the beginning of one.
CLOSED = re.compile(r"<(?!(?:area|br|col|hr|img|input|link|meta|wbr)\b)([a-zA-Z][\w:-]*)([^<>]*)/>")


def parse_epub(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    with broken_as("EPUB"), open_archive(data, "EPUB") as book:
        root = read_xml(book, "META-INF/container.xml").find(ROOT)
        name = "" if root is None else root.get("full-path", "")
        package = read_xml(book, name)
        items = {one.get("id"): one for one in package.iter(f"{PACKAGE}item")}
        parts = Parts(limits)
        for place in package.iter(f"{PACKAGE}itemref"):
            item = items.get(place.get("idref"))
            if item is None or item.get("media-type") not in PAGES or _is_contents(item):
                continue
            path = posixpath.join(posixpath.dirname(name), unquote(item.get("href", "")))
            markup = CLOSED.sub(r"<\1\2></\1>", read_text(book.read(posixpath.normpath(path))))
            try:
                parts.add_document(parse_markup(markup, limits))
            except DocumentTooLarge:
                raise
            except UnreadableDocument as error:
                remark(f"its chapter {posixpath.basename(path)} {error}".removesuffix("."))
        title = next((one.text for one in package.iter(TITLE) if one.text), None)
    parsed = parts.make("application/epub+zip", title and " ".join(title.split()))
    if not parsed.text:
        raise unreadable("its chapters hold no readable text", "save it without protection")
    return parsed


def _is_contents(item: Element) -> bool:
    return "nav" in (item.get("properties") or "").split()
