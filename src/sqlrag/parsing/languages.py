"""Which Postgres text-search configuration fits a text."""

import re
from functools import cache
from typing import Any

# Languages by ISO 639 code and their configuration in PostgreSQL 16. Neighbours without one are
# told apart too, lest Ukrainian be stemmed as Russian or Czech as Serbian.
CONFIGURATIONS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish",
    "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian", "nn": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
NEIGHBOURS = [
    "zh", "ja", "ko", "th", "uk", "be", "bg", "mk", "pl", "cs", "sk", "sl", "hr", "et", "lv",
    "vi", "he", "fa", "ur", "bn", "ka", "kk",
]  # fmt: skip
WORD = re.compile(r"[^\W\d_]+")
SCRIPTS = {
    "cjk": re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]"),
    "thai": re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"),  # and Lao, Burmese, Khmer
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "greek": re.compile(r"[\u0370-\u03ff]"),
    "armenian": re.compile(r"[\u0530-\u058f]"),
    "arabic": re.compile(r"[\u0600-\u06ff]"),
    "devanagari": re.compile(r"[\u0900-\u097f]"),
    "tamil": re.compile(r"[\u0b80-\u0bff]"),
}
SURE = 0.4


def detect_language(text: str) -> str:
    """The name of a text-search configuration of PostgreSQL 16; `simple` where none fits.

    `simple` stands for languages without one (Chinese, Thai, Polish …), for no words and for too
    few words to tell. In a text of two scripts the one that is not Latin decides from an eighth
    of the letters on: the quoted code and names are Latin, and Postgres's `russian` stems words
    in ASCII as English.
    """
    words = WORD.findall(_sample(text))
    letters = sum(map(len, words))
    script, count = _leading_script("".join(words))
    if count * 8 < letters or not count:
        return _classify(words)
    if script in ("cjk", "thai"):
        return "simple"
    return _classify([word for word in words if SCRIPTS[script].match(word)])


def _sample(text: str, size: int = 8_000) -> str:
    """The start, the middle and the end: a start alone may be boilerplate."""
    if len(text) <= 3 * size:
        return text
    middle = len(text) // 2
    return f"{text[:size]} {text[middle : middle + size]} {text[-size:]}"


def _leading_script(letters: str) -> tuple[str, int]:
    counts = ((script, len(pattern.findall(letters))) for script, pattern in SCRIPTS.items())
    return max(counts, key=lambda found: found[1])


def _classify(words: list[str]) -> str:
    if not words:
        return "simple"
    language, confidence = _identifier().classify(" ".join(words))
    return CONFIGURATIONS.get(language, "simple") if confidence >= SURE else "simple"


def rank_languages(text: str) -> dict[str, float]:
    """How likely each language is, by ISO 639 code; they sum to 1."""
    return dict(_identifier().rank(text))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # type: ignore[no-untyped-call]
    identifier.set_languages([*CONFIGURATIONS, *NEIGHBOURS])
    return identifier
