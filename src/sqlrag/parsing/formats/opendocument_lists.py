"""The numbers that OpenDocument texts show before items and headings: `3.`, `(c)`, `2.1`."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from sqlrag.parsing.formats.archives import name_of, value_of
from sqlrag.parsing.formats.numbering import whole, written

OUTLINE = ""  # the list of the headings
Counts = dict[int, int]  # by level, from 1


@dataclass(frozen=True)
class _Level:
    kind: str = ""
    before: str = ""
    after: str = ""
    shown: int = 1
    start: int = 1
    is_bullet: bool = True


class Lists:
    """Lists begin anew unless they say what they continue; headings go on counting."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, Counts] = {}
        for style in (style for root in roots for style in root.iter()):
            if name_of(style) in ("list-style", "outline-style"):
                name = value_of(style, "name") if name_of(style) == "list-style" else OUTLINE
                self._levels[name or ""] = {
                    whole(value_of(level, "level"), 1): _Level(
                        value_of(level, "num-format") or "",
                        value_of(level, "num-prefix") or "",
                        value_of(level, "num-suffix") or "",
                        whole(value_of(level, "display-levels"), 1),
                        whole(value_of(level, "start-value"), 1),
                        name_of(level) in ("list-level-style-bullet", "list-level-style-image"),
                    )
                    for level in style
                }

    def begin(self, node: Element, style: str) -> Counts:
        """The counts of a list that no other holds: anew, or as the one it continues left them."""
        earlier, goes_on = value_of(node, "continue-list"), value_of(node, "continue-numbering")
        known = self._counts.get(f"#{earlier}" if earlier else style if goes_on == "true" else "")
        counts = {} if known is None else known
        self._counts[f"#{value_of(node, 'id')}"] = self._counts[style] = counts
        return counts

    def mark(self, style: str, counts: Counts, depth: int, start: str | None = None) -> str | None:
        """The mark of the next item, counted on; empty where none is shown, None for a bullet."""
        levels = self._levels.get(style, {})
        level = levels.get(depth, _Level(is_bullet=style != OUTLINE))
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        counts[depth] = whole(start, counts.get(depth, level.start - 1) + 1)
        if level.is_bullet or not level.kind:
            return None if level.is_bullet else ""
        numbers = (
            written(counts.setdefault(above, known.start), known.kind)
            for above in range(max(depth - level.shown, 0) + 1, depth + 1)
            if (known := levels.get(above)) and known.kind
        )
        return f"{level.before}{'.'.join(numbers)}{level.after}".strip()

    def mark_heading(self, depth: int, start: str | None) -> str:
        counts = self._counts.setdefault(f"#{OUTLINE}", {})
        return self.mark(OUTLINE, counts, depth, start) or ""
