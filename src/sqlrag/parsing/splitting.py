"""Cutting a parsed document into chunks at the best boundaries, exact to the character."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any

from semantic_text_splitter import MarkdownSplitter, TextSplitter

from sqlrag.domain.documents import ChunkDraft, Heading, ParsedDocument
from sqlrag.domain.limits import Splitting
from sqlrag.parsing.formats import EXCEL
from sqlrag.parsing.formats.titles import end_of_title
from sqlrag.parsing.tables import find_tables, heads_at

Count = Callable[[Sequence[str]], list[int]]
Span = tuple[int, int]

# Decides the tokenizer that is built into the splitter, o200k_base.
MODEL = "gpt-4o"

# The splitter takes more than linear time, quadratic in a stretch without boundaries (and its
# regular expressions overflow the stack in a million spaces): it is given windows of the text, and
# stretches are cut before it sees them.
WINDOW = 50_000
LONGEST_RUN = 2_000
MARKS = r".,;:!?…。，、；：！？"
LONG_RUN = re.compile(
    rf"(?<!\s)\s{{{LONGEST_RUN},}}"
    rf"|(?<![^\s{MARKS}])[^\s{MARKS}]{{{LONGEST_RUN},}}"
    rf"|(?<![{MARKS}])[{MARKS}]{{{LONGEST_RUN},}}"
)
LINE = re.compile(r"[^\n]+\n*")
# Where a line is a row that can be read on its own.
ROWS = {*EXCEL.split(), "text/csv", "application/x-ndjson"}
FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})(.*)", re.MULTILINE)
UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)
MARKER = re.compile(r"[\s>*+-]*")
# Of an item: its sign or number and its box, the label of a note, the colon of what a term means.
ITEM = re.compile(r"\s*(?:(?:[*+-]|\d{1,9}[.)])(?:\s+\[[ xX]?\])?|\[\^[^\]\n]{1,40}\]:|:)\s*")
# A bold line used as a title; a term, and what it means in the lines below.
BOLD = re.compile(r"(?:(?<=\n\n)|\A)[ >]*(\*{2,3}|__)[^*\n]{1,200}\1:?[ \t]*$", re.MULTILINE)
TERM = re.compile(r"(?:(?<=\n\n)|\A)(?![:#>|`~ ])(?:[^\n]{1,200}\n){1,3}?(?=\n?:[ \t]+\S)")
# In characters: a run of headings that is longer, a list of contents say, is text of its own.
LONGEST_LEAD = 500
LONGEST_TITLE, MOST_TITLES = 100, 2  # more short lines are a list
UNTITLED = re.compile(r"\n|[.!?…。！？।؟][\"'”’»)]*\Z")
# What ends a stretch of each kind.
ENDS = [re.compile(kind) for kind in (r"\S", rf"[\s{MARKS}]", rf"[^{MARKS}]")]


def split(parsed: ParsedDocument, splitting: Splitting, count: Count) -> tuple[ChunkDraft, ...]:
    """Chunks in text order, none of them empty; `count` counts the tokens of their contents.

    Neighbours share up to `overlap_tokens`; a chunk's headings and page are those of the text it
    does not share with the chunk before it. Where that begins amid the rows of a table, the heads
    of its columns are the last heading.
    """
    cut = list(_spans(parsed, splitting, count))
    leads = sorted([*_leads(parsed), *_last_titles(parsed, cut, splitting)])
    spans = _join_leads(parsed.text, cut, leads)
    texts = [parsed.text[start:end] for start, end in spans]
    counts = count(texts)
    starts = [heading.char_start for heading in parsed.headings]
    paths = _paths(parsed.headings)
    tables = find_tables(parsed)
    chunks = []
    covered = 0
    for (start, end), text, tokens in zip(spans, texts, counts, strict=True):
        own = parsed.text[max(start, covered) : end]
        # A heading after white space is the chunk's own.
        begin = end - len(own.lstrip())
        above = bisect_right(starts, begin)
        chunks.append(
            ChunkDraft(
                content=text,
                token_count=tokens,
                char_start=start,
                char_end=end,
                page=_page(parsed.page_starts, start),
                page_breaks=_breaks(parsed.page_starts, start, end),
                headings=paths[above] + heads_at(tables, start, begin),
            )
        )
        covered = end
    return tuple(chunks)


def _spans(parsed: ParsedDocument, splitting: Splitting, count: Count) -> Iterator[Span]:
    splitter = _splitter(parsed.media_type, splitting)
    for start, end in _pieces(parsed.text):
        piece = parsed.text[start:end]
        if parsed.media_type in ROWS:
            yield from (
                (start + one, start + other) for one, other in _rows(piece, splitting, count)
            )
            continue
        for offset, chunk in splitter.chunk_indices(piece):
            if chunk.strip():
                yield start + offset, start + offset + len(chunk)


def _rows(text: str, splitting: Splitting, count: Count) -> Iterator[Span]:
    """Lines together until they have the least tokens, as the splitter takes them, which knows
    nothing of rows and needs six times as long; one that is longer than a chunk is left to it."""
    lines = list(LINE.finditer(text))
    sizes = count([line[0] for line in lines])
    first, size = 0, 0
    for place, line in enumerate(lines):
        if first < place and (
            size >= splitting.min_tokens or size + sizes[place] > splitting.max_tokens
        ):
            yield _lines(lines[first], lines[place - 1])
            earliest, first, size = first + 1, place, 0
            room = min(splitting.overlap_tokens, splitting.max_tokens - sizes[place])
            while first > earliest and size + sizes[first - 1] <= room:
                first -= 1
                size += sizes[first]
        if sizes[place] > splitting.max_tokens:
            splitter = _splitter("text/plain", splitting)
            for offset, chunk in splitter.chunk_indices(line[0]):
                yield line.start() + offset, line.start() + offset + len(chunk)
            first, size = place + 1, 0
        size += sizes[place] if first <= place else 0
    if first < len(lines) and text[lines[first].start() :].strip():
        yield _lines(lines[first], lines[-1])


def _lines(first: re.Match[str], last: re.Match[str]) -> Span:
    return first.start(), last.start() + len(last[0].rstrip())


def _join_leads(text: str, spans: Sequence[Span], leads: Sequence[Span]) -> list[Span]:
    """The spans, so cut that none ends with what leads into the next one: the splitter cuts a
    heading from a block that is longer than a chunk.

    A chunk may become longer than the most tokens, by those of its lead.
    """
    joined: list[Span] = []
    lead: int | None = None
    for place, (start, end) in enumerate(spans):
        start = start if lead is None else min(start, lead)
        tail = _before_leads(text, start, end, leads)
        if place == len(spans) - 1:
            begun = joined.pop()[0] if joined and tail == start else start
            joined.append((begun, end))
        elif tail > start:
            joined.append((start, tail))
        lead = tail if tail < end else None
    return joined


def _before_leads(text: str, start: int, end: int, leads: Sequence[Span]) -> int:
    """Where the leads begin with which a span ends; its end if it ends with other text."""
    last_line = max(start, text.rfind("\n", start, end) + 1)
    tail = last_line if ITEM.fullmatch(text, last_line, end) else end
    for lead, stop in reversed(leads[: bisect_left(leads, (end, end))]):
        cut = tail < stop <= lead + LONGEST_LEAD
        if lead < max(start, end - LONGEST_LEAD) or not (cut or MARKER.fullmatch(text, stop, tail)):
            break
        tail = lead
    return start + len(text[start:tail].rstrip()) if tail < end else end


def _leads(parsed: ParsedDocument) -> list[Span]:
    """The lines that mean nothing without what follows: headings, bold ones too, terms that are
    defined, and openings of fences."""
    written = parsed.media_type == "text/markdown"
    leads = list(_fences(parsed.text)) if written else []
    if written or parsed.media_type == "text/plain":
        leads += _spans_of(BOLD, parsed.text) + _spans_of(TERM, parsed.text)
    for start in (heading.char_start for heading in parsed.headings):
        if not written and (title := end_of_title(parsed.text, start)):
            leads.append((start, title))
            continue
        underlined = written and not parsed.text[start : start + 4].lstrip().startswith("#")
        underline = UNDERLINE.search(parsed.text, start) if underlined else None
        end = parsed.text.find(
            "\n" if written else "\n\n", underline.start() if underline else start
        )
        leads.append((start, end if end > 0 else len(parsed.text)))
    return sorted(leads)


def _last_titles(
    parsed: ParsedDocument, spans: Sequence[Span], splitting: Splitting
) -> Iterator[Span]:
    """Paragraphs with which a span ends that are one short line and no sentence: titles of
    whatever kind, and terms."""
    longest = min(LONGEST_TITLE, splitting.min_tokens)  # characters, so a few tokens of a chunk
    for start, end in spans if parsed.media_type not in ROWS else ():
        found: list[Span] = []
        while end > start and len(found) <= MOST_TITLES:
            above = parsed.text.rfind("\n\n", max(start, end - LONGEST_LEAD), end)
            begin = above + 2 if above >= 0 else start
            line = parsed.text[begin:end].strip()
            if not 0 < len(line) <= longest or UNTITLED.search(line):
                break
            found.append((begin, end))
            end = above
        if len(found) <= MOST_TITLES:
            yield from found


def _spans_of(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [found.span() for found in pattern.finditer(text)]


def _fences(text: str) -> Iterator[Span]:
    fence = ""
    for found in FENCE.finditer(text):
        if not fence:
            fence = found[1]
            yield found.span()
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""


@lru_cache(maxsize=8)
def _splitter(media_type: str, splitting: Splitting) -> MarkdownSplitter | TextSplitter:
    kind = MarkdownSplitter if media_type == "text/markdown" else TextSplitter
    capacity = (splitting.min_tokens, splitting.max_tokens)
    return kind.from_tiktoken_model(MODEL, capacity, splitting.overlap_tokens)


def _pieces(text: str) -> Iterator[Span]:
    """The spans to split one by one, in order."""
    start = 0
    for run in LONG_RUN.finditer(text) if _may_hold_a_run(text) else ():
        cut = _cut(text, run.start(), run.start() + LONGEST_RUN)
        while cut < run.end():
            yield from _windows(text, start, cut)
            start, cut = cut, _cut(text, cut, cut + LONGEST_RUN)
    yield from _windows(text, start, len(text))


def _cut(text: str, start: int, end: int) -> int:
    """The end of the last character that ends by `end`, as people count characters: an emoji of
    seven code points is one. All of `end` where one character fills the whole stretch."""
    import regex  # tiktoken brings it; only such stretches need it

    clusters: Any = regex.finditer(r"\X", text, pos=start, endpos=end + LONGEST_RUN)  # type: ignore[no-untyped-call]
    ends = (found.end() for found in clusters)
    return max(takewhile(lambda place: place <= end, ends), default=end)


def _may_hold_a_run(text: str) -> bool:
    """False for nearly all texts, at a fiftieth of the cost of looking for the runs themselves: a
    run would fill one of the blocks of half its length."""
    half = LONGEST_RUN // 2
    starts = range(0, len(text) - half + 1, half)
    return any(not end.search(text, start, start + half) for start in starts for end in ENDS)


def _windows(text: str, start: int, end: int) -> Iterator[Span]:
    """The span in windows that end at a heading, a paragraph, a line or a word if they can."""
    while end - start > WINDOW:
        middle, latest = start + WINDOW // 2, start + WINDOW
        found = (text.rfind(mark, middle, latest) for mark in ("\n#", "\n\n", "\n", " "))
        cut = next((place for place in found if place > 0), None)
        cut = cut or _cut(text, latest - LONGEST_RUN, latest)
        yield start, cut
        start = cut
    yield start, end


def _paths(headings: Sequence[Heading]) -> list[tuple[str, ...]]:
    """The heading path after each number of headings: paths[n] is that below the n-th."""
    open_headings: list[Heading] = []
    paths: list[tuple[str, ...]] = [()]
    for heading in headings:
        while open_headings and open_headings[-1].level >= heading.level:
            open_headings.pop()
        open_headings.append(heading)
        paths.append(tuple(above.title for above in open_headings))
    return paths


def _breaks(page_starts: Sequence[int], start: int, end: int) -> tuple[int, ...]:
    """The page starts after the first character of a span and before its end."""
    return tuple(page_starts[bisect_right(page_starts, start) : bisect_left(page_starts, end)])


def _page(page_starts: Sequence[int], position: int) -> int | None:
    return max(bisect_right(page_starts, position), 1) if page_starts else None
