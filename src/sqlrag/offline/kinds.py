"""Kinds of answers: which words ask for one, and what a sentence that gives it holds."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlrag.offline.words import is_function_word, normalize

Gives = Callable[[str], Collection[str]]  # what of a text is an answer of the kind

_MONTHS = (
    "jan(?:uar[yi]?)?|feb(?:ruary?)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli"
    "|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
    r"|(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*|ма[йя]"
)
_NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty"
    "|hundred|thousand|million|billion|twice|several"
    r"|один|одна|два|две|двух|три|четыре|пять|шесть|семь|восемь|девять|десять|сто|тысяч\w*|полтора"
    "|тридцать|двадцать|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|tausend"
    "|due|tre|quattro|cinque|sette|otto|nove|dieci|cento|mille|deux|trois|quatre|cinq|huit|neuf|dix"
    "|cent|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien|mil|dois|duas|três|quatro|oito|dez"
    "|δύο|τρεις|τρία|τέσσερ\\w+|πέντε|έξι|επτά|οκτώ|εννέα|δέκα|εκατό|χίλι\\w+"
    "|שני|שתי|שלוש\\w?|ארבע\\w?|חמש\\w?|שש\\w?|שבע\\w?|שמונה|תשע\\w?|עשר\\w?|מאה|אלף"
)
_FIGURE = re.compile(
    rf"\d[\d.,]*|\b(?:{_NUMBERS})\b|[一二三四五六七八九十百千万两兩半]"
    "|(?:하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열|스물)|[한두세네] ?[명개번권장대채척살시]"
)
_DIGIT = re.compile(r"\d[\d.,]*")
# Dates that are there anyway.
_DATE = re.compile(
    rf"\b(?:{_MONTHS})\.? \d{{1,2}}\b|\b(?:19|20)\d\d\b|\bq[1-4]\b"
    r"|\d{3,4} ?年(?:\d+月)?(?:\d+日)?"
)
_DURATION = re.compile(
    rf"(?:\d|\b(?:{_NUMBERS}|an?|few|couple of|some))[\s-]*"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|km|kilomet|met|miles?|feet"
    r"|sekunden?|minuten?|stunden?|tagen?|wochen?|monate|jahre?|секунд|минут|час|дн|недел|месяц"
    r"|лет|год)|[\d一二三四五六七八九十百两兩半][个個]?(?:秒|分|小时|小時|天|日|周|週|月|年)"
)
_TIME = re.compile(
    rf"\d+|\b(?:{_MONTHS})\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
    r"|\b(?:spring|summer|autumn|fall|winter|today|yesterday|tomorrow|ago|century|evening|morning"
    r"|until|after|before|within|during"
    r"|понедельник\w*|вторник\w*|сред[уаы]м?|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*|вечер\w*"
    r"|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonntags?)\b"
    "|[年月日周天晚早]"
)
_REASON = re.compile(
    r"\b(?:because|since|so|due|reason|why|in order|wanted?|hop(?:ed|ing)|caused?|as|thanks|for"
    r"|in case|otherwise|led|therefore|to"
    r"|потому|поскольку|так как|чтобы|из-за|благодаря|ради|поэтому"
    r"|weil|da|denn|damit|um|wegen|deshalb|daher|parce|car|pour|porque|para"
    r"|perché|poiché|per|επειδή|διότι|γιατί|λόγω|ώστε|כי|בגלל|כדי|מפני|משום)\b|για να"
    "|因[为為此]|由[于於]|[为為]了|原因|所以|以便|避免|때문|위해|위하여|므로|려고|니까|[아어여]서|이유"
)
_PLAIN_REASON = re.compile(
    r"\b(?:because|due to|reason|in order|wanted|so that|потому|поскольку|чтобы|из-за|weil|damit"
    r"|wegen|denn|perché|poiché|επειδή|διότι|בגלל|מפני|משום)\b|因[为為此]|由[于於]|[为為]了|原因|때문"
)
_LARGE = "[A-ZА-ЯЁÀ-ÖØ-ÞΆ-ΏΑ-Ϋ]"
_PERSON = re.compile(rf"(?<=[\w,;:'’)] ){_LARGE}[\w.'’-]+|(?:{_LARGE}\w+ )+{_LARGE}")
_CASED = re.compile("[A-Za-zÀ-ɏ\u0370-\u052f]")
_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|on|into|of|behind|under|above|в|во|на|из|у|под|aus|nach|bei|im|an|am)"
    r" (?:the |der |den |dem )?[\w«]|[在于於位市区區县縣省国國处處里裡]",
    re.IGNORECASE,
)
_ASK_REASON = (
    r"\b(?:why|what for|почему|зачем|отчего|warum|wieso|weshalb|pourquoi|perché|γιατί|למה|מדוע)\b"
    r"|\bpor qué\b|为什么|為什麼|为何|為何|原因|(?<![가-힣])왜"
)
_ASK_TIME = (
    r"\b(?:when|what (?:year|date|day|time|month)|which (?:year|month|day)|когда|в каком году|wann"
    r"|welche[smn]? (?:jahr|tag)|quand|cuándo|quando|πότε|מתי)\b"
    "|何时|何時|哪年|哪一年|什么时候|什麼時候|几点|幾點|哪天|时间|(?<![가-힣])(?:언제|몇 ?년)"
)
_ASK_DURATION = r"\b(?:how long|wie lange|как долго|combien de temps)\b|多久|多长时间|多長時間"
_ASK_FIGURE = (
    r"\bhow (?:many|much|old|far|often|tall|large|big|high|fast|deep)\b"
    r"|\bwhat (?:number|amount|percentage|share|percent|price|cost)\b|\bcosts?\b"
    r"|\b(?:сколько|wie ?viele?|wie (?:alt|hoch|weit|oft|groß)|combien|cuánt\w+|quant[oaie]"
    r"|quanti|πόσ\w+|כמה)\b|\bкостет\b"
    r"|\bкаков\w* (?:сумма|размер|срок|доля)|多少|几|幾|多长|多長|多高|多大|(?<![가-힣])(?:몇|얼마)"
)
_ASK_AMOUNT = (
    r"\bwhat (?:was|were|is|are)\b.*\b(?:sales|revenues?|incomes?|expenses?|debt|cash|margins?"
    r"|assets|liabilit\w+|shares|goodwill|inventor\w+|profits?|loss|tax\w*|rates?|budget|salary"
    r"|wages?|totals?|average|fees?|allowance|limit|worth|population|height|length|number)\b"
)
_ASK_PERSON = (
    r"\b(?:who|whom|whose|wer|wem|wen|кто|кого|кому|qui|quién|chi|quem|ποιος|ποιοι|ποιον|מי)\b"
    "|(?<![가-힣])(?:누가|누구)"
)
_ASK_PLACE = r"\b(?:where|wo|woher|wohin|где|куда|откуда|où|dónde)\b|哪里|哪裡|哪儿|何处"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer; `without` is what is left of the score of a sentence that gives none.

    `tells` is stricter: such a sentence needs no other beside it. `counts`: figures are asked for.
    """

    asks: re.Pattern[str]
    gives: Gives
    tells: Gives
    without: float
    counts: bool = False


