"""Guesses what kind of thing a name stands for, by the words in it and beside it."""

import re

from sqlrag.offline.extractor.vocabulary import GIVEN, HONORIFICS, PLACES, SUFFIXES


def _table(**kinds: str) -> dict[str, str]:
    return {word: kind for kind, words in kinds.items() for word in words.split()}


_LAST = _table(
    organization="""university college school institute academy bank group agency ministry
department committee council commission association society party church
foundation museum library orchestra band records pictures studios press
times airlines airways army navy police court parliament congress senate
league federation union club fc trust fund laboratory laboratories labs
entertainment productions motors industries systems technologies services
holdings partners capital ventures media network broadcasting""",
    location="""river mountain mountains lake island islands sea ocean bay county city town
village street avenue road square park bridge airport station district
province region republic kingdom valley beach peninsula desert forest hills
coast territory parish borough heights castle palace state states creek""",
    event="""war battle olympics games cup championship championships festival revolution
conference treaty election elections massacre earthquake storm hurricane
uprising siege rebellion crisis summit expedition awards grand-prix""",
    product="phone windows engine console browser framework server",
)
_FIRST = _table(
    organization="""university institute bank ministry department academy museum association ooo
зао оао ооо пао ао университет институт компания банк министерство""",
    location="""river mount lake cape fort port city kingdom republic gulf strait island
isle province река город озеро область гора остров улица""",
    event="battle treaty siege war olympic битва война",
)
_NOUNS = _table(
    person="""actor actress singer songwriter writer author novelist poet politician
director producer footballer player composer musician painter artist
scientist physicist mathematician chemist philosopher historian engineer
journalist lawyer businessman businesswoman entrepreneur architect king
queen emperor prince princess bishop general officer president screenwriter
comedian rapper dancer economist professor nobleman saint programmer
essayist investor founder""",
    organization="""company corporation band group university college school team club
organization organisation agency party publisher label manufacturer firm
bank airline newspaper nonprofit institution brand network""",
    location="""city town village river lake mountain island country state county region
district province municipality commune capital neighborhood suburb park area
territory settlement""",
    work="""film novel album song book series play opera poem painting magazine sitcom
documentary single symphony musical episode ep soundtrack comedy drama show
manga essay""",
    event="""war battle festival tournament competition championship election conference
holiday race""",
    product="""software library framework language console smartphone system browser
database car aircraft computer device model drug app tool""",
)
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
