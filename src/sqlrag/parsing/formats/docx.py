"""Word documents to text, by way of HTML."""

import zipfile
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import mammoth

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.errors import DocumentTooLarge
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import OLE, WORD
from sqlrag.parsing.formats.docx_parts import Package, around, complete, settle
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.refusals import empty, unreadable

# Word's own files unpack to some ten times their size; text can reach a hundred, a bomb a thousand.
MOST_UNPACKED = 512 * 2**20
HIGHEST_RATIO = 200
HARMLESS = 16 * 2**20
BROKEN = (
    "it is a broken or incomplete DOCX",
    "check that it opens in a word processor, and upload it again",
)
STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def parse_docx(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    if data.startswith(OLE):
        raise unreadable(
            "it is protected by a password or is of the format before DOCX",
            "save an unprotected DOCX and ingest that",
        )
    _check_archive(data)
    try:
        markup = _markup(data)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, AttributeError) as error:
        raise unreadable(*BROKEN) from error
    if not markup.strip():
        raise empty()
    return replace(parse_markup(markup, limits), media_type=WORD)


def _markup(data: bytes) -> str:
    convert: Any = mammoth.convert_to_html
    no_image = mammoth.images.img_element(lambda _: {})  # type: ignore[no-untyped-call]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        package = Package(archive)
        whole = BytesIO(complete(package))
        markup = settle(str(convert(whole, style_map=STYLES, convert_image=no_image).value))
        above, below = around(package, markup)
    return above + markup + below


def _check_archive(data: bytes) -> None:
    """Refuse what is no DOCX, and what unpacks to more than a document could hold.

    The sizes an archive declares may lie, so its members are also unpacked once, piece by piece,
    without keeping them.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            _check_size(sum(member.file_size for member in members), len(data))
            unpacked = 0
            for member in members:
                with archive.open(member) as stream:
                    while piece := stream.read(2**20):
                        unpacked += len(piece)
                        _check_size(unpacked, len(data))
            package = Package(archive)
            if package.main not in package:
                raise unreadable("it holds no Word document", "save it as DOCX and ingest that")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise unreadable(*BROKEN) from error


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > min(MOST_UNPACKED, max(HARMLESS, HIGHEST_RATIO * packed)):
        raise DocumentTooLarge(
            f"cannot be read: it unpacks to more than {unpacked // 2**20:,} MiB from "
            f"{packed / 2**20:.1f} MiB, as a zip bomb does; save it anew in a word processor."
        )
