"""The names of a document and where they stand in its chunks."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlrag.domain.graph import DocumentText
from sqlrag.domain.names import name_key
from sqlrag.offline.extractor.case import Case, is_german_noun
from sqlrag.offline.extractor.ideographs import (
    find_marked,
    find_terms,
    is_ideographic,
    locate_terms,
)
from sqlrag.offline.extractor.kinds import guess_kind
from sqlrag.offline.extractor.phrases import find_phrases, locate_phrases
from sqlrag.offline.extractor.short_forms import (
    merge_inflections,
    merge_plurals,
    resolve_short_forms,
)
from sqlrag.offline.extractor.spans import Span, find_spans, locate
from sqlrag.offline.extractor.subjects import stands_alone, title_names
from sqlrag.offline.sentences import split_sentences

LONGEST_NAME = 100
LEAST_PROSE = 0.2  # of the text; with less of it, rows and lists are all there is to read
_PROSE_END = re.compile(r"[.!?…。！？][\"”»)]*$")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*([\w+#.-]*)[^\n]*$", re.MULTILINE)
_VISIBLE = re.compile(r"[^\n]")


@dataclass(slots=True)
class ChunkNames:
    """A chunk's sentences, and its names where they stand, in text order."""

    text: str
    sentences: list[tuple[int, int]]
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class DocumentNames:
    """`kinds` has every name that stands in a chunk."""

    chunks: list[ChunkNames]
    kinds: dict[str, str]


def find_names(document: DocumentText) -> DocumentNames:
    """The longest form of each name stands for its short forms; one spelling stands for all."""
    texts = [blank_code(chunk.content) for chunk in document.chunks]
    chunks = [ChunkNames(text, split_sentences(text)) for text in texts]
    ideographic = is_ideographic("".join(chunk.text[:1000] for chunk in chunks[:20]))
    _settle_capitals(document, chunks, ideographic)
    if ideographic:
        _add_ideographs(chunks)
    else:
        _add_phrases(chunks)
    _add_title(document, chunks)
    spelling = _choose_spelling(chunks)
    _rename(chunks, spelling)
    kinds = _guess_kinds(chunks)
    for merge in (merge_inflections, merge_plurals):
        _rename(chunks, merge(Counter(s.name for c in chunks for s in c.spans)))
    short = resolve_short_forms({name: kinds[name] for name in _in_order(chunks)})
    _rename(chunks, short)
    return DocumentNames(chunks, kinds)


def blank_code(text: str) -> str:
    """The text with blanks in the place of fenced code, every other character where it was:
    identifiers are written like names, but name nothing.

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


def _settle_capitals(document: DocumentText, chunks: list[ChunkNames], ideographic: bool) -> None:
    found = [
        [s for n, (a, b) in enumerate(c.sentences) for s in find_spans(c.text, a, b, n)]
        for c in chunks
    ]
    if not _has_prose(chunks):
        for span in (span for spans in found for span in spans):
            span.weak = False
    headings = dict.fromkeys(h for chunk in document.chunks for h in chunk.headings)
    case = Case([chunk.text for chunk in chunks], found, (document.title, *headings))
    counts = Counter(span.name for spans in found for span in spans)
    for chunk, spans in zip(chunks, found, strict=True):
        parts = (part for span in spans for part in case.split_possessive(span, chunk.text))
        for span in parts:
            name = case.settle(span)
            if name is None or len(name) > LONGEST_NAME or (ideographic and " " not in name):
                continue
            german = document.language == "german" and " " not in name and not span.quoted
            if not (german and is_german_noun(chunk.text, span, counts)):
                span.name = name
                chunk.spans.append(span)


def _has_prose(chunks: Sequence[ChunkNames]) -> bool:
    total = prose = 0
    for chunk in chunks:
        for start, end in chunk.sentences:
            total += end - start
            prose += (end - start) * bool(_PROSE_END.search(chunk.text, end - 3, end))
    return prose >= LEAST_PROSE * total


def _add_ideographs(chunks: Sequence[ChunkNames]) -> None:
    terms = find_terms([chunk.text for chunk in chunks])
    for chunk in chunks:
        for number, (start, end) in enumerate(chunk.sentences):
            _insert(chunk, list(find_marked(chunk.text, start, end, number)))
        _insert(chunk, list(locate_terms(terms, chunk.text, chunk.sentences)))


def _add_phrases(chunks: Sequence[ChunkNames]) -> None:
    phrases = find_phrases([chunk.text for chunk in chunks])
    for chunk in chunks:
        _insert(chunk, list(locate_phrases(phrases, chunk.text, chunk.sentences)))


def _add_title(document: DocumentText, chunks: Sequence[ChunkNames]) -> None:
    """The title counts wherever the text has it, in any letter case, over what stands in it."""
    titles = sorted(title_names(document.title), key=len, reverse=True)
    for chunk in chunks:
        folded = _fold(chunk.text)
        for title in titles:
            _insert(chunk, list(_find_title(title, folded, chunk.sentences)), over=True)


def _fold(text: str) -> str:
    """Small letters on one line, with every character at its place."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    return folded.replace("\n", " ")


