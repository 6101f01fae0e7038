import pytest

from sqlrag.domain.errors import UnsupportedMediaType
from sqlrag.parsing.parse import choose_format


@pytest.mark.parametrize(
    ("data", "name", "media_type", "kind"),
    [
        (b"# x", "x.txt", "text/markdown; charset=utf-8", "markdown"),
        (b"# x", "x.md", "application/octet-stream", "markdown"),
        (b"# x", "x.md", None, "markdown"),
        (b"x", "x.md", "text/plain", "text"),
        (b"{}", "x", "application/vnd.api+json", "json"),
        (b"%PDF-1.7", "x.bin", None, "pdf"),
        (b"PK\x03\x04 word/document.xml", "x", None, "docx"),
        (b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.text", "x", None, "odt"),
        (b"  <!DOCTYPE html><p>", "x", None, "html"),
        (b"<html>", "x", None, "html"),
        (b"print('x')", "x.py", None, "text"),
        (b"int main;", "X.CPP", None, "text"),
        ("только текст".encode(), "README", None, "text"),
        (b"a,b", "x.tsv", None, "csv"),
        (b"{}", "x.ndjson", None, "jsonl"),
    ],
)
def test_media_type_comes_before_extension_and_extension_before_bytes(data, name, media_type, kind):
    assert choose_format(data, name, media_type).name == kind


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"GIF89a\x01\0\x01",
        b"\x1f\x8b\x08",
        b"ID3\x04",
    ],
)
def test_the_first_bytes_of_a_picture_or_an_archive_are_no_text(data):
    for name in ("x", "x.png", "x.unknown"):
        with pytest.raises(UnsupportedMediaType, match="no parser reads"):
            choose_format(data, name, None)


@pytest.mark.parametrize(
    "data", [b"GIF89a is a format of pictures.", b"ID3 tags name the song", b"II. A"]
)
def test_words_that_begin_as_a_picture_does_are_text(data):
    assert choose_format(data, "README", None).name == "text"
