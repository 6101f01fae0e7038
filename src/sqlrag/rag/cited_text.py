"""Reads an answer as it is written, so that every `[n]` in it cites a chunk."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from sqlrag.domain.citing import CITED, has_notes, part_notes, read_numbers
from sqlrag.domain.retrieval import Context

# What is left as it is, what cites, and, at the end of what was read, what may become either.
_SEEN = re.compile(
    rf"(?P<fence>^[ ]{{0,3}}(?:```|~~~)[^\n]*\n)|(?P<code>`[^`\n]+`)|(?P<cited>[ \t]*(?:{CITED}))"
    r"|(?P<open>(?:^[ ]{0,3}(?:[`~][^\n]*)?|`[^`\n]*|[ \t]*[\[【［][\d\s,;，、；–\\-]{0,60}"
    r"(?:†[^】]{0,60})?|[ \t]+)\Z)",
    re.MULTILINE,
)
_FENCE = re.compile(r"^[ ]{0,3}(?:```|~~~)[^\n]*(?:\n|\Z)|^[ ]{0,3}(?:[`~][^\n]*)?\Z", re.MULTILINE)
_PROSE = re.compile(r"\W*(?:md|markdown|te?xt|plaintext)?\s*", re.IGNORECASE)
_SHORTEST_COPY, _LONGEST_COPY = 6, 24  # letters before a number that make it one of the source
_FIRST_YEAR = 1_000  # what cites nothing and is as large is no slip, but a year


@dataclass(slots=True)
class Citation:
    """`numbers` of chunks, which stand at `start` to `end` of the text."""

    start: int
    end: int
    numbers: tuple[int, ...]


@dataclass
class CitedText:
    """Takes pieces of an answer and gives them back, a little later.

    A bracketed number that came with the words of a chunk is shown as `⟨3⟩`, and one that no chunk
    has is left out; code stays as it is. `citations` are those given back so far. The whole does
    not depend on the pieces.
    """

    context: Context
    citations: list[Citation] = field(default_factory=list)
    _held: str = ""
    _given: int = 0
    _before: str = "\n"  # the last character that was given back
    _copied: str = ""  # the letters since the last citation
    _fence: str = ""

    def feed(self, piece: str, ends: bool = False) -> str:
        """What can be said of the text so far; at its end, the rest."""
        text, place = self._before + self._held + piece, 1
        given = list[str]()
        while place < len(text):
            found = (_FENCE if self._fence == "code" else _SEEN).search(text, place)
            until = found.start() if found else len(text)
            given.append(self._give(text[place:until]))
            place = until
            if not found or not found[0]:
                break
            waits = found.lastgroup == "open" or (found.re is _FENCE and found[0][-1] != "\n")
            if waits and not ends:
                break
            place = found.start() + 1 if found.lastgroup == "open" else found.end()
            given.append(self._give_found(found))
        self._held, self._before = text[place:], text[place - 1]
        return "".join(given)

    def _give(self, text: str) -> str:
        self._given += len(text)
        self._copied = (self._copied + _squeeze(text))[-_LONGEST_COPY:]
        return text

    def _give_found(self, found: re.Match[str]) -> str:
        if found.lastgroup == "open":  # nothing came of it
            return self._give(found[0][0])
        if found.lastgroup == "cited":
            return self._cite(found[0])
        if found.lastgroup == "fence" or found.re is _FENCE:
            prose = _PROSE.fullmatch(found[0]) and found[0].strip(" `~\n")
            self._fence = "" if self._fence else ("prose" if prose else "code")
        return self._give(found[0])

    def _cite(self, cited: str) -> str:
        mark = cited.lstrip()
        if self._is_copied(mark):
            return self._give(part_notes(cited))
        every = tuple(read_numbers(mark))
        numbers = tuple(n for n in every if 1 <= n <= len(self.context.chunks))
        if not numbers:
            return self._give(cited) if min(every) >= _FIRST_YEAR else ""
        if numbers != every:
            cited = f"{cited[: -len(mark)]}[{', '.join(map(str, numbers))}]"
        start = self._given + len(cited) - len(cited.lstrip())
        self._given += len(cited)
        self.citations.append(Citation(start, self._given, numbers))
        self._copied = ""
        return cited

    def _is_copied(self, mark: str) -> bool:
        """Whether a chunk has this number after these words."""
        words = self._copied + _squeeze(part_notes(mark))
        return len(self._copied) >= _SHORTEST_COPY and any(words in one for one in self._sources)

    @cached_property
    def _sources(self) -> list[str]:
        contents = (chunk.content for chunk in self.context.chunks)
        return [_squeeze(part_notes(content)) for content in contents if has_notes(content)]


def read_cited(text: str, context: Context) -> str:
    """A whole answer as CitedText gives it."""
    return CitedText(context).feed(text, ends=True)


def _squeeze(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum() or one in "⟨⟩")
