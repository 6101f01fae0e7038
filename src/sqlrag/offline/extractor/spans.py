"""Stretches of a sentence that are written like names, in Latin, Greek and Cyrillic."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlrag.offline.extractor.vocabulary import AND, ARTICLES, DROPPED, GIVEN, OPENERS, PARTS
from sqlrag.offline.words import CJK

_LATIN_TO_CYRILLIC = (*range(0x41, 0x530), *range(0x1E00, 0x2000))
_CAPITALS = "".join(chr(code) for code in _LATIN_TO_CYRILLIC if chr(code).isupper())
_UP = f"[{_CAPITALS}]"
_LETTER = rf"[^\W{CJK}]"
_PREFIX = rf"(?:[dlDL]['’]|[Aa]l-|[Ee]l-|[a-z]{{1,2}}(?={_UP}\w))?"
_WORD = rf"{_PREFIX}{_UP}{_LETTER}*(?:[.'’&+‐–-]{_LETTER}+)*"
_SHORT = "St|Mt|Ft|Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|Capt|Sgt|Sen|Rep|Gov|Rev|Bros"
_TOKEN = rf"(?:(?:{_UP}\.){{1,4}}(?=\s?{_UP})|(?:{_SHORT})\.(?=\s{_UP})|{_WORD})"
_LINKS = (
    "of|for|the|and|&|de|del|della|da|das|do|dos|di|du|des|la|le|les|los|las|el|al|von|van|der|den"
    "|ter|ten|zu|zum|zur|und|y|e|et|bin|ibn|ben|af|av|och|og|и"
)
_ENDING = r"(?:,?\s(?:Inc|Corp|Ltd|LLC|Co|Jr|Sr|PLC|plc|GmbH|AG|L\.P|S\.A|N\.V)\b\.?)?"
NAME = re.compile(
    rf"(?<![\w@/#$\\])(?<!\w['’.-]){_TOKEN}(?:\s?(?<=[\s.])(?:(?:{_LINKS})\s){{0,2}}{_TOKEN})*{_ENDING}"
)
_QUOTED = re.compile(
    "“([^“”\n]{2,100})”|\"([^\"\n]{2,100})\"|``([^`'\n]{2,100})''|«([^«»\n]{2,100})»|„([^„“”\n]{2,100})[“”]"
)
_JOINT = re.compile(rf"\s({'|'.join(sorted(AND))}|for)\s")
_CONTRACTION = re.compile(
    r"(?:i|you|he|she|it|we|they|that|there|here|what|who|where|how|let)['’]\w+|\w+n['’]t"
)
_HEAD = re.compile(r"(\S+)\s+(?=\S)")
_PRONOUN_I = re.compile(r"(?<=\w)\sI$")
_ABBREVIATED = re.compile(rf"(?<![\w.])(?:{_UP}\.){{2,3}}\Z")
_LEGAL_FORM = re.compile(r"\s(?:Inc|Corp|Ltd|Co|Bros|Jr|Sr)$")
_HEADLINE = re.compile(
    r"\s(?:We|Our|Is|Are|Was|Were|He|She|They|Their|Its|It|This|These|Could|Would|Should|And|Has|Have"
    r"|Had|May Not|You|Your|That|If|When)(?=\s|$)"
)
_NUMBERED = re.compile(r"[ivxlc]+|\d+|[a-z]")
_POSSESSIVE = re.compile(r"['’]s?$")
_ITEM = re.compile(r"[(\[]\w{1,3}[)\]]|\w{1,3}[.)]")
_SENTENCE_ENDS = tuple('.!?…"”')
_OPENS = frozenset("\"“‘«„([{:—–-•*|>`'’")
_WORDLIKE = re.compile(r"[^\W\d_][\w'’-]*")
_UNLIKE_TITLE = re.compile(r"[{}<>=_|\\]|:$|\s[—–]\s|\b(?:Item|Note|Part|Section)\s[IVX\d]")
MOST_TITLE_WORDS = 8
_BODIES = re.compile(
    r"\b(?:Academy|Act|Administration|Affairs|Agency|Alliance|Assembly|Association|Authority|Award|Board|Bureau"
    r"|Cent(?:er|re)|Church|College|Commission|Committee|Company|Conference|Congress|Convention"
    r"|Corporation|Council|Court|Department|Exchange|Faculty|Federation|Foundation|Fund|Group|Institute"
    r"|Journal|League|Ministry|Museum|Office|Organi[sz]ation|Party|Prize|School|Secretary|Service"
    r"|Society|Trust|Union|University|Министерство|Институт|Университет)\b"
)
_SERVING = re.compile(
    r"\b(?:Academy|Agency|Association|Award|Bureau|Campaign|Cent(?:er|re)|Commission|Committee|Council"
    r"|Department|Foundation|Fund|Institute|Medal|Ministry|Office|Organi[sz]ation|Prize|Secretary"
    r"|Society)\b"
)
_FIELDS = re.compile(
    r"(?:Arts|Sciences|Technology|Affairs|Letters|Services|Engineering|Humanities|Mechanics"
    r"|Fisheries|Firearms|Culture|Sports|Tourism|Trade|Commerce|Industry|Development|Research"
    r"|Security|Prevention|Control|Administration|Crafts|Space)$"
)


@dataclass(slots=True)
class Span:
    """A stretch of a chunk that may be a name.

    `opening`: a sentence begins with it, so its first capital tells nothing. `weak`: it stands in
    a heading, a row or a line in capitals, where capitals tell nothing at all.
    """

    start: int
    end: int
    name: str
    sentence: int
    opening: bool = False
    weak: bool = False
    quoted: bool = False


def find_spans(text: str, start: int, end: int, sentence: int) -> list[Span]:
    """The spans of one sentence in order, none inside another."""
    quoted = list(_find_quoted(text, start, end, sentence))
    weak = _is_weak(text[start:end])
    spans = []
    for match in NAME.finditer(text, start, end):
        if any(q.start < match.end() and match.start() < q.end for q in quoted):
            continue
        opening = _opens(text, start, match.start())
        for first, last in split_joined(text, match.start(), match.end()):
            span = _trim(text, first, last, sentence)
            if span:
                span.opening = opening and span.start == match.start()
                span.weak = weak
                spans.append(span)
    return sorted((*spans, *quoted), key=lambda span: span.start) if quoted else spans


def locate(
    pattern: str, text: str, sentences: Sequence[tuple[int, int]], flags: int = 0
) -> Iterator[tuple[re.Match[str], int]]:
    """Each match that stands inside one sentence, with the number of the sentence."""
    number = 0
    for match in re.compile(pattern, flags).finditer(text):
        while number < len(sentences) and sentences[number][1] < match.end():
            number += 1
        if number < len(sentences) and sentences[number][0] <= match.start():
            yield match, number


def split_joined(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Two names that "and" joins are two; one name that holds an "and" is one, as the names of
    bodies do: "Securities and Exchange Commission", "Academy of Arts and Sciences"."""
    first = start
    for joint in _JOINT.finditer(text, start, end):
        left, right = text[first : joint.start()], text[joint.end() : end]
        if not _belongs(left, joint.group(1), right):
            yield first, joint.start()
            first = joint.end()
    yield first, end


