"""What Word documents leave out or leave behind, at which mammoth fails and Word does not."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from sqlrag.parsing.formats.archives import child_of, name_of, value_of

RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}",
)


def name_styles(styles: Element | None) -> None:
    """A style may be without a type and without a name to refer to it."""
    for style in styles if styles is not None else ():
        if name_of(style) == "style":
            space = style.tag.partition("}")[0] + "}"
            style.attrib.setdefault(f"{space}type", "paragraph")
            style.attrib.setdefault(f"{space}styleId", "")


def unlink_lists(numbering: Element | None, styles: Element | None) -> None:
    """A list may be defined by a style that is not there."""
    known = {
        value_of(style, "styleId")
        for style in (styles if styles is not None else ())
        if value_of(style, "type") == "numbering"
    }
    for abstract in numbering if numbering is not None else ():
        link = child_of(abstract, "numStyleLink")
        if link is not None and value_of(link) not in known:
            abstract.remove(link)


def without_loose_ends(root: Element, relations: set[str], notes: Iterable[Element]) -> None:
    """Links, pictures and notes may refer to what is not there."""
    known = {(name_of(note), value_of(note, "id")) for part in notes for note in part}
    for parent in root.iter():
        for key in [key for key in parent.attrib if key.startswith(RELATIONS)]:
            if parent.attrib[key] not in relations:
                del parent.attrib[key]
        for child in list(parent):
            kind = name_of(child).removesuffix("Reference")
            if kind in ("footnote", "endnote") and (kind, value_of(child, "id")) not in known:
                parent.remove(child)
