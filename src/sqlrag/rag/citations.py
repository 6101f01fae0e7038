"""Finds what the `[n]` of an answer stand for, exact to the characters of a chunk."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from sqlrag.domain.citing import part_notes
from sqlrag.domain.retrieval import Context, Reference, ScoredChunk
from sqlrag.offline import is_function_word, split_sentences, word_set
from sqlrag.rag.cited_text import Citation, CitedText

Span = tuple[int, int]

_OPENING, _CLOSING = '“"«„「『‘', '”"»“」』’'
_SHORTEST_QUOTE = 3  # characters; less than that in quotation marks is found anywhere


def find_references(text: str, context: Context) -> tuple[Reference, ...]:
    """One reference per chunk cited, in order of first appearance; unknown numbers are ignored,
    and so are those that a quoted document has of its own.

    `document_text[char_start:char_end] == quote` holds for each. The quote is what the answer
    quotes directly before the citation, if the chunk holds it (white space may differ), else the
    sentence of the chunk nearest to the statement, else the whole chunk.
    """
    cited: dict[int, list[str]] = {}
    for _, number, statement in _find_citations(text, context):
        cited.setdefault(number, []).append(statement)
    return tuple(
        _make_reference(number, context.chunks[number - 1], statements)
        for number, statements in cited.items()
    )


def refer_each(text: str, context: Context) -> list[tuple[Citation, Reference]]:
    """What each number stands for where it stands in the text: a chunk that is cited twice may have
    two quotes."""
    return [
        (cited, _make_reference(number, context.chunks[number - 1], [statement]))
        for cited, number, statement in _find_citations(text, context)
    ]


def refer_to_chunks(context: Context) -> tuple[Reference, ...]:
    """A reference to every chunk, with its sentence nearest to the question."""
    return tuple(
        _make_reference(number, chunk, [context.question])
        for number, chunk in enumerate(context.chunks, 1)
    )


def _find_citations(text: str, context: Context) -> Iterator[tuple[Citation, int, str]]:
    """Each citation with one of its numbers, and the text before it, back to the paragraph or the
    citation before."""
    read = CitedText(context)
    text = read.feed(text, ends=True)
    end, said = 0, ""
    for cited in read.citations:
        between = text[end : cited.start]
        # `[1][2]` share what stands before the first of them.
        said = between if between.strip() else said + between
        end = cited.end
        for number in cited.numbers:
            yield cited, number, said.rpartition("\n\n")[2]


def _make_reference(number: int, chunk: ScoredChunk, statements: list[str]) -> Reference:
    quoted = (_find_quote(statement, chunk.content) for statement in statements)
    span = next((found for found in quoted if found), None)
    start, end = span or _find_nearest(statements[0], chunk.content)
    named = chunk.chunk_id, chunk.document_id, chunk.source_key, chunk.title
    at = chunk.char_start + start
    page = None if chunk.page is None else chunk.page + bisect_right(chunk.page_breaks, at)
    told = chunk.content[start:end], chunk.copies
    return Reference(number, *named, page, at, chunk.char_start + end, *told)


def _find_quote(statement: str, content: str) -> Span | None:
    """The last quotation of the statement, if verbatim; the widest reading of its marks first,
    since a quoted sentence may hold quotations of its own."""
    end = max(statement.rfind(mark) for mark in _CLOSING)
    if end < 0:
        return None
    for start in (i for i, letter in enumerate(statement[:end]) if letter in _OPENING):
        if span := _find_verbatim(statement[start + 1 : end], content):
            return span
    return None


def _find_verbatim(quote: str, content: str) -> Span | None:
    """Where the content holds the quote, its white space read as any white space."""
    quote, content = part_notes(quote.strip()), part_notes(content)
    if len(quote) < _SHORTEST_QUOTE:
        return None
    start = content.find(quote)
    if start >= 0:
        return start, start + len(quote)
    found = re.search(r"\s+".join(map(re.escape, quote.split())), content)
    return found.span() if found else None


def _find_nearest(statement: str, content: str) -> Span:
    """The sentence that shares most words with the statement, the shorter of two equals."""
    wanted = {word for word in word_set(statement) if not is_function_word(word)}
    best, most = (0, len(content)), 0.0
    for start, end in split_sentences(content):
        words = word_set(content[start:end])
        shared = len(wanted & words) / (1 + len(words)) ** 0.25
        if shared > most:
            best, most = (start, end), shared
    return best