def _belongs(left: str, link: str, right: str) -> bool:
    body = _BODIES.search(left) is not None
    if link == "for":
        return _SERVING.search(left) is not None
    if body:
        return (" of " in left or " for " in left) and _FIELDS.search(right) is not None
    return left.count(" ") < 2 and _BODIES.search(right) is not None and right.count(" ") < 3


def _trim(text: str, start: int, end: int, sentence: int) -> Span | None:
    """Without leading words that are no part of a name, a possessive ending, or a pronoun "I"."""
    while start < end:
        head = _HEAD.match(text, start, end)
        if not head or not is_opener(head.group(1)):
            break
        start = head.end()
    if text[end : end + 2].strip().islower() and not _is_regnal(text[start:end]):
        end -= 2 * bool(_PRONOUN_I.search(text, start, end))
    end += bool(_ABBREVIATED.search(text, start, end + 1))
    end += text[end : end + 1] == "." and bool(_LEGAL_FORM.search(text, start, end))
    name = " ".join(_POSSESSIVE.sub("", text[start:end]).split())
    if _HEADLINE.search(name):
        name = _HEADLINE.split(name, maxsplit=1)[0].strip()
        end = start + len(name)
        if text[start:end] != name or " " not in name:
            return None
    if len(name) < 2 or is_opener(name) or name.lower() in DROPPED or _is_numbered(name):
        return None
    return Span(start, end, name, sentence)


def is_opener(word: str) -> bool:
    """Whether a word is no part of a name where it begins one; single Latin letters may be, as in
    "Y Combinator", but for the words "A" and "I"."""
    lower = word.lower().rstrip(".")
    if len(lower) == 1 and lower.isascii():
        return lower in "ai" and not word.endswith(".")
    return (lower in OPENERS and lower not in ARTICLES) or bool(_CONTRACTION.fullmatch(lower))


def _is_regnal(name: str) -> bool:
    words = name.lower().split()
    return words[-1] == "i" and (words[0] in GIVEN or words[-2:-1] == ["war"])


def _is_numbered(name: str) -> bool:
    """Whether it is a part of the document: "Part II", "Table 4"."""
    head, _, rest = name.lower().partition(" ")
    return head in PARTS and (not rest or _NUMBERED.fullmatch(rest) is not None)


def _opens(text: str, start: int, position: int) -> bool:
    before = text[start:position].rstrip()
    return not before or before[-1] in _OPENS or _ITEM.fullmatch(before) is not None


def _is_weak(sentence: str) -> bool:
    """Whether capitals tell nothing here: no sentence, and more long words with than without."""
    if sentence.endswith(_SENTENCE_ENDS) and not sentence.isupper():
        return False
    words: list[str] = [word for word in _WORDLIKE.findall(sentence) if len(word) > 3]
    upper = sum(word[0].isupper() for word in words)
    return upper * 2 > len(words)


def _find_quoted(text: str, start: int, end: int, sentence: int) -> Iterator[Span]:
    for match in _QUOTED.finditer(text, start, end):
        group = match.lastindex or 0
        title = match.group(group).strip(" ,.")
        if _is_title(title, text[match.start()] in "«„"):
            first = match.start(group) + match.group(group).index(title)
            yield Span(first, first + len(title), " ".join(title.split()), sentence, quoted=True)


def _is_title(title: str, first_capital_only: bool) -> bool:
    """Whether a quotation is a title, not speech: in capitals, where the language wants them."""
    words = _WORDLIKE.findall(title)
    if not words or len(words) > MOST_TITLE_WORDS or not words[0][0].isupper():
        return False
    if _UNLIKE_TITLE.search(title) or is_opener(title):
        return False
    if len(words) == 1 or first_capital_only:
        return first_capital_only and len(title) > 2 and title[-1] not in "?!:;"
    small = [word for word in words if len(word) > 4 and not word[0].isupper()]
    return not small and sum(word[0].isupper() for word in words) * 2 >= len(words)
