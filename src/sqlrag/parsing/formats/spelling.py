"""How unlike written words a text is: what its bytes give in the wrong code page."""

from collections import Counter
from functools import cache
from math import exp, log
from typing import Any

import regex  # tiktoken brings it

from sqlrag.parsing.languages import rank_languages


def _compiled(pattern: str) -> Any:
    return regex.compile(pattern, regex.V1)  # type: ignore[no-untyped-call]


OTHERS = r"\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Arabic}\p{Thai}"
HAN = r"\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3"
WIDE = HAN + r"\u3041-\u30ff"
SIGNS = r"[[\p{S}\p{N}\p{P}\xad]&&[\x80-\u2fff]]"
TONOS = "άέήίόύώΐΰΆΈΉΊΌΎΏ"
# What no text holds, or seldom, and how odd it is: a letter that is wrong for certain counts 1.
ODD = {
    _compiled(pattern): weight
    for pattern, weight in {
        r"[[\p{Cc}\p{Co}\p{Cn}\ufffd]--[\x00-\x7f]]": 3.0,
        r"[\u2500-\u25ff\u02b0-\u02ff\u0e03\u0e05]": 1.0,  # boxes, accents alone, letters given up
        # Scripts in one word, and a letter alone amid Latin.
        rf"\p{{Latin}}(?=[{OTHERS}])|[{OTHERS}](?=\p{{Latin}})": 2.0,
        rf"[{WIDE}](?=[{OTHERS}])|[{OTHERS}](?=[{WIDE}])": 2.0,
        rf"(?<![{WIDE}])[{HAN}](?![{WIDE}])": 1.0,  # words are longer
        rf"(?<=[a-z] )[{OTHERS}](?!\p{{L}})|[{HAN}](?=[a-z]{{1,2}}(?![a-z]))": 1.0,
        rf"(?<![{WIDE}])[{HAN}](?=[a-z])|(?<=[a-z])[{HAN}](?![{WIDE}])": 2.0,
        rf"[\xc0-\u02ff](?=[{WIDE}])|(?<=[{WIDE}])[\xc0-\u02ff]": 0.5,
        r"[\uff61-\uff9f]": 0.3,
        # Signs amid letters, before and after them.
        rf"(?<=\p{{L}})[{SIGNS}--[’—·]](?=\p{{L}})|(?<!l)·(?=\p{{L}})": 1.0,
        r"(?<=\p{L})—(?=\p{L})": 0.5,
        r"(?<=\p{L}{3})(?<!ll)’(?=\p{L}{3})": 0.7,
        rf"(?<![\p{{L}}\p{{M}}])[{SIGNS}--[«“‘’¿¡‹„‚—–…°]](?=\p{{L}})|[‚„](?!\w)": 1.0,
        r"(?<=\p{L})[‡†•‰·¹¼½¾÷±£¥¢¤¦§¨¯´¸×¬©](?!\p{L})|(?<=\p{L}{3})[²³°](?!\p{L})": 1.0,
        r"(?<=\p{L})[\xa0\xad](?!\S)": 0.5,
        # Capitals after small letters.
        r"[a-z](?=[\p{Lu}--[A-Z]])|[\p{Ll}--[a-z]](?=\p{Lu})": 1.0,
        r"(?<!\p{L})\p{Lu}[\p{Lu}--[A-Z]](?=\p{Ll})": 0.7,
        # Greek words without an accent, ends of words within them and in Hebrew, vowels of Thai.
        rf"(?<!\p{{L}})(?!\p{{L}}*[{TONOS}])\p{{Greek}}\p{{L}}{{2,}}\p{{Ll}}(?!\p{{L}})": 2.0,
        r"ς(?=\p{L})|(?<=\p{Greek})σ(?!\p{L})|[ךםןףץ](?=[א-ת])|(?<![א-ת])[\u05b0-\u05c7]": 1.0,
        r"(?<=[א-ת]{2})[כמנפצ](?!\p{L})": 0.5,
        r"[เแโใไ](?![ก-ฮ])|(?<![ก-ฮะ-ฺ็-์])[ัิ-ฺ็-์]|[ةى](?=[ء-ي])": 1.0,
    }.items()
}
IDEOGRAPHS = _compiled(rf"[{HAN}]")
OPENING = _compiled(r"[«“„‘‚‹](?=\w)")
CLOSING = _compiled(r"(?<=[\w.,!?;:])[»”“’‘›\"']")
UNOPENED = _compiled(r"(?<=\w)[“‘»](?!\w)")
# The first level of each standard, which holds the signs of every day: by their first byte.
EVERYDAY = {
    "gb2312": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7),
    "euc_jp": range(0xB0, 0xD0), "euc_kr": range(0xB0, 0xC9),
}  # fmt: skip
# Letters beyond a to z.
LATIN = {
    "de": "äöüß", "fr": "àâæçèéêëîïôùûüœÿ", "es": "áéíñóúüªº", "pt": "áâãàçéêíóôõúüªº",
    "it": "àèéìíîòóùº", "nl": "áèéëïíóöüúê", "ca": "àçèéíïòóúü", "sv": "åäöéàü",
    "da": "æøåéèêóòâôäö", "no": "æøåéèêóòâôäö", "ga": "áéíóú", "fi": "åäöéšž", "et": "äõöüšž",
    "lv": "āčēģīķļņšūž", "lt": "ąčęėįšųūž", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "ro": "âăîşţșț", "hr": "ćčđšž", "sl": "čšž",
    "tr": "çğıöşüâîû", "en": "éèêëïçñöàâ", "eu": "ñü", "id": "é", "is": "áðéíóúýþæö",
    "vi": "ăâđêôơưáàéèíóòúùýãõ\u0300\u0301\u0303\u0309\u0323",
}  # fmt: skip
CYRILLIC = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя", "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш", "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
}  # fmt: skip
LETTERS = {
    "cyrillic": _compiled(r"\p{Cyrillic}"),
    "latin": _compiled(r"[[\p{Latin}\u0300-\u0323]--[a-z]]"),
}
SLOPES = {"cyrillic": 0.6, "latin": 0.3}  # where a text has letters by the dozen, and by the few
SURE_OF = 50  # letters of ASCII, from which their language is known


