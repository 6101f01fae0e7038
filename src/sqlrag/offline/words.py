"""Words of a text in any script, and which of them carry no meaning of their own."""

import re
import unicodedata
from collections.abc import Collection

# Ideographs, kana and Hangul, as ranges for a character class.
CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
CJK += "\U00020000-\U0003ffff"
# Thai, Lao, Burmese and Khmer, whose vowels and tones are characters of their own.
_SYLLABLES = "\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e\u0e81-\u0edf"
_SYLLABLES += "\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
_RUN = re.compile(f"[{CJK}]+|[{_SYLLABLES}]+|[^\\W_{CJK}{_SYLLABLES}]{{1,64}}")
_PLAIN_RUN = re.compile("[0-9A-Za-z]{1,64}")  # of ASCII, in a third of the time
# Devanagari to Sinhala, whose vowel signs are marks and no letters.
_WHOLE = re.compile(f"[\u0900-\u0963\u0966-\u0dff]{{1,64}}|{_RUN.pattern}")
_UNSPACED = re.compile(f"[{CJK}{_SYLLABLES}]")
_HIRAGANA_ONLY = re.compile("[\u3040-\u309f]+")

_ENGLISH = """a an the and or but nor so yet if then than as of in on at by for from to into onto
with without within about over under between among through during before after is are was were be
been being am do does did done doing have has had having can could may might must shall should will
would i you he she it we they me him her us them my your his its our their this that these those
there here who whom whose which what when where why how not no any all some each every both other
another such same more most much many few own only also just very too s t please tell"""
_RUSSIAN = """а без бы был была были было быть в вам вас вы где да для до его ее если есть еще же за
и из или им их к как какая какие каков какова какое какой какую кем кого когда кому кто куда ли либо
между мне может мы на над нас не него нее ней нет ни них но ну о об обо однако он она они оно от
откуда очень по под после почему при про с сколько со так такой там то того тоже только том тот ту
ты у уже чего чем через что чтобы чья эта эти это этого этой этот я который которая
которое которые"""
_WESTERN = """der die das den dem des ein eine einen einem einer und oder aber ist sind war waren
wird werden hat haben nicht mit von zu im am auf aus bei nach wie wer wo wann warum welche welcher
le la les un une des du et ou est sont dans sur pour par avec que qui quoi quel quelle quels quand
comment pourquoi el los las del y en por para con como donde cuando cual quien es son"""
_OF_ENGLISH, _OF_WESTERN = frozenset(_ENGLISH.split()), frozenset(_WESTERN.split())
FUNCTION_WORDS = frozenset(_RUSSIAN.split()) | _OF_ENGLISH | _OF_WESTERN
# Of questions in further languages, where they are no name or content word of another. They stay
# out of FUNCTION_WORDS: what was embedded and extracted with those would change.
_FURTHER = """cuánto cuántos cuánta cuántas cuál quién dónde cuándo cómo qué está um à ao pelo
pela em é são foi foram qual quais quanto quantos quanta quantas quando onde quem il lo gli una
di dei della delle nel nella che quale quali quanti quante sono stato è het een zijn werd welk
hoeveel wanneer waar waarom ο η το οι τα του της των τον την στο στη στην στον και είναι ήταν με
για από σε που ποιος ποια ποιο ποιοι ποιες πόσο πόσα πόσοι πόσες πότε πού πώς τι έχει bir için
nedir nerede kaç hangi nasıl jest są był była było się jaki jaka jakie kto gdzie kiedy och är
ett som många hvor hvem hvad når
de combien où quoi quels quelles il woher womit wofür wieso weshalb wieviel welchen czym ilu ile
का के की को से ने में पर है हैं था थी थे हुआ हुई हुए क्या कौन किसने किस किसका किसके किसकी कब कहाँ कहां क्यों कैसे
कितना कितनी कितने और यह वह इस उस भी ही तक
ما من متى كم أين كيف هل لماذا ماذا في على إلى عن التي الذي هو هي هذا هذه كان كانت
מה מי מתי איפה היכן כמה למה מדוע איך של את על הוא היא זה היה הייתה"""
_SAY_LITTLE = FUNCTION_WORDS | frozenset(_FURTHER.split())

_FUNCTION_CHARACTERS = frozenset("的了吗嗎呢啊吧是們们這这那")


# Soft hyphens, joiners, marks of direction and of variants; stress over Cyrillic.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
    "|[\U000e0100-\U000e01ef]|(?<=[\u0400-\u052f])[\u0300\u0301]"
)
_LETTERS = str.maketrans("ёЁ٬٫", "еЕ,.")
# Quick looks, each of one class: what they find is rare, and what they spare costs more than they.
_MAY_BE_UNSEEN = re.compile(
    "[\u00ad\u0300\u0301\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef]"
)
_HAS_LETTERS = re.compile("[ёЁ٬٫]")
_MAY_COUNT = re.compile(r"\d[,. '’]\d")
_MAY_JOIN = re.compile(r"[.+#♯](?:[^\W\d]|[+]|(?<=[#♯]))")
_DIGIT = re.compile(r"[^\x00-\x7f\D]")
_ACCENTED = re.compile("[\u00df-\u024f\u0370-\u03ff\u1e00-\u1fff]")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_PLAIN = str.maketrans("łøđðħŧıς", "loddhtiσ") | str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)
_NUMBER = re.compile(r"\d(?<!\w.)\d{0,2}(?:(?:,\d{2,3})*,\d{3}|(?:\.\d{3})+|(?:[ '’]\d{3})+)(?!\d)")
_JOINED = re.compile(r"\b(?:(?:[^\W\d][.])+[^\W\d]\b|\w+\+\+|\w[#♯](?!\w))")
_NAMES = re.compile(r"\b[A-ZА-ЯЁ][\w-]*(?: [A-ZА-ЯЁ][\w-]*)+")
# Figures and letters, few or large, that signs join; of a day and a month they are figures alone.
_PART = r"(?:\d+[a-zA-Z]{0,2}|[A-Z]{1,8}\d*|[a-z]{1,2}\d*)"
_CODE = re.compile(rf"(?<![\w./#-])(?=[\d./#_-]*[a-zA-Z]){_PART}(?:[-./#_]{_PART})+(?![\w/#-])")
_NUMBERED = re.compile(r"\b[^\W\d_]{1,8} \d\w*\b")
_PARTING = re.compile(r"[\W_]+")
_DIGIT_OF_ANY = re.compile(r"\d")
_SIGNS = str.maketrans({".": "", "+": "plus", "#": "sharp", "♯": "sharp"})


