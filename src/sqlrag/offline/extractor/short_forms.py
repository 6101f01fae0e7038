"""Which full name a short one stands for within a document."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlrag.offline.extractor.vocabulary import SUFFIXES

_DOMAIN = re.compile(r"\.(?:com|org|net|io|ai|de|ru)$", re.IGNORECASE)
_RUSSIAN = re.compile(r"[а-яё]", re.IGNORECASE)
_RUSSIAN_ENDING = re.compile(
    r"(?<=\w{3})(?:ами|ями|ого|его|ему|ому|ыми|ими|ах|ях|ов|ев|ой|ей|ою|ом|ем|ам|ям|ий|ый|ая|яя|ое"
    r"|ее|ые|ие|ых|их|ую|юю|а|я|о|е|у|ю|ы|и|ь|й)$"
)


def resolve_short_forms(kinds: Mapping[str, str]) -> dict[str, str]:
    """From short names to full ones; `kinds` are of all names of a document, in the order in
    which they first stand there.

    "Graham" is Paul Graham, "Amazon" is Amazon.com, Inc., "SEC" is what it abbreviates: the last
    word of a person's name, the first of it where it is a person by its look, a company's name
    without its legal form, the initials of several words. A person is introduced by the full name;
    a short name that fits two full ones stays as it is.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for name, kind in kinds.items():
        for short in _short_forms(name, kind):
            owners[short].add(name)
    resolved = {}
    for short, names in sorted(owners.items()):
        longest = _only_one(names)
        if (
            longest
            and short in kinds
            and longest != short
            and (kinds[short] in ("concept", kinds[longest]) or short.isupper())
        ):
            resolved[short] = longest
    return {short: _follow(resolved, full) for short, full in resolved.items()}


def merge_inflections(names: Mapping[str, int]) -> dict[str, str]:
    """Russian names that differ in their endings only, to the most frequent of them, then the
    shortest; `names` are counted."""
    forms: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if _RUSSIAN.search(name):
            stem = " ".join(_RUSSIAN_ENDING.sub("", word) for word in name.lower().split())
            forms[stem].append(name)
    merged = {}
    for listed in forms.values():
        best = min(listed, key=lambda name: (-names[name], len(name), name))
        merged.update({name: best for name in listed if name != best})
    return merged


def merge_plurals(names: Mapping[str, int]) -> dict[str, str]:
    """English terms and acronyms that differ in a plural s, to the more frequent of both."""
    merged = {}
    for plural in names:
        single = plural[:-1]
        if plural.endswith("s") and single in names and (plural.islower() or single.isupper()):
            best, other = sorted((single, plural), key=lambda name: (-names[name], name))
            merged[other] = best
    return merged


def _initials(name: str) -> str:
    """Of a name of two words or more, the capitals that its words begin with."""
    words = re.split(r"[\s-]+", name)
    capitals = "".join(word[0] for word in words if word[:1].isupper())
    return capitals if len(words) > 1 and 1 < len(capitals) < 7 else ""


def _short_forms(name: str, kind: str) -> Iterable[str]:
    words = name.replace(",", "").split()
    if initials := _initials(name):
        yield initials
    if kind == "organization":
        while len(words) > 1 and words[-1].rstrip(".").lower() in SUFFIXES:
            words.pop()
            yield " ".join(words)
        bare = _DOMAIN.sub("", words[0])
        if len(words) == 1 and bare != name:
            yield bare
    elif kind == "person" and len(words) > 1:
        yield words[0]
        yield words[-1]
        if len(words) > 2:
            yield f"{words[0]} {words[-1]}"
    elif kind == "concept" and 2 <= len(words) <= 3 and " of " not in name:
        yield words[-1]


def _only_one(names: Iterable[str]) -> str | None:
    """The longest name, if the others are only shorter forms of it."""
    longest = max(names, key=lambda name: (len(name), name))
    words = set(longest.replace(",", "").split())
    return longest if all(words.issuperset(n.replace(",", "").split()) for n in names) else None


def _follow(resolved: Mapping[str, str], name: str) -> str:
    seen = {name}
    while name in resolved and resolved[name] not in seen:
        name = resolved[name]
        seen.add(name)
    return name
