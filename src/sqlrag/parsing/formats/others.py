"""What kreuzberg reads, an extra: its HTML goes through our reader."""

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import OLE, OTHERS
from sqlrag.parsing.formats.archives import open_archive
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.parts import Parts
from sqlrag.parsing.formats.text import clean
from sqlrag.parsing.refusals import not_installed, unreadable
from sqlrag.parsing.remarks import remark

# Pictures without a name, and the ways back from notes.
NOISE = re.compile(
    r"<img\b[^>]*\balt=\"(?:image)?\"[^>]*>"
    r"|<a [^>]*footnote-backref[^>]*>[^<]*(?:<sup>[^<]*</sup>)?</a>"
)
PLAIN = ("doc", "msg")  # its lines are lost in HTML


def parse_other(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """Raises UnreadableDocument, also where the extra is not installed."""
    suffix = PurePath(file_name).suffix.lower().lstrip(".")
    kind, instead = suffix.upper() or "file of its kind", "PPTX" if suffix == "ppt" else "DOCX"
    try:
        import kreuzberg
    except ImportError:
        raise not_installed(kind, f"save it as {instead} or PDF") from None
    if data.startswith(b"PK"):
        open_archive(data, kind).close()
    elif not data.startswith(OLE) and b"<!ENTITY" in data[:10_000]:
        raise unreadable("its XML defines entities", "save it without them")
    how = "plain" if suffix in PLAIN else "html"
    try:
        media_type = OTHERS.get(suffix) or str(kreuzberg.detect_mime_type(data))
        given: dict[str, Any] = {"use_cache": False, "disable_ocr": True}
        config = kreuzberg.ExtractionConfig(output_format=how, **given)
        found = kreuzberg.extract_bytes_sync(data, media_type, config)
    except (kreuzberg.KreuzbergError, ValueError, RuntimeError, OSError) as error:
        raise unreadable(
            f"it is no {kind} that can be read ({str(error)[:100].rstrip('.')})",
            f"check that it opens in its own program, and save it as {instead} or PDF",
        ) from error
    markup = NOISE.sub("", found.content)
    plain = None
    if how == "plain":
        parts = Parts(limits)
        parts.add(clean(markup).strip())
        _write_attachments(found, parts)
        plain = parts.make(media_type)
    parsed = plain or replace(parse_markup(markup, limits), media_type=media_type)
    if not parsed.text:
        raise unreadable("no words were found in it", f"save it as {instead} or PDF")
    title = str(found.metadata.get("title") or found.metadata.get("subject") or "")
    return replace(parsed, title=" ".join(clean(title).split()) or parsed.title)


def _write_attachments(message: Any, parts: Parts) -> None:
    """Each below its name, as those of other messages; those without words are told."""
    texts = {one["path"]: clean(one["result"].content) for one in message.children or ()}
    names = message.metadata.get("attachments") or ()
    for name in dict.fromkeys([*names, *texts]):
        if texts.get(name, "").strip():
            parts.add_heading(f"Attachment: {name}", 2)
            parts.add(texts[name].strip())
        else:
            remark(f"its attachment {name} was not read")