def fold(text: str) -> str:
    """One spelling for what readers take for the same, case aside, as `sqlrag.normal_form` has it:
    NFKC, nothing that nobody sees, digits of ASCII, е for ё."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    if _MAY_BE_UNSEEN.search(text):
        text = _UNSEEN.sub("", text)
    if _HAS_LETTERS.search(text):
        text = text.translate(_LETTERS)
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def normalize(text: str) -> str:
    """The same in small letters."""
    return fold(text).lower()


def find_spellings(text: str) -> list[str]:
    """What words of a normalized text are written like elsewhere: without accents, and what
    signs join without them, as `sqlrag.lexemes` has them: lodz, 1250000, usa, cplusplus."""
    return [spelling for kind in list_spellings(text) for spelling in kind]


def list_spellings(text: str) -> tuple[list[str], list[str], list[str]]:
    """The same by kind: words without accents, figures, and what signs join."""
    words = find_words(text) if _ACCENTED.search(text) else ()
    accented = (word for word in words if _ACCENTED.search(word))
    plain = [_ACCENTS.sub("", unicodedata.normalize("NFD", word)) for word in accented]
    counted = _NUMBER.finditer(text) if _MAY_COUNT.search(text) else ()
    numbers = [re.sub(r"\D", "", found[0]) for found in counted]
    signed = _JOINED.finditer(text) if _MAY_JOIN.search(text) else ()
    joined = [found[0].translate(_SIGNS) for found in signed]
    return [word.translate(_PLAIN) for word in plain], numbers, joined


def find_codes(text: str) -> list[str]:
    """Part numbers and the like, as `P-1` and `XK-204/B`; not `24-hour`, nor a date."""
    return [found[0] for found in _CODE.finditer(text) if _DIGIT_OF_ANY.search(found[0])]


def find_glued(text: str) -> list[str]:
    """The codes of a text in small letters without what parts them, and so names with the figure
    after them: p1, iso9001."""
    codes = [*find_codes(text), *(found[0] for found in _NUMBERED.finditer(text))]
    return [_PARTING.sub("", normalize(code)) for code in codes]


def find_initials(text: str) -> dict[str, str]:
    """What the first letters of several names in a row spell, by each of them: Y Combinator is
    YC."""
    short: dict[str, str] = {}
    for run in _NAMES.findall(text):
        names = [normalize(name) for name in run.split()]
        short |= dict.fromkeys(names, "".join(name[0] for name in names))
    return short


def find_words(text: str) -> list[str]:
    """Words in text order, as given; runs of CJK become their overlapping bigrams, runs of Thai,
    Lao, Khmer and Burmese their trigrams, as `sqlrag.lexemes` has them."""
    return _part(_RUN, text)


def find_whole_words(text: str) -> list[str]:
    """The same, but the words of India with their vowel signs, at which `find_words` parts them:
    what was embedded and extracted with that would change."""
    return _part(_WHOLE, text)


def _part(pattern: re.Pattern[str], text: str) -> list[str]:
    if text.isascii():
        return _PLAIN_RUN.findall(text)
    runs: list[str] = pattern.findall(text)
    if not _UNSPACED.search(text):
        return runs
    words: list[str] = []
    for run in runs:
        if is_cjk(run):
            size = 2 if run[0] > "\u2000" else 3
            words.extend(run[i : i + size] for i in range(max(1, len(run) - size + 1)))
        else:
            words.append(run)
    return words


def word_set(text: str) -> frozenset[str]:
    """The words of a text, normalized for comparison."""
    folded = normalize(text)
    return frozenset((*find_words(folded), *find_spellings(folded)))


def is_cjk(word: str) -> bool:
    """Whether it is of a script without spaces: CJK, Thai, Lao, Khmer or Burmese."""
    return _UNSPACED.match(word) is not None


def says_little(word: str) -> bool:
    """Whether a normalized word of a question says how, not what it asks for."""
    return word in _SAY_LITTLE or is_function_word(word)


def find_saying(words: Collection[str]) -> list[str]:
    """Those of a question's normalized words that say what it asks for. In an English question,
    and alone, a word is kept that says little elsewhere: war, son, hat."""
    english, western = _OF_ENGLISH.intersection(words), _OF_WESTERN.intersection(words)
    kept = western - english if len(english) > len(western) or len(words) == 1 else frozenset()
    return [word for word in words if word in kept or not says_little(word)]


def is_function_word(word: str) -> bool:
    """Whether a normalized word says how, not what: articles, particles, question words."""
    if word in FUNCTION_WORDS:
        return True
    if not is_cjk(word):
        return False
    return bool(_HIRAGANA_ONLY.fullmatch(word)) or not _FUNCTION_CHARACTERS.isdisjoint(word)
