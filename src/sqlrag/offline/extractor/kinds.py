"""The kind of thing a name stands for, by the words in it and beside it."""

import re

from sqlrag.offline.extractor.vocabulary import GIVEN, HONORIFICS, PLACES, SUFFIXES, read_kinds

_LAST, _FIRST, _NOUNS = map(read_kinds, ("last", "first", "noun"))
_DEFINITION = re.compile(
    r"\s?(?:\([^()]{0,120}\)|,[^.;]{0,60},)?\s?(?:is|was|are|were)\s(?:an?|the|one of the)"
    r"\s([^.;,]{1,80})"
)
_MODIFIER = re.compile(r"\s(?:of|that|for|in|by|to|with|who|which|from|on|at|and|whose)\s")
_BORN = re.compile(r"\s?\([^()]{0,40}(?:\bborn\b|\d{4}\s?[–-])")
_LETTERS = re.compile(r"[a-z]+")
_BEFORE = re.compile(r"(\w+)[.,]?\s[“\"«]?$")
_INITIAL = re.compile(r"(?:\w{2,}\s)?(?:[^\W\d_]\.\s){1,3}[^\W\d_]{2,}")
_AFTER = 200
_TOWARDS = 40


def guess_kind(name: str, text: str, start: int, end: int) -> str:
    """One of person, organization, location, event, work, product, or concept; `text[start:end]`
    is a place where the name stands."""
    words = name.replace(",", "").lower().split()
    if name.islower() or not words:
        return "concept"
    return (
        _guess_by_words(words)
        or _guess_by_context(
            words, text[max(0, start - _TOWARDS) : start], text[end : end + _AFTER]
        )
        or ("person" if _reads_like_person(name, words) else "concept")
    )


def _guess_by_words(words: list[str]) -> str | None:
    first, last = words[0].rstrip("."), words[-1].rstrip(".")
    if len(words) > 1 and last in SUFFIXES:
        return "organization"
    if first in HONORIFICS and len(words) > 1:
        return "person"
    if len(words) > 1 and last in _LAST and first not in _FIRST:
        return _LAST[last]
    if len(words) > 1 and first in _FIRST:
        return _FIRST[first]
    if words[-1] in PLACES and (len(words) == 1 or first in ("new", "south", "north", "saudi")):
        return "location"
    return None


def _guess_by_context(words: list[str], before: str, after: str) -> str | None:
    defined = _DEFINITION.match(after)
    if defined:
        head = _MODIFIER.split(defined.group(1), maxsplit=1)[0]
        kinds = [_NOUNS[word] for word in _LETTERS.findall(head) if word in _NOUNS]
        if kinds:
            return kinds[-1]
    if _BORN.match(after) and len(words) > 1:
        return "person"
    previous = _BEFORE.search(before)
    word = previous.group(1).lower() if previous else ""
    if word in HONORIFICS:
        return "person"
    return "work" if _NOUNS.get(word) == "work" else None


def _reads_like_person(name: str, words: list[str]) -> bool:
    if not 2 <= len(words) <= 4 or " of " in name:
        return False
    return words[0] in GIVEN or _INITIAL.match(name) is not None
