"""The numbers that Word shows before paragraphs: `3.`, `(c)`, `Article IV`, `2.1`."""

import re
from collections import defaultdict
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from sqlrag.parsing.formats.archives import child_of, name_of, value_of
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
    children = element if element is not None else ()
    return [child for child in children if name_of(child) == name]


def _levels(definition: Element | None) -> dict[int, _Level]:
    return {
        whole(value_of(level, "ilvl"), 0): _Level(
            whole(value_of(child_of(level, "start")), 1),
            value_of(child_of(level, "numFmt")) or "decimal",
            value_of(child_of(level, "lvlText")) or "",
        )
        for level in _children(definition, "lvl")
    }


class Numbers:
    """Counts as Word does: definitions that share an abstract one go on counting, unless one
    begins anew; each may write some of the levels in its own way."""

    def __init__(self, styles: Element | None, numbering: Element) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._anew: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._styles = {value_of(style, "styleId"): style for style in _children(styles, "style")}
        nums = {value_of(num, "numId") or "": num for num in _children(numbering, "num")}
        abstracts = {
            value_of(one, "abstractNumId"): one for one in _children(numbering, "abstractNum")
        }
        for name, num in nums.items():
            abstract = value_of(child_of(num, "abstractNumId")) or ""
            link = value_of(child_of(abstracts.get(abstract), "numStyleLink"))
            if link is not None:  # it is defined by a style, whose definition it counts with
                meant = value_of(child_of(self._styles.get(link), "pPr", "numPr", "numId"))
                abstract = value_of(child_of(nums.get(meant or ""), "abstractNumId")) or abstract
            self._abstract[name] = abstract
            self._levels[name] = _levels(abstracts.get(abstract))
            self._anew[name] = {}
            for override in _children(num, "lvlOverride"):
                self._levels[name] |= _levels(override)
                for start in _children(override, "startOverride"):
                    self._anew[name][whole(value_of(override, "ilvl"), 0)] = whole(
                        value_of(start), 1
                    )

    def mark(self, paragraph: Element) -> str:
        """The mark of a paragraph, counted on; empty where it has none or a bullet."""
        found = self._place(paragraph)
        if found is None:
            return ""
        name, depth = found
        levels, counts = self._levels.get(name, {}), self._counts[self._abstract.get(name, "")]
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
        properties = child_of(paragraph, "pPr")
        own = child_of(properties, "numPr")
        name, depth = value_of(child_of(own, "numId")), value_of(child_of(own, "ilvl"))
        style = self._styles.get(value_of(child_of(properties, "pStyle")))
        for _ in range(MOST_STYLES):
            if style is None or name is not None:
                break
            styled = child_of(style, "pPr", "numPr")
            name = value_of(child_of(styled, "numId"))
            depth = depth or value_of(child_of(styled, "ilvl"))
            style = self._styles.get(value_of(child_of(style, "basedOn")))
        return (name, whole(depth, 0)) if name not in (None, "0") else None
