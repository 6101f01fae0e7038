"""Plain text in whatever encoding it comes."""

import codecs
import re
from pathlib import PurePath

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.code_pages import FEW, guess_text, remark_guess
from sqlrag.parsing.formats.titles import find_titles
from sqlrag.parsing.refusals import unreadable

# UTF-32 before UTF-16: their little-endian marks begin alike.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    **dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
SAMPLE = 100_000
# Letters of alphabets, kana and marks of sentences.
WRITTEN = re.compile(
    r"[\t\n\r -~\xa0-\u06ff\u0900-\u0e7f\u1e00-\u1fff\u2010-\u203a\u20ac\u3000-\u3011"
    r"\u3041-\u30ff\uff01-\uff5e]"
)
WIDE_FROM = 0.9
FEWEST_WIDE = 5
# Files written into a text: a picture of a page, of a note, of a value. Short ones are examples.
DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.=+-]+)*,[\w%+/=.~!*-]{64,}", re.ASCII)
PROSE = {"", ".txt", ".text", ".rst"}  # where an underlined line is a title
JAPANESE = b"\x1b$B"


class NotText(ValueError):
    """The bytes are not text in any encoding we know."""


def parse_text(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    text = read_text(data)
    is_prose = PurePath(file_name).suffix.lower() in PROSE
    return ParsedDocument(text, "text/plain", headings=find_titles(text) if is_prose else ())


def read_text(data: bytes, declared: str | None = None) -> str:
    """Decode and clean, without data URIs; raise UnreadableDocument for what is not text."""
    try:
        return DATA_URI.sub("", clean(decode(data, declared)))
    except NotText:
        raise unreadable(
            "it holds binary data, not text", "give it the extension of its format"
        ) from None


def clean(text: str) -> str:
    """Line ends become `\\n`; NUL characters vanish and lone surrogates become U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of the bytes: byte-order mark, UTF-8, `declared`, then what fits best.

    Raises NotText where nothing fits or control characters betray binary data.
    """
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return _sober(data.decode(encoding, "replace"))
    return _sober(
        _seven_bits(data) or _utf8(data) or _declared(data, declared) or _wide(data)
        or _damaged_utf8(data) or guess_text(data.replace(b"\0", b""))
    )  # fmt: skip


def _sober(text: str) -> str:
    if _share(CONTROLS, text[:SAMPLE].replace("\0", "")) > 0.01 or text.count("\0") > len(text) / 8:
        raise NotText
    return text


def _share(pattern: re.Pattern[str], text: str) -> float:
    return len(pattern.findall(text)) / max(len(text), 1)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _seven_bits(data: bytes) -> str | None:
    """Japanese of mail, which is valid ASCII too."""
    return _strict(data, "iso2022_jp_2") if JAPANESE in data and data.isascii() else None


def _utf8(data: bytes) -> str | None:
    text = _strict(data, "utf-8")
    # ASCII and Cyrillic in UTF-16 are valid UTF-8 too, full of control characters.
    wide = text and _share(CONTROLS, text[:SAMPLE]) > 0.05
    return None if wide else text


def _declared(data: bytes, declared: str | None) -> str | None:
    # Pages that declare gb2312 are written in its superset.
    encoding = "gb18030" if (declared or "").lower() in ("gb2312", "gbk") else declared
    return _strict(data, encoding) if encoding else None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, in the order of bytes that gives more signs of every day."""
    sample = data[: SAMPLE - SAMPLE % 4]
    likely = [
        (share, encoding)
        for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
        if (share := _everyday(sample, encoding)) > WIDE_FROM
    ]
    if not likely:
        return None
    encoding = max(likely)[1]
    text = _strict(data, encoding)
    if text and len(text) < FEW and not WRITTEN.search(text):
        remark_guess(encoding, len(text))
    return text


def _everyday(sample: bytes, encoding: str) -> float:
    """The share of a text's characters that are common ones; 0 for what is no text."""
    from sqlrag.parsing.formats.spelling import is_everyday  # seldom needed

    text = _strict(sample, encoding)
    # Two bytes of any text may be an ideograph: a few prove nothing.
    is_chance = text and len(text) < FEWEST_WIDE and encoding.startswith("utf-16")
    if not text or (is_chance and not WRITTEN.search(text)):
        return 0
    common = sum(bool(WRITTEN.match(sign)) or is_everyday(sign) for sign in text)
    return common / len(text)


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken bytes (cut off, or pasted from elsewhere), marked by U+FFFD."""
    text = data.replace(b"\0", b"").decode("utf-8", "replace")
    valid = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return text if valid > 20 * text.count("\ufffd") else None
