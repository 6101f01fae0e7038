"""The sentences of a text, by rules that hold for the punctuation of Latin, Cyrillic, Arabic,
Devanagari and CJK."""

import re
from collections.abc import Iterator

from sqlrag.offline.words import FUNCTION_WORDS

Span = tuple[int, int]

LONGEST = 400  # characters; what has no end by then is cut at a space

_WRAPPED_FROM = 60  # characters; a shorter line without a full stop is a row, not prose
_END = re.compile(r"[.!?…؟۔।॥]+[\"'”’»)\]]*(?=\s)|[。！？｡]+[”』」）》]*")
_LAST_WORD = re.compile(r"[^\s(\[«“\"]*$")
_NEXT_WORD = re.compile(r"\s*[\"'“‘«(\[]*(\w+)")
_LINE = re.compile(r"[^\n]*\n?")
_OPENING = re.compile(r"(?:[#>*•·–—-]+\s+|\s+)*")
# An item, a heading, a row of a table, a record, what somebody says.
_ROW = re.compile(
    r"\s*(?:[#>|•·*–—\[-]|\d+[.)]\s|[^:;\n]{1,60}: [^;\n]*; [^:;\n]{1,60}: "
    r"|[^\W\d_][\w.'-]*(?: [A-Z][\w.'-]*)?: )"
)
_FIGURES = re.compile(
    r"(?:^|\s)\$?\s?\(?(?:[\d.,]*\d|—)\)?\s?%?\s+\$?\s?\(?(?:[\d.,]*\d|—)\)?\s?%?$"
)
_TITLE_WORDS = "mr mrs ms dr prof st sen rep gen gov capt lt col messrs им ул г-н г-жа"
_TITLES = frozenset(_TITLE_WORDS.split())
_ABBREVIATION_WORDS = """inc corp co ltd llc plc jr sr bros dept est approx vs etc cf al ed eds vol
fig figs no nos pp jan feb mar apr jun jul aug sep sept oct nov dec mt ave blvd assn univ ca op
т д п г гг в вв н э др пр рис табл стр руб коп тыс млн млрд см напр тел"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences, in order, trimmed of white space and of list or heading marks.

    A line that is a row of a table, an item or a heading stands alone; lines of wrapped prose
    belong together.
    """
    spans: list[Span] = []
    for start, end in _join_lines(text):
        for first, last in _split_block(text, start, end):
            spans.extend(_cut_long(text, first, last))
    return spans


def _join_lines(text: str) -> Iterator[Span]:
    start = end = 0
    for match in _LINE.finditer(text):
        if end > start and not _continues(text[start:end], match.group()):
            yield start, end
            start = match.start()
        end = match.end()
    if end > start:
        yield start, end


def _continues(block: str, line: str) -> bool:
    """Whether a line goes on with the sentence of the block above it, as wrapped prose does."""
    above = block.rstrip("\n").rpartition("\n")[2].rstrip()
    below = line.strip()
    if not above or not below or _ROW.match(line) or "|" in above or "\t" in above.strip():
        return False
    if above[0] == "#" or _FIGURES.search(above) or above[-1] in ".!?…:。！？：|؟۔।॥":
        return False
    if below[0].islower():
        return True
    return len(above) >= _WRAPPED_FROM and sum(map(str.isdigit, above)) * 5 < len(above)


def _split_block(text: str, start: int, end: int) -> Iterator[Span]:
    first = start
    for match in _END.finditer(text, start, end):
        if _is_end(text, first, match, end):
            yield first, match.end()
            first = match.end()
    yield first, end


def _is_end(text: str, first: int, match: re.Match[str], end: int) -> bool:
    """Whether a full stop ends a sentence, rather than an abbreviation or the number of an item."""
    if not match.group().startswith(".") or match.group().startswith(".."):
        return True
    following = _NEXT_WORD.match(text, match.end(), end)
    if following is None:
        return True
    next_word = following.group(1)
    if next_word[0].islower():
        return False
    found = _LAST_WORD.search(text, max(first, match.start() - 30), match.start())
    word = found.group().lower() if found else ""
    if word in _TITLES or (word.isdigit() and not text[first : match.start() - len(word)].strip()):
        return False
    if word in _ABBREVIATIONS or len(word) == 1 or "." in word:
        return next_word.lower() in FUNCTION_WORDS
    return True


def _cut_long(text: str, start: int, end: int) -> Iterator[Span]:
    opening = _OPENING.match(text, start, end)
    start = opening.end() if opening else start
    while start < end:
        cut = end
        if end - start > LONGEST:
            window = text[start : start + LONGEST]
            space = max(window.rfind(mark) for mark in (" ", "\n", "，", "；", "、")) + 1
            cut = start + (space if space > LONGEST // 2 else LONGEST)
        piece = text[start:cut]
        first = start + len(piece) - len(piece.lstrip())
        if piece.strip():
            yield first, first + len(piece.strip())
        start = cut
