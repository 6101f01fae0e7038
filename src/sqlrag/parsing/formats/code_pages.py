"""Text from before Unicode: which code page its bytes are of."""

import re
from collections.abc import Iterator
from math import log

from sqlrag.parsing.remarks import remark

# What files are written in, and how much rarer than others: so much more their letters must fit.
CODE_PAGES = {
    "cp932": 0.0, "euc_jis_2004": 0.0, "gb18030": 0.0, "big5hkscs": 0.0, "cp949": 0.0, "johab": 0.6,
    "cp1250": 0.2, "cp1251": 0.0, "cp1252": 0.0, "cp1253": 0.1, "cp1254": 0.3, "cp1255": 0.1,
    "cp1256": 0.0, "cp1257": 0.3, "cp1258": 1.2, "iso8859-2": 0.21, "iso8859-4": 1.2,
    "iso8859-5": 0.1, "iso8859-6": 0.1, "iso8859-7": 0.1, "koi8-r": 0.0, "koi8-u": 0.0,
    "cp437": 0.5, "cp737": 0.4, "cp775": 0.9, "cp850": 0.5, "cp852": 0.6, "cp857": 0.7,
    "cp862": 0.4, "cp866": 0.15, "cp874": 0.0, "mac-roman": 0.5, "mac-cyrillic": 0.3,
}  # fmt: skip
WIDE = ("cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949")
# In names, addresses and heads of tables, where there may be neither kana nor sentences.
COMMON = {
    "euc_jis_2004": "氏名日本東京都市町村区県番号電話住所部課長社員年月時分円営業株式会山田中"
    "佐藤鈴木高橋伊渡辺小林加吉井上松野清水一二三四五六七八九十大学校男女生産品価格数量合計金額税備考"
    "担当者事総務経理",
    "gb18030": "姓名中国北京上海广州深圳市省县区路号电话地址公司部门经理有限年月日时分元人民数"
    "量价格单位合计金额备注产品编号客户王李张刘陈杨赵黄周吴一二三四五六七八九十的是在不了有"
    "和这大为个以要生到男女",
    "big5": "姓名臺北高雄市縣區路號電話地址公司部門經理有限年月日時分元人數量價格單位合計金額備"
    "註產品編客戶王李張劉陳楊趙黃周吳一二三四五六七八九十的是在不了有和這大為個國以要生到於"
    "男女",
}
COMMON |= {"cp932": COMMON["euc_jis_2004"], "big5hkscs": COMMON["big5"]}
LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")
NO_LETTERS = re.compile(rb"[^a-zA-Z]+")
SAMPLE = 100_000
LOOKED_AT = 2_000  # bytes, word by word
MOST_PAGES = 16  # of the likely ones
LEAST = 0.003  # of what chardet is sure of: it is not sure of short texts
FEW = 60  # bytes above ASCII; of so few one text in twenty was taken for another page


def guess_text(data: bytes) -> str:
    """The text in the page that its letters look most like; what is little sure is remarked."""
    sample = b""
    for line in LINE.finditer(data):
        sample += line[0][: SAMPLE - len(sample)]
        if len(sample) >= SAMPLE:
            break
    if not sample:
        return data.decode("ascii")
    page = _best_page(sample)
    count = sum(byte > 0x7F for byte in sample)
    if count < FEW:
        remark_guess(page, count)
    return data.decode(page, "replace")


def remark_guess(page: str, count: int) -> None:
    remark(
        f"it was read as {page}, by the look of {count} letters or so; save it as UTF-8 if they "
        "are wrong"
    )


def _best_page(sample: bytes) -> str:
    """chardet compares pairs of letters, which tell little of a few words: what can be no words
    in any language counts against a page, and letters that their language does not have."""
    from sqlrag.parsing.formats import spelling  # seldom needed

    start = sample[:LOOKED_AT]
    languages = spelling.languages_of(NO_LETTERS.sub(b" ", start).decode())
    is_accent = sum(byte > 0x7F for byte in sample) < 4
    scores, fits = {}, {}
    for page, confidence in _candidates(sample):
        text = start.decode(page, "replace")
        odd = spelling.oddness(text)
        scores[page] = log(confidence + LEAST) - CODE_PAGES[page]
        scores[page] += 2 * _share_of(COMMON.get(page, ""), text)
        if page == "cp1252" and is_accent and spelling.is_english(text):
            scores[page] += 0.4
        scores[page] -= 2 * odd / sum(sign > "\x7f" for sign in text) + 0.4 * min(odd, 5)
        fits[page] = spelling.fit(text, languages)
    best: dict[str, float] = {}
    for script, likely in filter(None, fits.values()):
        best[script] = max(likely, best.get(script, likely))
    for page, found in fits.items():
        scores[page] += found[1] - best[found[0]] if found else 0
    return max(scores, key=scores.__getitem__, default="cp1252")


def _share_of(common: str, text: str) -> float:
    """Of the characters above ASCII."""
    signs = [sign for sign in text if sign > "\x7f"]
    return sum(sign in common for sign in signs) / max(len(signs), 1)


def _candidates(sample: bytes) -> Iterator[tuple[str, float]]:
    """The likely pages, and those of East Asia in which the bytes are valid: of a few signs that
    begin alike, such as kana, chardet takes them for none."""
    import chardet

    found = chardet.detect_all(
        sample, ignore_threshold=True, include_encodings=CODE_PAGES, compat_names=False
    )
    pages = {page: one["confidence"] for one in found if (page := one["encoding"])}
    likely = list(pages.items())[:MOST_PAGES]
    yield from likely
    for page in WIDE:
        if page not in dict(likely):
            try:
                sample.decode(page)
            except UnicodeDecodeError:
                continue
            yield page, 0.0
