import pytest

from sqlrag.domain.errors import UnreadableDocument, UnsupportedMediaType
from sqlrag.parsing.parse import parse

PLAN = """<?xml version="1.0" encoding="iso-8859-1"?>
<svg xmlns="http://www.w3.org/2000/svg"><title>Floor plan</title><style>.a{fill:red}</style>
<g><desc>Depot é</desc><text x="1" y="2">Gate <tspan font-weight="bold">B</tspan>7</text>
<text><tspan x="0" y="10">Pump</tspan><tspan x="0" dy="12">house</tspan></text>
<path d="M0 0L1 1"/></g></svg>"""


def test_of_a_drawing_the_words_are_read(limits):
    parsed = parse(PLAN.encode("latin-1"), "a.svg", None, limits)
    assert parsed.text == "Floor plan\nDepot é\nGate B7\nPump\nhouse"
    assert parsed.title == "Floor plan"


def test_a_drawing_without_words_is_of_no_kind_that_is_read(limits):
    with pytest.raises(UnsupportedMediaType, match="no parser reads drawings without words"):
        parse(
            b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0"/></svg>', "a.svg", None, limits
        )


def test_a_broken_drawing_and_one_with_entities_are_refused(limits):
    with pytest.raises(UnreadableDocument, match=r"^a\.svg cannot be read: its XML is broken"):
        parse(b"<svg><text>x</svg>", "a.svg", None, limits)
    with pytest.raises(UnreadableDocument, match="its XML defines entities"):
        parse(b'<!DOCTYPE svg [<!ENTITY a "b">]><svg><text>&a;</text></svg>', "a.svg", None, limits)


def test_postscript_is_refused_by_its_name(limits):
    with pytest.raises(UnsupportedMediaType, match="no parser reads PostScript"):
        parse(b"%!PS-Adobe-3.0\n(words) show", "a.ps", None, limits)
