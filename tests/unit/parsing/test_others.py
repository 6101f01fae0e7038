import sys
from types import SimpleNamespace

import pytest

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument, UnsupportedMediaType
from sqlrag.parsing.parse import parse
from tests.unit.parsing.archives import archive

NOTE = rb"""{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fcharset204 Arial;}}{\info{\title Lamps}}
\pard\f0 \'cf\'f0\'e8\'e2\'e5\'f2, \u1084?\u1080?\u1088? \u8211? \b end\b0 .\par
\trowd\cellx1000\cellx2000\intbl Item\cell EUR\cell\row
\trowd\cellx1000\cellx2000\intbl Bolt\cell 1.50\cell\row}"""


@pytest.mark.parametrize("name", ["a.rtf", "a.doc", "a.txt", "noname"])
def test_rich_text_is_read_whatever_it_is_called(name, limits):
    parsed = parse(NOTE, name, None, limits)
    assert parsed.text == "Привет, мир – end.\n\nItem | EUR\nBolt | 1.50"
    assert (parsed.title, parsed.media_type) == ("Lamps", "application/rtf")


@pytest.mark.parametrize("name", ["a.rtf", "a.odp", "a.msg"])
def test_without_the_extra_a_sentence_names_it(name, limits, monkeypatch):
    monkeypatch.setitem(sys.modules, "kreuzberg", None)
    with pytest.raises(
        UnsupportedMediaType,
        match=r"what reads (RTF|ODP|MSG) is not installed; pip install 'sqlrag-postgres\[readers\]'"
        r", or save it as (DOCX|PPTX) or PDF\.$",
    ):
        parse(bytes.fromhex("d0cf11e0a1b11ae1"), name, None, limits)


def test_broken_ones_and_bombs_are_refused(limits):
    for data, name in ((b"{\\rtf", "a.rtf"), (b"PK\x03\x04", "a.odp")):
        with pytest.raises(UnreadableDocument, match=f"^{name} cannot be read: .*; .*"):
            parse(data, name, None, limits)
    with pytest.raises(DocumentTooLarge, match=r"^a\.odp cannot be read: it unpacks to more than"):
        parse(archive({"content.xml": "<a/>"}, 20 * 2**20), "a.odp", None, limits)


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
