"""The numbers that Word shows before paragraphs: `3.`, `(c)`, `Article IV`, `2.1`."""

import re
from collections import defaultdict
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from sqlrag.parsing.formats.numbering import whole, written

KINDS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
PLACE = re.compile(r"%([1-9])")
MOST_STYLES = 20  # that a style may be based on, one on another


@dataclass
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""


def _children(element: Element | None, name: str) -> list[Element]:
    return (
        [child for child in element if child.tag.endswith("}" + name)]
        if element is not None
        else []
    )


def _child(element: Element | None, *names: str) -> Element | None:
    for name in names:
        element = next(iter(_children(element, name)), None)
    return element


def _value(element: Element | None, key: str = "val") -> str | None:
    attributes = element.attrib.items() if element is not None else ()
    return next((value for name, value in attributes if name.rpartition("}")[2] == key), None)


class Numbers:
    """Counts as Word does: definitions that share an abstract one go on counting, unless one
    begins anew."""

    def __init__(self, styles: Element | None, numbering: Element) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._anew: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        for abstract in _children(numbering, "abstractNum"):
            levels = {}
            for level in _children(abstract, "lvl"):
                number = whole(_value(level, "ilvl"), 0)
                start = whole(_value(_child(level, "start")), 1)
                kind = _value(_child(level, "numFmt")) or "decimal"
                levels[number] = _Level(start, kind, _value(_child(level, "lvlText")) or "")
            self._levels[_value(abstract, "abstractNumId") or ""] = levels
        for num in _children(numbering, "num"):
            name = _value(num, "numId") or ""
            self._abstract[name] = _value(_child(num, "abstractNumId")) or ""
            self._anew[name] = {
                whole(_value(override, "ilvl"), 0): whole(_value(start), 1)
                for override in _children(num, "lvlOverride")
                for start in _children(override, "startOverride")
            }
        self._styles = {_value(style, "styleId"): style for style in _children(styles, "style")}

    def mark(self, paragraph: Element) -> str:
        """The mark of a paragraph, counted on; empty where it has none or a bullet."""
        found = self._place(paragraph)
        if found is None:
            return ""
        name, depth = found
        abstract = self._abstract.get(name, "")
        levels, counts = self._levels.get(abstract, {}), self._counts[abstract]
        if depth not in levels:
            return ""
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        anew = self._anew[name].pop(depth, None)
        begun = counts.get(depth, levels[depth].start - 1) + 1
        counts[depth] = begun if anew is None else anew
        if levels[depth].kind in ("bullet", "none"):
            return ""

        def count(place: re.Match[str]) -> str:
            level = int(place[1]) - 1
            known = levels.get(level, _Level())
            return written(counts.setdefault(level, known.start), KINDS.get(known.kind, "1"))

        return PLACE.sub(count, levels[depth].text).strip()

    def _place(self, paragraph: Element) -> tuple[str, int] | None:
        """The definition and the level of a paragraph: its own, or of its style."""
        properties = _child(paragraph, "pPr")
        own = _child(properties, "numPr")
        name, depth = _value(_child(own, "numId")), _value(_child(own, "ilvl"))
        style = self._styles.get(_value(_child(properties, "pStyle")))
        for _ in range(MOST_STYLES):
            if style is None or name is not None:
                break
            styled = _child(style, "pPr", "numPr")
            name = _value(_child(styled, "numId"))
            depth = depth or _value(_child(styled, "ilvl"))
            style = self._styles.get(_value(_child(style, "basedOn")))
        return (name, whole(depth, 0)) if name not in (None, "0") else None
