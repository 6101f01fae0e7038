"""Titles of plain text: lines that are underlined, perhaps overlined, as in reStructuredText."""

import re
from collections.abc import Iterator

from sqlrag.domain.documents import Heading

SIGNS = r"""[=\-~^"'*+#.:_`]"""
TITLED = re.compile(
    rf"(?:^(?P<over>(?P<sign>{SIGNS})(?P=sign){{2,}})[ \t]*\n[ \t]?|(?<!\S\n)^)"
    rf"(?P<title>(?!{SIGNS}{{3}})\S[^\n]{{0,150}})\n"
    rf"(?P<under>(?P<below>{SIGNS})(?P=below){{2,}})[ \t]*(?=\n|\Z)",
    re.MULTILINE,
)
# In signs: an underline that is shorter or longer than its title by more rules off a table.
OFF, OFF_BELOW = 2, 4
DEEPEST = 6


def find_titles(text: str) -> tuple[Heading, ...]:
    """As headings, whose levels are those of their lines in the order in which they come."""
    levels: dict[tuple[str, bool], int] = {}
    return tuple(
        Heading(
            min(levels.setdefault((found["below"], bool(found["over"])), len(levels) + 1), DEEPEST),
            " ".join(found["title"].split()),
            found.start(),
        )
        for found in _titles(text)
    )


def end_of_title(text: str, start: int) -> int | None:
    found = TITLED.match(text, start)
    return found.end() if found else None


def _titles(text: str) -> Iterator[re.Match[str]]:
    for found in TITLED.finditer(text):
        title, line = found["title"].rstrip(), found["under"]
        wide = sum(1 + (sign >= "\u1100") for sign in title)  # an ideograph takes two
        fits = len(title) - OFF <= len(line) <= wide + OFF_BELOW
        if found["over"]:
            fits = found["over"] == line and len(title) - OFF <= len(line)
        if fits and any(map(str.isalnum, title)):
            yield found
