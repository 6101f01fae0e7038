"""From bytes to a parsed document: find the parser, run it, check what it made."""

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.errors import SqlragError, UnreadableDocument
from sqlrag.parsing.limits import Limits
from sqlrag.parsing.refusals import check_length, empty, too_large, unreadable, unsupported

Parser = Callable[[bytes, str, Limits], ParsedDocument]

# Parsers are imported when first needed: a text file should not wait for pdfium.
PARSERS = {
    "text": ("sqlrag.parsing.text", "parse_text"),
    "markdown": ("sqlrag.parsing.markdown", "parse_markdown"),
    "html": ("sqlrag.parsing.html", "parse_html"),
    "pdf": ("sqlrag.parsing.pdf", "parse_pdf"),
    "docx": ("sqlrag.parsing.docx", "parse_docx"),
    "csv": ("sqlrag.parsing.tabular", "parse_csv"),
    "json": ("sqlrag.parsing.tabular", "parse_json"),
    "jsonl": ("sqlrag.parsing.tabular", "parse_jsonl"),
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    DOCX: "docx",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "application/ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/x-jsonlines": "jsonl",
    **dict.fromkeys(
        ("application/xml", "application/yaml", "application/toml", "application/sql"), "text"
    ),
    **dict.fromkeys(("application/javascript", "application/x-sh"), "text"),
}
TEXT_SUFFIXES = (
    "txt text log rst adoc org tex srt vtt py pyi js mjs ts tsx jsx java kt scala c h cc cpp hpp "
    "cs go rs rb php pl lua r jl swift m sh bash zsh ps1 bat sql yaml yml toml ini cfg conf env "
    "properties xml xsl svg css scss less vue proto graphql tf gradle cmake diff patch"
)
SUFFIXES = {
    **dict.fromkeys(TEXT_SUFFIXES.split(), "text"),
    **dict.fromkeys(("md", "markdown", "mdx", "mkd"), "markdown"),
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    **dict.fromkeys(("csv", "tsv", "tab"), "csv"),
    **dict.fromkeys(("jsonl", "ndjson"), "jsonl"),
    "pdf": "pdf",
    "docx": "docx",
    "json": "json",
}
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def parse(data: bytes, file_name: str, media_type: str | None, limits: Limits) -> ParsedDocument:
    """The text of a file; raises UnreadableDocument or one of its kinds, nothing else."""
    check_size(data, file_name, limits)
    if not data.strip():
        raise empty(file_name)
    kind = choose_parser(data, file_name, media_type)
    module, function = PARSERS[kind]
    parser: Parser = getattr(import_module(module), function)
    try:
        parsed = parser(data, file_name, limits)
    except SqlragError:
        raise
    except Exception as error:
        raise _failed(file_name, kind, error) from error
    if not parsed.text.strip("\ufeff \t\n"):
        raise empty(file_name)
    check_length(file_name, len(parsed.text), limits.max_text_chars)
    return parsed


def check_size(data: bytes, file_name: str, limits: Limits) -> None:
    """Raise DocumentTooLarge for a file of more than `max_file_bytes`."""
    if len(data) > limits.max_file_bytes:
        raise too_large(file_name, len(data), "bytes", limits.max_file_bytes)


def choose_parser(data: bytes, file_name: str, media_type: str | None) -> str:
    """The key of PARSERS by media type, then by extension, then by what the bytes look like.

    Raises UnsupportedMediaType.
    """
    media = (media_type or "").partition(";")[0].strip().lower()
    if media in MEDIA_TYPES:
        return MEDIA_TYPES[media]
    if media.startswith("text/"):
        return "text"
    if media.endswith("+json"):
        return "json"
    suffix = PurePath(file_name).suffix.lower().lstrip(".")
    kind = SUFFIXES.get(suffix) or _sniff(data)
    if kind is None:
        raise unsupported(file_name, _describe(media, suffix))
    return kind


def _sniff(data: bytes) -> str | None:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return "docx" if b"word/document.xml" in data else None
    if start[:15].lower().startswith((b"<html", b"<!doctype html")):
        return "html"
    return "text" if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    from sqlrag.parsing.text import NotText, decode

    if data.startswith(OLE):
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


def _failed(file_name: str, kind: str, error: Exception) -> UnreadableDocument:
    detail = f"{type(error).__name__}: {error}"[:200].rstrip(".")
    return unreadable(
        file_name,
        f"the {kind} parser failed on it ({detail})",
        "check that it opens in its own program, and save it anew",
    )