def oddness(text: str) -> float:
    """Of the whole text: 0 where all of it may be words."""
    found = sum(len(pattern.findall(text)) * weight for pattern, weight in ODD.items())
    strange = sum(not is_everyday(sign) for sign in IDEOGRAPHS.findall(text))
    opened = len(OPENING.findall(text))
    unclosed = opened - len(CLOSING.findall(text)) if opened else len(UNOPENED.findall(text))
    asked = sum(max(text.count(sign) - text.count(end), 0) for sign, end in ("¡!", "¿?"))
    return found + strange + max(unclosed, 0) + 0.7 * asked


@cache
def is_everyday(sign: str) -> bool:
    """Whether an ideograph or a syllable is of the first level of a standard."""
    for standard, first in EVERYDAY.items():
        written = sign.encode(standard, "ignore")
        if len(written) == 2 and written[0] in first:
            return True
    return False


def languages_of(ascii_text: str) -> dict[str, float]:
    """How likely the languages of LATIN are by words without accents: little by few letters."""
    sure = min(0.8, len(ascii_text) / SURE_OF)
    shares = rank_languages(ascii_text) if ascii_text else {}
    known = sum(shares.get(language, 0) for language in LATIN) or 1
    return {
        language: sure * shares.get(language, 0) / known + (1 - sure) / len(LATIN)
        for language in LATIN
    }


def fit(text: str, languages: dict[str, float]) -> tuple[str, float] | None:
    """The script of the letters above ASCII, and how well they fit those languages that write in
    it: 0 at best, the logarithm of a likelihood. None where they are of other scripts."""
    for script, letter in LETTERS.items():
        letters = Counter[str](letter.findall(text.lower()))
        if letters:
            alphabets = CYRILLIC if script == "cyrillic" else LATIN
            shares = dict.fromkeys(CYRILLIC, 1 / len(CYRILLIC)) | languages
            likely = sum(
                shares[language] * exp(-_strangeness(letters, alphabet, SLOPES[script]))
                for language, alphabet in alphabets.items()
            )
            return script, log(likely)
    return None


def _strangeness(letters: Counter[str], alphabet: str, slope: float) -> float:
    foreign = sum(count for letter, count in letters.items() if letter not in alphabet)
    return foreign / letters.total() + slope * min(foreign, 6)


def is_english(text: str) -> bool:
    """Whether its letters are those of English words and names, some with accents."""
    return all(sign < "\x80" or sign in LATIN["en"] for sign in text.lower() if sign.isalpha())
