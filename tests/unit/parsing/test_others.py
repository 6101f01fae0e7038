import sys
from types import SimpleNamespace

import pytest

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument, UnsupportedMediaType
from sqlrag.parsing.parse import parse
from tests.unit.parsing.archives import archive


@pytest.mark.parametrize("name", ["a.doc", "a.ppt", "a.msg"])
def test_without_the_extra_a_sentence_names_it(name, limits, monkeypatch):
    monkeypatch.setitem(sys.modules, "kreuzberg", None)
    with pytest.raises(
        UnsupportedMediaType,
        match=r"what reads (DOC|PPT|MSG) is not installed; pip install 'sqlrag-postgres\[readers\]'"
        r", or save it as (DOCX|PPTX) or PDF\.$",
    ):
        parse(bytes.fromhex("d0cf11e0a1b11ae1"), name, None, limits)


def test_broken_ones_and_bombs_are_refused(limits):
    for data, name in ((bytes.fromhex("d0cf11e0a1b11ae1"), "a.doc"), (b"PK\x03\x04", "a.hwp")):
        with pytest.raises(UnreadableDocument, match=f"^{name} cannot be read: .*; .*"):
            parse(data, name, None, limits)
    with pytest.raises(DocumentTooLarge, match=r"^a\.hwp cannot be read: it unpacks to more than"):
        parse(archive({"content.xml": "<a/>"}, 20 * 2**20), "a.hwp", None, limits)


def test_what_is_attached_to_a_message_of_outlook_is_read_below_its_name(limits, monkeypatch):
    import kreuzberg

    inner = SimpleNamespace(content="Pumps are oiled\r\nin May.\r\n")
    found = SimpleNamespace(
        content="Subject: Pumps\n\nSee the list.",
        metadata={"subject": "Pumps", "attachments": ["list.txt", "mark.gif"]},
        children=[{"path": "list.txt", "mime_type": "text/plain", "result": inner}],
    )
    monkeypatch.setattr(kreuzberg, "extract_bytes_sync", lambda *_: found)
    parsed = parse(bytes.fromhex("d0cf11e0a1b11ae1"), "a.msg", None, limits)
    assert parsed.text.split("\n\n", 1)[1] == (
        "See the list.\n\n\nAttachment: list.txt\n\nPumps are oiled\nin May."
    )
    assert [heading.title for heading in parsed.headings] == ["Attachment: list.txt"]
    assert parsed.remarks == ("its attachment mark.gif was not read",)
