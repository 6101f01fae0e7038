"""Messages, mailboxes and saved pages: MIME to text, with what is attached."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.parts import Parts, read_inside
from sqlrag.parsing.formats.text import clean, decode, read_text
from sqlrag.parsing.refusals import unreadable
from sqlrag.parsing.remarks import remark

TOLD = ("From", "To", "Cc", "Date")
# How a message begins in a mailbox; a line of a text that begins so is written `>From`.
ENVELOPE = re.compile(rb"(?:\A|(?<=\n)\r?\n)From [^\n]*\d{4}[^\n]*\n")
APPLE = re.compile(rb"\A\s*(\d+)\s*\n")
MESSAGE, PAGE = "message/rfc822", "multipart/related"


def parse_mail(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """The subject, who wrote it to whom and when, the body, then each attachment by its name."""
    if apple := APPLE.match(data):  # .emlx: the length before, a list of properties after it
        data = data[apple.end() : apple.end() + int(apple[1])]
    parts, message = Parts(limits), _message(data)
    _write_message(message, parts, 0)
    return parts.make(MESSAGE, _header(message, "Subject") or None)


def parse_mbox(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    parts = Parts(limits)
    starts = [found.end() for found in ENVELOPE.finditer(data)]
    ends = [found.start() for found in ENVELOPE.finditer(data)][1:]
    if not starts:
        raise unreadable("it holds no messages", "export the mailbox again")
    for start, end in zip(starts, [*ends, len(data)], strict=True):
        _write_message(_message(data[start:end].replace(b"\n>From ", b"\nFrom ")), parts, 0)
    return parts.make("application/mbox")


def parse_mhtml(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    """A page that a browser or Word saved with its pictures."""
    message = _message(data)
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    if not pages:
        raise unreadable("it holds no page", "save the page as HTML and ingest that")
    parts, title = Parts(limits), None
    for page in pages:
        try:
            parsed = parse_markup(_text(page), limits)
        except UnreadableDocument:
            if page is pages[-1] and not parts.headings and title is None:
                raise
            continue  # frames may hold a picture only
        title = title or parsed.title
        parts.add_document(parsed)
    return parts.make(PAGE, title or _header(message, "Subject") or None)


def _message(data: bytes) -> EmailMessage:
    return message_from_bytes(data.lstrip(), policy=policy.default)


def _write_message(message: EmailMessage, parts: Parts, depth: int) -> None:
    subject = _header(message, "Subject")
    parts.add_heading(subject, 1 + depth)
    told = ((name, _header(message, name)) for name in TOLD)
    head = "\n".join(f"{name}: {value}" for name, value in told if value)
    body = _body(message, parts.limits)
    if not (subject or head or body):
        raise unreadable("it holds no message", "export it again from the mail program")
    parts.add(head)
    if body:
        parts.add_document(body, 1 + depth)
    for number, attached in enumerate(_attachments(message), start=1):
        is_message = attached.get_content_type() == MESSAGE
        inner = _header(attached.get_content(), "Subject") if is_message else ""
        name = attached.get_filename() or inner or f"part {number}"
        _write_attachment(attached, " ".join(name.split()), parts, depth)


def _body(message: EmailMessage, limits: Limits) -> ParsedDocument | None:
    """Plain, unless it only says that there is more in the HTML."""
    found = {}
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        if part is not None and (text := _text(cast(EmailMessage, part))).strip():
            try:
                is_plain = kind == "plain"
                found[kind] = (
                    ParsedDocument(text, MESSAGE) if is_plain else parse_markup(text, limits)
                )
            except UnreadableDocument as error:
                remark(f"its body {error}".removesuffix("."))
    plain, page = found.get("plain"), found.get("html")
    return page if page and len(page.text) > 2 * len(plain.text if plain else "") else plain


def _attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    """What has a name of its own, or is a message; not the pictures of a signature."""
    if not message.is_multipart():
        if message.get_content_maintype() != "text":
            yield message
        return
    bodies = [message.get_body(("plain",)), message.get_body(("html",))]
    stack = list(message.iter_parts())[::-1]
    while stack:
        part = cast(EmailMessage, stack.pop())
        if part.get_content_type() == MESSAGE:
            yield part
        elif part.is_multipart():
            stack.extend(list(part.iter_parts())[::-1])
        elif not any(part is body for body in bodies):
            shown = part.get_content_disposition() != "attachment" and part.get("Content-ID")
            if part.get_filename() and not (shown and part.get_content_maintype() == "image"):
                yield part


def _write_attachment(part: EmailMessage, name: str, parts: Parts, depth: int) -> None:
    parts.add_heading(f"Attachment: {name}", 2 + depth)
    try:
        if part.get_content_type() == MESSAGE:
            _write_message(cast(EmailMessage, part.get_content()), parts, depth + 1)
        else:
            data = cast(bytes, part.get_payload(decode=True)) or b""
            parts.add_document(read_inside(data, name, parts.limits, depth), 2 + depth)
    except UnreadableDocument as error:
        remark(f"the attachment {error}".removesuffix("."))


def _text(part: EmailMessage) -> str:
    return read_text(cast(bytes, part.get_payload(decode=True)), part.get_content_charset())


def _header(message: EmailMessage, name: str) -> str:
    """A header as it reads; one in plain bytes, which none may hold, is read as a text would be."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        value = str(raw if not raw.isascii() else message.get(name, ""))
    except (ValueError, IndexError, AttributeError):  # of the library, on broken headers
        value = raw
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"))
    return " ".join(clean(value).split())
