"""What the letter case of a document's words tells: which words are names there."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlrag.offline.extractor.spans import Span, is_opener
from sqlrag.offline.extractor.vocabulary import COMMON, DROPPED, PLAIN_ARTICLES, SUFFIXES

_SMALL_WORD = re.compile(r"(?<![\w.])[^\W\d_A-ZÀ-ÞА-ЯЁ][^\W\d_]*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_ARTICLE = re.compile(
    r"\b(?:der|die|das|den|dem|des|eine?[rnms]?|kein\w*|diese\w*|jede\w*|[Dd]er|[Dd]ie|[Dd]as|\w+e[nrsm]?)\s$"
)
_OWNER = re.compile(r"['’]s\s(?=\w)")
_NO_NAME = re.compile(r"\w-[^\W\dA-ZА-Я]+$|(?:ally|ously|ently|antly|ively|arily|ably|ically)$")
_IMPERATIVE = re.compile(r"(?:[йь]те|ите)$")  # Russian, as headings of instructions begin
_LONGEST_ACRONYM = 6


class Case:
    """Counts over a whole document; `known` are words of its title and headings."""

    def __init__(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], known: Iterable[str]
    ) -> None:
        self._small = Counter(word for text in texts for word in _SMALL_WORD.findall(text))
        self._big: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        for span in (span for listed in spans for span in listed):
            if not span.weak:
                words = span.name.split()
                self._big.update(words[span.opening :])
                self._names[span.name] += not span.opening
        self._known = {word for text in known for word in _WORD.findall(text)}

    def settle(self, span: Span) -> str | None:
        """The name in a span, without an opening word that is none; None when none is left."""
        if span.quoted:
            return span.name
        words = span.name.split()
        if span.opening and len(words) > 1 and self._is_plain_opening(words[0]):
            words = words[1:]
            while words and is_opener(words[0]):
                words = words[1:]
        if len(words) < 2:
            return words[0] if words and self._keeps_word(words[0], span) else None
        if all(self._is_plain(word) or word.lower() in COMMON for word in words):
            return None
        if span.weak and not self._keeps_weak(words):
            return None
        return " ".join(words)

    def split_possessive(self, span: Span, text: str) -> list[Span]:
        """ "Amazon's Prime" is two names where the document also has "Amazon" alone."""
        owner = _OWNER.search(text, span.start, span.end)
        if span.quoted or not owner or self._names[text[span.start : owner.start()]] == 0:
            return [span]
        first = replace(span, end=owner.start(), name=text[span.start : owner.start()])
        rest = " ".join(text[owner.end() : span.end].split())
        second = replace(span, start=owner.end(), name=rest, opening=False)
        return [first, second]

    def _keeps_word(self, word: str, span: Span) -> bool:
        lower = word.lower()
        if lower in DROPPED or lower in SUFFIXES or len(word) < 2 or _NO_NAME.search(word):
            return False
        if span.weak:
            return self._names[word] > 0 and not self._is_plain(word)
        if is_marked(word):
            return True
        if self._is_plain(word):
            return False
        return not span.opening or self._big[word] > 0 or word in self._known

    def _keeps_weak(self, words: list[str]) -> bool:
        return self._names[" ".join(words)] > 0 or words[-1].rstrip(".").lower() in SUFFIXES

    def _is_plain_opening(self, word: str) -> bool:
        if _IMPERATIVE.search(word):
            return True
        return self._is_plain(word) or (word.lower() in PLAIN_ARTICLES and not self._big[word])

    def _is_plain(self, word: str) -> bool:
        """Whether the document writes the word in small letters more often than not."""
        small = self._small[word.lower()]
        return small > self._big[word] or (small > 0 and self._big[word] == 0)


def is_marked(word: str) -> bool:
    """Whether a word has capitals beyond the first letter: NASA, OpenAI, iPhone; a longer word in
    capitals throughout is only loud."""
    if word.isupper() and len(word) > _LONGEST_ACRONYM:
        return False
    return any(letter.isupper() for letter in word[1:])


def is_german_noun(text: str, span: Span, counts: Counter[str]) -> bool:
    """Whether a single word of a text in German is likelier a noun than a name: named but once,
    or with an article or an adjective before it."""
    before = text[max(0, span.start - 20) : span.start]
    return counts[span.name] < 2 or _ARTICLE.search(before) is not None
