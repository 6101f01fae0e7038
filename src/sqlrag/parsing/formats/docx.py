"""Word documents to text, by way of HTML."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import mammoth

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats import OLE, WORD
from sqlrag.parsing.formats.archives import broken, broken_as, open_archive
from sqlrag.parsing.formats.docx_parts import Package, around, complete, settle
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.refusals import unreadable

STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def parse_docx(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    if data.startswith(OLE):
        raise unreadable(
            "it is protected by a password or is of the format before DOCX",
            "save an unprotected DOCX and ingest that",
        )
    with broken_as("DOCX"), open_archive(data, "DOCX") as archive:
        package = Package(archive)
        if package.main not in package:
            raise unreadable("it holds no Word document", "save it as DOCX and ingest that")
        try:
            markup = _markup(package)
        except (ValueError, OSError, AttributeError) as error:  # of mammoth
            raise broken("DOCX") from error
    return replace(parse_markup(markup, limits), media_type=WORD)


def _markup(package: Package) -> str:
    convert: Any = mammoth.convert_to_html
    no_image = mammoth.images.img_element(lambda _: {})  # type: ignore[no-untyped-call]
    whole = BytesIO(complete(package))
    markup = settle(str(convert(whole, style_map=STYLES, convert_image=no_image).value))
    above, below = around(package, markup)
    return above + markup + below
