"""Text in the encodings from before Unicode: a guess, corrected by what languages look like."""

import re

from charset_normalizer import from_bytes

from sqlrag.parsing.languages import detect_language

CANDIDATES = [
    *("gb18030", "big5", "cp932", "euc_jp", "euc_kr"),
    *("cp1251", "koi8_r", "cp1252", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2"),
]
WESTERN = {
    *("english", "french", "german", "spanish", "italian", "portuguese", "dutch", "danish"),
    *("norwegian", "swedish", "finnish", "catalan", "irish", "basque", "indonesian"),
}
EAST_EUROPEAN = {"cp1250", "cp1254", "iso8859_2"}
KANA = re.compile(r"[\u3041-\u30ff]")
HANGUL = re.compile(r"[\uac00-\ud7a3]")
HAN = re.compile(r"[\u4e00-\u9fff\uf900-\ufaff]")


def decode_legacy(data: bytes) -> str | None:
    """The text in its most plausible code page, or None where none is plausible."""
    best = from_bytes(data, cp_isolation=CANDIDATES).best()
    if best is None:
        return None
    text = str(best)
    for encoding in _corrections(best.encoding, text):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text


def _corrections(encoding: str, text: str) -> list[str]:
    """Code pages more likely than the guessed one.

    GB bytes are often valid EUC, but Korean is written in Hangul and Japanese never without
    kana; the pages of Western and Eastern Europe differ in which letters carry which accents.
    """
    han = len(HAN.findall(text))
    if encoding == "euc_kr" and han > 0.2 * len(HANGUL.findall(text)):
        return ["gb18030"]
    if encoding in ("euc_jp", "cp932") and len(KANA.findall(text)) < 0.1 * han:
        return ["gb18030", "big5"]
    if encoding in EAST_EUROPEAN and detect_language(text) in WESTERN:
        return ["cp1252"]
    return []
