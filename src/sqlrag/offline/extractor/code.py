"""Takes blocks of code out of a text: identifiers are written like names, but name nothing."""

import re
from itertools import pairwise

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*([\w+#.-]*)[^\n]*$", re.MULTILINE)
_VISIBLE = re.compile(r"[^\n]")


def blank_code(text: str) -> str:
    """The text with blanks in the place of fenced code, every other character where it was.

    A chunk may begin or end inside a block: of an odd number of fences the first opens a block if
    it tells a language, and closes one otherwise.
    """
    fences = list(_FENCE.finditer(text))
    bounds = [fence.start() for fence in fences]
    if len(fences) % 2:
        bounds = [*bounds, len(text)] if fences[0].group(1) else [0, *bounds]
    blank = text
    for start, end in list(pairwise(bounds))[::2]:
        closing = _FENCE.match(text, end)
        last = closing.end() if closing else end
        blank = blank[:start] + _VISIBLE.sub(" ", text[start:last]) + blank[last:]
    return blank