def _holds(pattern: re.Pattern[str]) -> Gives:
    return lambda text: {found[0] for found in pattern.finditer(normalize(text))}


def _holds_as_written(pattern: re.Pattern[str]) -> Gives:
    return lambda text: {found[0] for found in pattern.finditer(text)}


def _holds_beside_dates(pattern: re.Pattern[str]) -> Gives:
    return lambda text: {found[0] for found in pattern.finditer(_DATE.sub(" ", normalize(text)))}


def _kind(asks: str, gives: Gives, without: float, tells: Gives | None = None) -> Kind:
    return Kind(re.compile(asks), gives, tells or gives, without)


def _count(asks: str, gives: Gives, without: float) -> Kind:
    return Kind(re.compile(asks), gives, gives, without, counts=True)


def _find_names(text: str) -> set[str]:
    """A word written large, but not for opening what comes after a colon: "use: How to fill it".
    Where nothing is written large, any text may name somebody."""
    if not _CASED.search(text):
        return {text}
    names = (normalize(name[0]) for name in _PERSON.finditer(text))
    return {name for name in names if not is_function_word(name)}


# The first that asks is meant.
KINDS = (
    _kind(_ASK_REASON, _holds(_REASON), 0.85, _holds(_PLAIN_REASON)),
    _kind(_ASK_TIME, _holds(_TIME), 0.55),
    _kind(_ASK_DURATION, _holds(_DURATION), 0.6),
    _count(_ASK_FIGURE, _holds_beside_dates(_FIGURE), 0.55),
    _count(_ASK_AMOUNT, _holds_beside_dates(_DIGIT), 0.5),
    _kind(_ASK_PERSON, _find_names, 0.7),
    _kind(_ASK_PLACE, _holds_as_written(_PLACE), 0.75),
)


def find_kind(question: str) -> Kind | None:
    folded = normalize(question)
    return next((kind for kind in KINDS if kind.asks.search(folded)), None)
