"""A text that is put together of several, each with its headings at their places."""

from dataclasses import dataclass, field

from sqlrag.domain.documents import Heading, ParsedDocument, Table
from sqlrag.domain.limits import Limits
from sqlrag.parsing.refusals import check_size
from sqlrag.parsing.remarks import remark

GAP = "\n\n"
DEEPEST = 5  # files in files


@dataclass
class Parts:
    """Refused as soon as it is longer than a document may be."""

    limits: Limits
    headings: list[Heading] = field(default_factory=list)
    page_starts: list[int] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _length: int = 0

    def add(self, text: str, gap: str = GAP) -> int:
        """Where the text begins; white space at its end is left out."""
        text = text.rstrip()
        if self._length and text:
            self._texts.append(gap)
            self._length += len(gap)
        start = self._length
        self._texts.append(text)
        self._length += len(text)
        check_size(self._length, "characters of text", self.limits.max_text_chars)
        return start

    def add_heading(self, title: str, level: int = 1) -> None:
        title = " ".join(title.split())
        if title:
            self.headings.append(Heading(level, title, self.add(title, GAP + "\n")))

    def add_document(self, parsed: ParsedDocument, below: int = 0) -> None:
        """Its headings stand below a level."""
        start = self.add(parsed.text)
        for table in parsed.tables:
            span = start + table.char_start, start + table.char_end
            self.tables.append(Table(table.heads, *span))
        for one in parsed.headings:
            self.headings.append(Heading(one.level + below, one.title, start + one.char_start))

    def begin_page(self) -> None:
        """Pages begin where the text before them ends."""
        self.page_starts.append(self._length)

    def make(self, media_type: str, title: str | None = None) -> ParsedDocument:
        placed = tuple(self.page_starts), tuple(self.headings), tuple(self.tables)
        return ParsedDocument("".join(self._texts), media_type, title, *placed)


def read_inside(data: bytes, file_name: str, limits: Limits, depth: int) -> ParsedDocument:
    """A file that another one holds; raises UnreadableDocument."""
    from sqlrag.parsing.parse import parse

    parsed = parse(data, file_name, None, limits, depth + 1)
    for sentence in parsed.remarks:
        remark(f"{file_name}: {sentence}")
    return parsed
