"""Cutting a parsed document into chunks at the best boundaries, exact to the character."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from semantic_text_splitter import MarkdownSplitter, TextSplitter

from sqlrag.domain.documents import ChunkDraft, Heading, ParsedDocument
from sqlrag.domain.limits import Splitting

Count = Callable[[Sequence[str]], list[int]]

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
# What ends a stretch of each kind.
ENDS = [re.compile(kind) for kind in (r"\S", rf"[\s{MARKS}]", rf"[^{MARKS}]")]


def split(parsed: ParsedDocument, splitting: Splitting, count: Count) -> tuple[ChunkDraft, ...]:
    """Chunks in text order, none of them empty; `count` counts the tokens of their contents.

    Neighbours share up to `overlap_tokens`; a chunk's headings and page are those of the text it
    does not share with the chunk before it.
    """
    spans = [(start, text) for start, text in _spans(parsed, splitting) if text.strip()]
    counts = count([text for _, text in spans])
    starts = [heading.char_start for heading in parsed.headings]
    paths = _paths(parsed.headings)
    chunks = []
    covered = 0
    for (start, text), tokens in zip(spans, counts, strict=True):
        end = start + len(text)
        own = parsed.text[max(start, covered) : end]
        # A heading after white space is the chunk's own.
        above = bisect_right(starts, end - len(own.lstrip()))
        chunks.append(
            ChunkDraft(
                content=text,
                token_count=tokens,
                char_start=start,
                char_end=end,
                page=_page(parsed.page_starts, start),
                page_breaks=_breaks(parsed.page_starts, start, end),
                headings=paths[above],
            )
        )
        covered = end
    return tuple(chunks)


def _spans(parsed: ParsedDocument, splitting: Splitting) -> Iterator[tuple[int, str]]:
    splitter = _splitter(parsed.media_type, splitting)
    for start, end in _pieces(parsed.text):
        for offset, chunk in splitter.chunk_indices(parsed.text[start:end]):
            yield start + offset, chunk


@lru_cache(maxsize=8)
def _splitter(media_type: str, splitting: Splitting) -> MarkdownSplitter | TextSplitter:
    kind = MarkdownSplitter if media_type == "text/markdown" else TextSplitter
    capacity = (splitting.min_tokens, splitting.max_tokens)
    return kind.from_tiktoken_model(MODEL, capacity, splitting.overlap_tokens)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The spans to split one by one, in order."""
    start = 0
    for run in LONG_RUN.finditer(text) if _may_hold_a_run(text) else ():
        for cut in range(run.start() + LONGEST_RUN, run.end(), LONGEST_RUN):
            yield from _windows(text, start, cut)
            start = cut
    yield from _windows(text, start, len(text))


def _may_hold_a_run(text: str) -> bool:
    """False for nearly all texts, at a fiftieth of the cost of looking for the runs themselves: a
    run would fill one of the blocks of half its length."""
    half = LONGEST_RUN // 2
    starts = range(0, len(text) - half + 1, half)
    return any(not end.search(text, start, start + half) for start in starts for end in ENDS)


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span in windows that end at a heading, a paragraph, a line or a word if they can."""
    while end - start > WINDOW:
        middle, latest = start + WINDOW // 2, start + WINDOW
        found = (text.rfind(mark, middle, latest) for mark in ("\n#", "\n\n", "\n", " "))
        cut = next((place for place in found if place > 0), latest)
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
