"""Names in Chinese, Japanese and Korean text, which has no capitals."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlrag.offline.extractor.phrases import rank_terms
from sqlrag.offline.extractor.spans import Span, locate
from sqlrag.offline.words import CJK

LEAST_COUNT = 3
LEAST_ENTROPY = 1.0  # nats, of what stands before and behind
LEAST_COHESION = 2.0  # nats, of the weakest cut through the string
SHARE_OF_COHESION = 0.75  # of the most there can be, where that is little, in short documents
CHARACTERS_PER_STRING = 300  # of the document
MOST_STRINGS = 80
SIZES = range(2, 7)
_ANY = re.compile(f"[{CJK}]")
_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff"
_EMPTY = (
    "的了是在和与與也就都而及或被把对對从從到于於这這那个個我你他她它们們不没沒有会會"
    "要可以能为為之其很更最上下中等将將让讓给給所以如果因此并並且但还還又吗嗎呢吧啊呀"
    "怎么麼什哪谁誰几幾一二三四五六七八九十两兩次时時候后後前里裡去来來说說看想做用使"
    "通过過需该該应應比较較只些样樣种種每各此"
)
_RUN = re.compile(f"[{_HAN}]+")
_SOLID = re.compile(f"(?:(?![{_EMPTY}])[{_HAN}]){{2,}}")
_TITLE = re.compile(
    "《([^《》\n]{1,40})》|〈([^〈〉\n]{1,40})〉|「([^「」\n]{1,20})」|『([^『』\n]{1,30})』|“([^“”\n]{2,20})”"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{3,}(?:[・=][\u30a1-\u30fa\u30fc]{2,})*")
_LATIN = re.compile(
    r"(?<![A-Za-z0-9_./@\\-])(?:[A-Z][A-Za-z0-9+#-]*(?:\.[A-Za-z0-9]+)*"
    r"|[a-z][A-Za-z0-9+#-]*(?:\.[A-Za-z0-9]+)*(?!\s[A-Z]))(?:\s[A-Z][A-Za-z0-9+#-]*)*(?![A-Za-z0-9_(=/\\])"
)
_CODE_WORDS = """def return import class self true false none null if else elif for while print
https http www from with as try except in not and or str int list dict len var let const function
result results data value values key keys item items args kwargs"""
_CODE = frozenset(_CODE_WORDS.split())
_HANGUL = re.compile("[\uac00-\ud7a3]{2,}")
_PARTICLES = re.compile(
    "(?<=..)(?:에서는|에서|으로|에게|까지|부터|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)


def is_ideographic(text: str) -> bool:
    """Whether a tenth of the text is CJK; looks at no more than its beginning."""
    start = text[:5_000]
    return len(_ANY.findall(start)) * 10 >= len(start) > 0


def find_marked(text: str, start: int, end: int, sentence: int) -> Iterator[Span]:
    """Titles in their brackets, and runs of katakana."""
    for match in _TITLE.finditer(text, start, end):
        group = match.lastindex or 0
        name = match.group(group).strip()
        is_title = match.group()[0] in "《〈『"
        if _ANY.search(name) and (is_title or not re.search("[，。！？：；]", name)):
            first = match.start(group) + match.group(group).index(name)
            yield Span(first, first + len(name), name, sentence, quoted=is_title)
    for match in _KATAKANA.finditer(text, start, end):
        yield Span(match.start(), match.end(), match.group(), sentence)


def find_terms(texts: Sequence[str]) -> list[str]:
    """Repeated strings of a whole document that behave like words, most frequent first."""
    terms = _find_latin(texts) + _find_hangul(texts) + _find_strings(texts)
    return list(dict.fromkeys(terms))


def locate_terms(
    terms: Sequence[str], text: str, sentences: Sequence[tuple[int, int]]
) -> Iterator[Span]:
    """Where the terms stand in a text, the longest where several begin."""
    if not terms:
        return
    joined = "|".join(map(_render, sorted(terms, key=lambda term: (-len(term), term))))
    for match, number in locate(joined, text, sentences):
        yield Span(*match.span(), match.group(), number)


def _render(term: str) -> str:
    escaped = re.escape(term)
    return rf"(?<![A-Za-z0-9_]){escaped}(?![A-Za-z0-9_])" if term[0].isascii() else escaped


def _find_latin(texts: Sequence[str]) -> list[str]:
    """Words in Latin letters: repeated, or with a capital inside, as products and acronyms have."""
    matches = ((text, match) for text in texts for match in _LATIN.finditer(text))
    counts = Counter(match.group() for text, match in matches if _stands_in_cjk(text, match))
    return rank_terms({word: count for word, count in counts.items() if _is_term(word, count)})


def _is_term(word: str, count: int) -> bool:
    if len(word) < 2 or word.lower() in _CODE:
        return False
    return count >= LEAST_COUNT or any(map(str.isupper, word[1:]))


def _stands_in_cjk(text: str, match: re.Match[str]) -> bool:
    around = text[max(0, match.start() - 4) : match.start()] + text[match.end() : match.end() + 4]
    return _ANY.search(around) is not None


def _find_hangul(texts: Sequence[str]) -> list[str]:
    words = Counter(_PARTICLES.sub("", word) for text in texts for word in _HANGUL.findall(text))
    return rank_terms({word: n for word, n in words.items() if n >= LEAST_COUNT})[:MOST_STRINGS]


def _find_strings(texts: Sequence[str]) -> list[str]:
    """Strings of two to six ideographs that occur in changing surroundings and hold together.

    Branching entropy on both sides and the mutual information of the weakest cut, as in
    Jin and Tanaka-Ishii 2006, "Unsupervised segmentation of Chinese text by use of branching
    entropy", section 2, and Sornlertlamvanich et al. 2000, "Automatic corpus-based Thai word
    extraction", section 3.
    """
    runs = [run for text in texts for run in _SOLID.findall(text)]
    grams = [Counter[str]() for _ in range(max(SIZES) + 2)]
    for run in runs:
        for size in range(1, max(SIZES) + 2):
            grams[size].update(run[i : i + size] for i in range(len(run) - size + 1))
    scores: dict[str, int] = {}
    for size in SIZES:
        wanted = {gram for gram, count in grams[size].items() if count >= LEAST_COUNT}
        spread = _measure_spread(wanted, grams[size], grams[size + 1])
        scores |= {
            gram: grams[size][gram] * (size - 1)
            for gram in wanted
            if spread[gram] >= LEAST_ENTROPY and _holds_together(gram, grams)
        }
    total = sum(map(len, runs))
    return rank_terms(scores)[: min(MOST_STRINGS, 3 + total // CHARACTERS_PER_STRING * 3)]


def _measure_spread(
    wanted: set[str], counts: Counter[str], longer: Counter[str]
) -> dict[str, float]:
    """The smaller of the entropies before and behind; each end of a run is a surrounding of its
    own."""
    before: dict[str, list[int]] = defaultdict(list)
    behind: dict[str, list[int]] = defaultdict(list)
    for gram, count in longer.items():
        if gram[1:] in wanted:
            before[gram[1:]].append(count)
        if gram[:-1] in wanted:
            behind[gram[:-1]].append(count)
    return {
        gram: min(_entropy(before[gram], counts[gram]), _entropy(behind[gram], counts[gram]))
        for gram in wanted
    }


def _entropy(counts: Sequence[int], total: int) -> float:
    alone = total - sum(counts)
    inside = -sum(count / total * math.log(count / total) for count in counts)
    return inside + alone / total * math.log(total)


def _holds_together(gram: str, grams: Sequence[Counter[str]]) -> bool:
    total, count = sum(grams[1].values()), grams[len(gram)][gram]
    weakest = min(
        math.log(count * total / (grams[i][gram[:i]] * grams[len(gram) - i][gram[i:]]))
        for i in range(1, len(gram))
    )
    return weakest >= min(LEAST_COHESION, SHARE_OF_COHESION * math.log(total / count))
