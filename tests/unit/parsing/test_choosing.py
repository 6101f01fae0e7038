import pytest

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
