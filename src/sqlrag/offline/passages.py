"""What may be quoted of a chunk: its sentences and rows, each with what stands above it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlrag.domain.retrieval import ScoredChunk
from sqlrag.offline.sentences import split_sentences
from sqlrag.offline.words import (
    find_glued,
    find_initials,
    find_spellings,
    find_whole_words,
    normalize,
)

Form = Literal["prose", "row", "label"]

LONGEST_LABEL, MOST_LABEL_WORDS = 80, 12  # characters, words; an ideograph is one
LONGEST_ROW = 400
MOST_LABELS = 6  # of the head of a table
_ENDED = re.compile(r"[.!?…。！？؟۔।॥][\"'”’»)\]]*(?:\s*\[\d+\])?$")
# It ends in a figure, is written with bars, or names each value.
_ROW = re.compile(
    r"^\|| \| |(?:\d\)?(?: ?[%€$£¥₽])?|[—–-])$"
    r"|^[^:;]{1,60}: [^;]*;(?: [^:;]{1,60}: [^;]*;?)+$"
)
_DATES = re.compile(
    r"^[\s(]*(?:(?:[a-zа-яё]{3,9}\.? \d{1,2},?\s*)+|(?:19|20)\d\d[\s,)]*)+$", re.IGNORECASE
)
# The place of a row in its sheet is not what is asked for by a number: of pump P-217, not row 217.
_PLACE = re.compile(r"^row \d+: ")
# Tables and reports abbreviate what people spell out, and fields name what people ask by a verb.
_SPELLED_OUT = {
    "q1": "q1 first quarter",
    "q2": "q2 second quarter",
    "q3": "q3 third quarter",
    "q4": "q4 fourth quarter",
    "three months": "three months quarter",
}
_FIELDS = {
    "author": "wrote written",
    "auteur": "écrit écrite schreef geschreven",
    "autor": "geschrieben schrieb escribió escrito escreveu napisał napsal",
    "verfasser": "geschrieben schrieb",
    "verfasserin": "geschrieben schrieb",
    "autore": "scritto scrisse",
    "författare": "skrev skrivit",
    "forfatter": "skrev skrevet",
    "yazar": "yazdı",
    "автор": "написал написала",
    "συγγραφέας": "έγραψε",
    "लेखक": "लिखा लिखी",
    "المؤلف": "كتب",
    "الكاتب": "كتب",
    "作者": "写 撰写 寫 撰寫",
    "著者": "書いた",
    "date": "written écrit écrite",
    "datum": "geschrieben geschreven",
}
_COSTS = {
    "price": "cost",
    "preis": "kostet",
    "prix": "coûte",
    "precio": "cuesta",
    "prezzo": "costa",
    "цена": "стоит",
    "cena": "stojí stoji kosztuje",
    "preço": "custa",
    "prijs": "kost",
    "pris": "kostar koster",
}
_SPELLED_OUT |= {f"{name}:": f"{name} {verb}" for name, verb in (_FIELDS | _COSTS).items()}
_SPELLED_OUT |= {f"{price} |": f"{price} {cost}" for price, cost in _COSTS.items()}
# As French has it, with a space before the colon.
_SPELLED_OUT |= {f"{name} :": f"{name} {verb}" for name, verb in (_FIELDS | _COSTS).items()}
_SHORT = re.compile(rf"\b(?:{'|'.join(map(re.escape, _SPELLED_OUT))})(?!\w)")


@dataclass(frozen=True, slots=True)
class Words:
    """A text folded for comparison, its words, and what names in a row spell by their first
    letters."""

    folded: str
    words: frozenset[str]
    short: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> "Words":
        folded = normalize(text)
        spelled = _SHORT.sub(lambda found: f"{_SPELLED_OUT[found[0]]} ", folded)
        words = frozenset((*find_whole_words(spelled), *find_spellings(spelled), *find_glued(text)))
        return cls(folded, words, frozenset(find_initials(text).values()))


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, a row or a label, from `start` to `end` of a chunk's content.

    `head` is what stands above it: of a row the labels of its table. `joins`: whether the passage
    before it is prose of the same paragraph.
    """

    start: int
    end: int
    text: str
    form: Form
    head: str
    joins: bool
    own: Words
    above: Words


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """A chunk with its passages; `title` has the headings, too."""

    content: str
    passages: list[Passage]
    title: Words
    whole: Words


def read_chunk(chunk: ScoredChunk) -> ReadChunk:
    passages = _read_passages(chunk.content, _heads_of_columns(chunk.headings))
    words: frozenset[str] = frozenset().union(*(one.own.words for one in passages))
    short: frozenset[str] = frozenset().union(*(one.own.short for one in passages))
    title = Words.of(" ".join((chunk.title, *chunk.headings)))
    whole = Words(normalize(chunk.content), words, short)
    return ReadChunk(chunk.content, passages, title, whole)


def _heads_of_columns(headings: Sequence[str]) -> str:
    """Those of the rows amid which a chunk begins, which are its last heading."""
    return headings[-1] if headings and " | " in headings[-1] else ""


def _read_passages(content: str, columns: str) -> list[Passage]:
    heads, passages, last = _Heads(columns), list[Passage](), 0
    for start, end in split_sentences(content):
        text = " ".join(content[start:end].split())
        breaks = "\n\n" in content[last:start]
        form = heads.enter(text, _form(text), breaks)
        head = heads.above(form)
        joins = form == "prose" and not breaks and passages[-1:] != [] and (
            passages[-1].form == "prose"
        )  # fmt: skip
        own, around = Words.of(_PLACE.sub("", text)), Words.of(head)
        passages.append(Passage(start, end, text, form, head, joins, own, around))
        heads.leave(text, form)
        last = end
    return passages


def _form(text: str) -> Form:
    if _DATES.match(text):
        return "label"
    if _ROW.search(text) and len(text) <= LONGEST_ROW:
        return "row"
    short = len(text) <= LONGEST_LABEL and len(find_whole_words(text)) <= MOST_LABEL_WORDS
    return "label" if short and not _ENDED.search(text) else "prose"


class _Heads:
    """The labels in force: those above a table, and those between its rows."""

    def __init__(self, columns: str = "") -> None:
        self._table = [columns] if columns else []
        self._section: list[str] = []
        self._in_rows = bool(columns)
        self._last: Form = "prose"

    def enter(self, text: str, form: Form, breaks: bool) -> Form:
        """The form of the next passage: the first row of bars names the columns."""
        if breaks and self._in_rows:
            self.__init__()  # type: ignore[misc]
        if form == "row" and " | " in text and not self._in_rows:
            self._table, self._in_rows = self._table[-1:], True
            return "label"
        if form == "row" and not self._in_rows:
            self._in_rows = True
            # Below the dates of the columns stands what the first rows are about.
            if (
                self._table[1:]
                and _DATES.match(self._table[-2])
                and not _DATES.match(self._table[-1])
            ):
                self._section = [self._table.pop()]
        return form

    def above(self, form: Form) -> str:
        if form == "row":
            return " ".join([*self._table[-MOST_LABELS:], *self._section])
        return " ".join(self._table[-1:])

    def leave(self, text: str, form: Form) -> None:
        if form == "prose":
            self._table, self._section = [] if self._in_rows else self._table[-1:], []
            self._in_rows = False
        elif form == "label" and self._in_rows and not text.startswith("|"):
            self._section = [*self._section, text] if self._last == "label" else [text]
        elif form == "label" and any(map(str.isalnum, text)):
            self._table.append(text)
        self._last = form
