"""What a question asks: its words and their weights, and the kind of answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlrag.offline.kinds import Kind, find_kind
from sqlrag.offline.words import (
    CJK,
    find_codes,
    find_glued,
    find_initials,
    find_saying,
    find_whole_words,
    normalize,
)

CODE_WEIGHT, NAME_WEIGHT, LIGHT_WEIGHT = 1.6, 1.3, 0.4
MOST_DEFINED = 3  # words of what is to be explained

_QUESTION_PHRASES = re.compile(
    "为什么|為什麼|什么时候|什麼時候|什么|什麼|多少|哪些|哪个|哪個|哪里|哪裡|如何|怎么样|怎么|怎麼"
    "|怎样|怎樣|是否|请问|請問|有没有|哪一年|哪年|多久|谁|誰|几|幾|的|了|吗|嗎|呢|是|有|在"
    "|(?<![가-힣])(?:누가|누구|언제|어디|무엇|무슨|어떤|어떻게|어느|왜|얼마나|얼마|몇)[가-힣]{0,3}(?![가-힣])"
    # Where they are no word of another language: a dove, Kim.
    r"|(?i:^(?:chi|dove)\b(?=[^?]*\b(?:il|lo|la|gli|le|ha|è|fu|era|si|del|della)\b)"
    r"|\bkim(?:i|in|e)?\b(?=[^?]*[ışğ])|\b(?:ne zaman|neden|niçin|perché|dlaczego)\b)"
)
# Particles behind Korean nouns, and how a verb ends that asks: what it was said of says otherwise.
_KOREAN_ENDING = re.compile(
    "(?:(?<=[가-힣]{2})(?:에서는|에서|에게|까지|부터|은|는|이|가|을|를|의|에|와|과|도|만|으로|로)"
    "|(?<=[가-힣])(?:하)?(?:였|았|었)?(?:습니까|ㅂ니까|입니까|인가요|인가|나요|는가|니까|까요))(?![가-힣])"
)
# Words that say how something is asked rather than what about.
_LIGHT_WORDS = """kind sort type name named call called thing make made get got give given go went
happen take took say said think thought become became use used work like long big large high old
number amount total much many often described mean according next first last new main
какой сколько называется назвали зовут нужно можно
viel viele heißt gibt lange hoch groß machen macht sagt"""
_LIGHT = frozenset(_LIGHT_WORDS.split())
_GERMAN_WORDS = "der die das den dem ein eine wer wie wo wann warum ist hat wird und"
_GERMAN = frozenset(_GERMAN_WORDS.split())
_DEFINES = re.compile(
    r"^(?:what|who) (?:is|are|was|were) |^(?:was|wer) (?:ist|sind|war) |^(?:что|кто) так"
    "|是什[么麼]|是[谁誰]"
)
_RUN = re.compile(f"[{CJK}]{{3,}}")
_SCRIPTS = {
    "latin": re.compile("[A-Za-zÀ-ɏ]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "cjk": re.compile(f"[{CJK}]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "thai": re.compile("[\u0e00-\u0e7f]"),
    "syllabic": re.compile("[\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff]"),
    "indic": re.compile("[\u0900-\u0dff]"),
    "greek": re.compile("[\u0370-\u03ff]"),
    "other": re.compile("[\u0530-\u05ff\u10a0-\u10ff\u1200-\u137f]"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The content words of a question, in order, with their weights.

    `names` are those that are names or figures, `codes` part numbers and the like, whose parts are
    no terms, `short` what the first letters of several names in
    a row spell, by name; `runs` the words of each stretch of CJK. `defines`: what or who something
    is is asked.
    """

    terms: dict[str, float]
    names: frozenset[str]
    codes: frozenset[str]
    short: dict[str, str]
    runs: list[tuple[str, ...]]
    kind: Kind | None
    defines: bool
    script: str

    def says(self, term: str) -> bool:
        """Whether it is neither a name nor light."""
        return term not in self.names | self.codes and self.terms[term] >= 1


def read_question(question: str) -> Asked:
    """Names and figures count for more, light words for less."""
    text = _KOREAN_ENDING.sub("", _QUESTION_PHRASES.sub(" ", question))
    codes = find_codes(text)
    glued = frozenset(find_glued(" ; ".join(codes)))
    terms = dict.fromkeys(glued, CODE_WEIGHT)
    for code in codes:
        text = text.replace(code, " ")
    names = frozenset(_find_names(text))
    for word in find_saying([normalize(word) for word in find_whole_words(text)]):
        if not (len(word) == 1 and "a" <= word <= "z"):
            light = LIGHT_WEIGHT if word in _LIGHT else 1.0
            terms[word] = NAME_WEIGHT if word in names else light
    runs = (find_whole_words(normalize(run)) for run in _RUN.findall(text))
    known = [tuple(word for word in run if word in terms) for run in runs]
    defines = len(terms) <= MOST_DEFINED and _DEFINES.search(normalize(question)) is not None
    return Asked(
        terms,
        names & terms.keys(),
        glued,
        find_initials(text),
        [run for run in known if run],
        find_kind(question),
        defines,
        find_script(question),
    )


def find_script(text: str) -> str:
    """The script that most of a text is written in; Latin where there are no letters."""
    if text.isascii():
        return "latin"
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS.items()}
    counts["cjk"] *= 3  # an ideograph says as much as some letters
    return max(counts, key=lambda name: counts[name])


def _find_names(text: str) -> Iterator[str]:
    """Figures, and what is written large inside a question, but not in German, where nouns are."""
    words = find_whole_words(text)
    german = not _GERMAN.isdisjoint(map(str.lower, words))
    for place, word in enumerate(words):
        if word[0].isdigit() or (place and word[0].isupper() and not german):
            yield normalize(word)
