import zipfile
from io import BytesIO

import pytest

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.parsing.parse import parse


def archive(**members: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in members.items():
            zipped.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


def test_headings_paragraphs_and_tables_are_read(docx, limits):
    parsed = parse(docx, "report.docx", None, limits)
    assert "Annual report\n\nSales grew in every region.\n\n\nEurope\n\nParis" in parsed.text
    assert "City | Sales\nParis | 12" in parsed.text
    assert [(h.level, h.title) for h in parsed.headings] == [(1, "Annual report"), (2, "Europe")]
    assert parsed.media_type.endswith("wordprocessingml.document")
    assert parsed.title == "Annual report"


def test_a_zip_bomb_is_refused(limits):
    bomb = archive(word__document_xml=b"<x>" + b" " * (40 * 2**20))
    with pytest.raises(DocumentTooLarge, match="as a zip bomb does; save it anew"):
        parse(bomb, "bomb.docx", None, limits)


def test_a_zip_that_lies_about_its_sizes_is_refused(limits):
    bomb = bytearray(archive(word__document_xml=b" " * (40 * 2**20)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.index(signature) + offset
        bomb[at : at + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(UnreadableDocument, match="a broken or incomplete DOCX; check that"):
        parse(bytes(bomb), "liar.docx", None, limits)


def test_a_protected_docx_is_refused(limits):
    data = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0EncryptedPackage" * 100
    with pytest.raises(UnreadableDocument, match="it is protected by a password or"):
        parse(data, "locked.docx", None, limits)


def test_a_truncated_docx_is_refused(docx, limits):
    with pytest.raises(UnreadableDocument, match="a broken or incomplete DOCX"):
        parse(docx[: len(docx) // 2], "cut.docx", None, limits)


def test_a_zip_without_a_document_is_refused(limits):
    with pytest.raises(UnreadableDocument, match="it holds no Word document; save it as DOCX"):
        parse(archive(other_xml=b"x"), "other.docx", None, limits)


def test_broken_xml_is_refused_in_a_sentence(limits):
    with pytest.raises(UnreadableDocument, match=r"^a\.docx cannot be read: .*; .*\.$"):
        parse(archive(word__document_xml=b"<w:document"), "a.docx", None, limits)