def _find_title(title: str, folded: str, sentences: Sequence[tuple[int, int]]) -> Iterator[Span]:
    for match, number in locate(re.escape(_fold(title)), folded, sentences):
        if stands_alone(folded, *match.span()):
            yield Span(*match.span(), title, number, quoted=True)


def _insert(chunk: ChunkNames, spans: list[Span], over: bool = False) -> None:
    """Add spans where there are none yet; with `over`, in place of those inside them."""
    if not spans:
        return
    taken = chunk.spans
    if over:
        covered = _cover(chunk.text, spans)
        taken = [span for span in taken if 0 in covered[span.start : span.end]]
    covered = _cover(chunk.text, taken)
    free = [span for span in spans if 1 not in covered[span.start : span.end]]
    chunk.spans = sorted((*taken, *free), key=lambda span: (span.start, -span.end))


def _cover(text: str, spans: Sequence[Span]) -> bytearray:
    """1 for each character of the text that is inside a span."""
    covered = bytearray(len(text))
    for span in spans:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    return covered


def _choose_spelling(chunks: Sequence[ChunkNames]) -> dict[str, str]:
    """From each spelling to the commonest of those that differ in case only; capitals throughout
    lose against others."""
    counts = Counter(span.name for chunk in chunks for span in chunk.spans)
    best: dict[str, str] = {}
    for name in sorted(counts, key=lambda name: (name.isupper(), -counts[name], name)):
        best.setdefault(name_key(name), name)
    return {name: best[name_key(name)] for name in counts if best[name_key(name)] != name}


def _rename(chunks: Sequence[ChunkNames], names: Mapping[str, str]) -> None:
    for span in (span for chunk in chunks for span in chunk.spans):
        span.name = names.get(span.name, span.name)


def _guess_kinds(chunks: Sequence[ChunkNames]) -> dict[str, str]:
    """By the first place that tells; three are looked at."""
    kinds: dict[str, str] = {}
    looks: Counter[str] = Counter()
    for chunk in chunks:
        for span in chunk.spans:
            if kinds.get(span.name, "concept") != "concept" or looks[span.name] == 3:
                continue
            looks[span.name] += 1
            kind = guess_kind(span.name, chunk.text, span.start, span.end)
            is_work = kind == "concept" and span.quoted and _is_marked_title(chunk.text, span)
            kinds[span.name] = "work" if is_work else kind
    return kinds


def _is_marked_title(text: str, span: Span) -> bool:
    return text[span.start - 1 : span.start] in tuple('“"«„《〈『`')


def _in_order(chunks: Sequence[ChunkNames]) -> dict[str, None]:
    return dict.fromkeys(span.name for chunk in chunks for span in chunk.spans)
