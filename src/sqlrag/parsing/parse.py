"""From bytes to a parsed document: find the format, run its parser, check what it made."""

import re
from dataclasses import replace
from pathlib import PurePath

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.errors import SqlragError, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import BY_MEDIA_TYPE, BY_NAME, BY_SUFFIX, OLD, OLE, RTF, Format
from sqlrag.parsing.formats.parts import DEEPEST
from sqlrag.parsing.refusals import check_size, empty, named, too_deep, unreadable, unsupported
from sqlrag.parsing.remarks import remarks

SAMPLE = 100_000
# What archives are told by: a member, or the media type that comes first.
ARCHIVES = {
    b"word/document": "docx",
    b"xl/workbook.": "workbook",
    b"ppt/presentation.xml": "slides",
    b"application/epub+zip": "epub",
    b"opendocument.spreadsheet": "workbook",
    b"opendocument.text": "odt",
    b"opendocument.presentation": "odp",
}
# What pictures, sound, archives and programs begin with, however few bytes are there.
BINARY = re.compile(
    rb"\x89PNG|\xff\xd8\xff|\x1f\x8b|\xfd7zXZ|7z\xbc\xaf|\x7fELF|Rar!\x1a|(?:II\*|MM)\0"
    rb"|(?:GIF8[79]a|RIFF|OggS|fLaC|ID3|BZh\d)(?!\s*\w[\s!-~]{3})"
)
# What messages begin with; one alone may be the beginning of a text.
HEADER = re.compile(
    rb"^(?:from|to|subject|date|message-id|mime-version|received|return-path|content-type): ?\S",
    re.IGNORECASE | re.MULTILINE,
)


def parse(
    data: bytes, file_name: str, media_type: str | None, limits: Limits, depth: int = 0
) -> ParsedDocument:
    """The text of a file; raises UnreadableDocument or one of its kinds, nothing else.

    `depth`: in how many other files it is.
    """
    with named(file_name), remarks() as said:
        if depth > DEEPEST:
            raise too_deep("content", f"{DEEPEST} files in files")
        check_size(len(data), "bytes", limits.max_file_bytes)
        if not data.strip():
            raise empty()
        chosen = choose_format(data, file_name, media_type)
        try:
            parsed = chosen.load()(data, file_name, limits)
        except SqlragError:
            raise
        except RecursionError:
            raise too_deep(f"{chosen.name} content") from None
        except Exception as error:
            if isinstance(error, MemoryError):
                raise
            raise _failed(chosen.name, error) from error
        if not parsed.text.strip("\ufeff \t\n"):
            raise empty()
        check_size(len(parsed.text), "characters of text", limits.max_text_chars)
        return replace(parsed, remarks=tuple(said))


def choose_format(data: bytes, file_name: str, media_type: str | None) -> Format:
    """By media type, then by extension, then by what the bytes look like.

    Raises UnsupportedMediaType.
    """
    media = (media_type or "").partition(";")[0].strip().lower()
    is_table = media == "application/vnd.ms-excel" and not data.startswith((OLE, b"PK"))
    if media in BY_MEDIA_TYPE and not is_table:  # which is what Windows calls CSV
        return BY_MEDIA_TYPE[media]
    if media.startswith("text/"):
        return BY_NAME["text"]
    if media.endswith("+json"):
        return BY_NAME["json"]
    suffix = PurePath(file_name).suffix.lower().lstrip(".")
    if suffix in BY_SUFFIX and not _is_misnamed(data, suffix):
        return BY_SUFFIX[suffix]
    name = _sniff(data)
    if name == "text" and suffix == "xls":
        name = "csv"
    if name is None:
        raise unsupported(_describe(media, suffix))
    return BY_NAME[name]


def check_kind(data: bytes, file_name: str) -> None:
    """Raises UnsupportedMediaType for a file, by its name or its first bytes, and EmptyDocument."""
    with named(file_name):
        if not data.strip():
            raise empty()
        choose_format(data, file_name, None)


def _is_misnamed(data: bytes, suffix: str) -> bool:
    """What programs call .doc, .xls or .txt may be rich text, a saved page or a table."""
    if data.startswith(RTF) or suffix == "rtf":
        return True
    return suffix in OLD and not data.startswith((OLE, b"PK") if suffix == "xls" else OLE)


def title_of_file(file_name: str) -> str:
    """`reports/2023_Q3 sales.pdf` becomes `2023 Q3 sales`."""
    return " ".join(PurePath(file_name.replace("\\", "/")).stem.replace("_", " ").split())


def _sniff(data: bytes) -> str | None:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return next((name for mark, name in ARCHIVES.items() if mark in data), None)
    if start[:15].lower().startswith((b"<html", b"<!doctype html")):
        return "html"
    if start.startswith(RTF):
        return "rtf"
    if name := _sniff_mail(start):
        return name
    if start.startswith((b"BEGIN:VCALENDAR", b"BEGIN:VCARD")):
        return "cards"
    if start.startswith(b"%!PS"):
        raise unsupported("PostScript")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise unsupported("workbooks in XML of 2003")
    return "text" if _is_text(data[:SAMPLE]) else None


def _sniff_mail(start: bytes) -> str | None:
    is_mailbox = re.match(rb"From \S[^\n]* \d{4}\r?\n", start)
    if not (is_mailbox or HEADER.match(start)) or len(HEADER.findall(start)) < 3:
        return None
    if is_mailbox:
        return "mbox"
    return "mhtml" if b"multipart/related" in start and b"\nTo:" not in start else "mail"


def _is_text(data: bytes) -> bool:
    from sqlrag.parsing.formats.text import NotText, decode

    if data.startswith(OLE) or BINARY.match(data):
        return False
    try:
        decode(data)
    except NotText:
        return False
    return True


def _describe(media: str, suffix: str) -> str:
    if media and media != "application/octet-stream":
        return f"files of the media type {media}"
    return f"binary files of the type .{suffix}" if suffix else "this kind of binary file"


def _failed(format_name: str, error: Exception) -> UnreadableDocument:
    detail = f"{type(error).__name__}: {error}"[:200].rstrip(".")
    return unreadable(
        f"the {format_name} parser failed on it ({detail})",
        "check that it opens in its own program, and save it anew",
    )
