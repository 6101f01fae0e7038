"""The words by which the offline extractor tells names from other capitalised words."""

from pathlib import Path

from sqlrag.offline.words import FUNCTION_WORDS


def _read_sets() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split("\n# ")[1:])
    return {head.partition(":")[0]: frozenset(words.split()) for head, _, words in parts}


def read_kinds(position: str) -> dict[str, str]:
    """The kind of thing that a word tells of where it is the "last" or "first" of a name, or the
    "noun" beside it."""
    return {
        word: name.partition(" ")[2]
        for name, words in _SETS.items()
        if name.startswith(f"{position} ")
        for word in words
    }


_SETS = _read_sets()
OPENERS = FUNCTION_WORDS | _SETS["openers"]
PLAIN_ARTICLES = _SETS["plain articles"]
ARTICLES = PLAIN_ARTICLES | _SETS["articles"]
PARTS = _SETS["parts"]
DROPPED = OPENERS | _SETS["times"] | PARTS | _SETS["peoples"]
COMMON = OPENERS | _SETS["times"] | _SETS["common"]
AND = _SETS["and"]
HONORIFICS = _SETS["honorifics"]
SUFFIXES = _SETS["suffixes"]
GIVEN = _SETS["given"]
PLACES = _SETS["places"]
