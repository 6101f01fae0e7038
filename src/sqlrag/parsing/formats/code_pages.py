"""Text from before Unicode: which code page its bytes are of."""

import re

from sqlrag.parsing.languages import detect_language
from sqlrag.parsing.remarks import remark

# What files are written in; mainframes and small machines would win too many short texts.
CODE_PAGES = (
    *("cp932", "euc-jp", "gb18030", "big5", "cp949"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso-8859-2", "iso-8859-5", "iso-8859-6", "iso-8859-7", "koi8-r", "koi8-u"),
    *("cp850", "cp852", "cp866", "cp874"),
)
WIDE = {"cp932", "euc-jp", "euc_jis_2004", "shift_jis_2004", "gb18030", "big5hkscs", "cp949"}
WESTERN = {
    *("english", "french", "german", "spanish", "italian", "portuguese", "dutch", "danish"),
    *("norwegian", "swedish", "finnish", "catalan", "irish", "basque", "indonesian"),
}
# Names, addresses and heads of tables, in which there may be neither kana nor sentences.
EVERYDAY = {
    "euc-jp": "氏名日本東京都市町村区県番号電話住所部課長社員年月時分円営業株式会山田中佐藤鈴木"
    "高橋伊渡辺小林加吉井上松野清水一二三四五六七八九十大学校男女生産品価格数量合計金額税備"
    "考担当者事総務経理",
    "gb18030": "姓名中国北京上海广州深圳市省县区路号电话地址公司部门经理有限年月日时分元人民数"
    "量价格单位合计金额备注产品编号客户王李张刘陈杨赵黄周吴一二三四五六七八九十的是在不了有"
    "和这大为个以要生到男女",
    "big5": "姓名臺北高雄市縣區路號電話地址公司部門經理有限年月日時分元人數量價格單位合計金額備"
    "註產品編客戶王李張劉陳楊趙黃周吳一二三四五六七八九十的是在不了有和這大為個國以要生到於"
    "男女",
}
EVERYDAY |= {"cp932": EVERYDAY["euc-jp"], "big5hkscs": EVERYDAY["big5"]}
SCRIPTS = re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")  # kana and hangul tell by themselves
SURER = 0.25  # of the characters
LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")
LETTER = re.compile(rb"[a-zA-Z]")
EAST_ASIAN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+")
SAMPLE = 100_000
FEW = 60  # bytes above ASCII; of so few one text in twenty was taken for another page


def guess_text(data: bytes) -> str:
    """The text in the page that its letters look most like; what is little sure is remarked."""
    import chardet  # seldom needed

    sample = b""
    for line in LINE.finditer(data):
        sample += line[0][: SAMPLE - len(sample)]
        if len(sample) >= SAMPLE:
            break
    if not sample:
        return data.decode("ascii")
    found = chardet.detect(sample, include_encodings=CODE_PAGES, compat_names=False)["encoding"]
    count = sum(byte > 0x7F for byte in sample)
    is_accent = count < 4 and len(LETTER.findall(sample)) > 4
    page = "cp1252" if is_accent else _corrected(found or "cp1252", sample)
    if count < FEW:
        remark(
            f"it was read as {page}, by the look of {count} letters or so; save it as UTF-8 if "
            "they are wrong"
        )
    return data.decode(page, "replace")


def _corrected(page: str, sample: bytes) -> str:
    """Signs of Western text, such as degrees and accents, may be letters of other pages."""
    text = sample.decode(page, "replace")
    runs = EAST_ASIAN.findall(text)
    if page in WIDE and all(len(run) == 1 for run in runs) and not _everyday(sample, page):
        return "cp1252"  # words are longer
    if page in WIDE and not SCRIPTS.search(text):
        shares = {other: _everyday(sample, other) for other in EVERYDAY}
        best = max(shares, key=shares.__getitem__)
        return best if shares[best] > _everyday(sample, page) + SURER else page
    is_western = page in ("cp1250", "cp1254", "iso8859-2") and detect_language(text) in WESTERN
    return "cp1252" if is_western else page


def _everyday(sample: bytes, page: str) -> float:
    return _share(sample.decode(page, "replace"), EVERYDAY.get(page, ""))


def _share(text: str, everyday: str) -> float:
    """Of the characters above ASCII."""
    signs = [sign for sign in text if sign > "\x7f"]
    return sum(sign in everyday for sign in signs) / max(len(signs), 1)
