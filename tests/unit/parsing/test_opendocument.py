import pytest

from sqlrag.domain.errors import DocumentTooLarge, EmptyDocument, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse
from tests.unit.parsing.archives import archive

KINDS = ("office", "text", "table", "style", "form", "manifest", "meta")
SPACE = " ".join(
    f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in KINDS
)
SPACE += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
SPACE += ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
SPACE += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def odt(
    body: str, styles: str = "", padding: int = 0, parts: dict[str, str] | None = None
) -> bytes:
    """An OpenDocument text of a body and its styles, and of further parts by their names."""
    content = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body>"
    members = {
        name: part if part.startswith("<math") else f"<office:part {SPACE}>{part}</office:part>"
        for name, part in {"content.xml": content, **(parts or {})}.items()
    }
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", **members}, padding)


def read(body: str, styles: str = "", parts: dict[str, str] | None = None) -> str:
    return parse(odt(body, styles, parts=parts), "a.odt", None, Limits()).text


def level(depth: int, kind: str, **more: str) -> str:
    said = "".join(
        f' {name.replace("__", ":").replace("_", "-")}="{value}"' for name, value in more.items()
    )
    return f'<text:list-level-style-number text:level="{depth}" style:num-format="{kind}"{said}/>'


def items(*contents: str, style: str = "N", more: str = "") -> str:
    listed = (
        one if one.startswith("<text:list-") else f"<text:list-item>{one}</text:list-item>"
        for one in contents
    )  # fmt: skip
    return f'<text:list text:style-name="{style}"{more}>{"".join(listed)}</text:list>'


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


NUMBERS = (
    f'<text:list-style style:name="N">{level(1, "1", style__num_suffix=".")}'
    f"{level(2, 'a', style__num_prefix='(', style__num_suffix=')')}"
    f"{level(3, '1', text__display_levels='3', text__start_value='4')}</text:list-style>"
    '<text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/>'
    "</text:list-style>"
)


@pytest.mark.parametrize("name", ["a.odt", "a.ott"])
def test_headings_paragraphs_and_lists_are_read(name):
    body = '<text:h text:outline-level="1">Lamp manual</text:h>' + p("Lit by Mara.")
    data = odt(
        body + items(p("oil"), style="B"),
        NUMBERS,
        parts={"meta.xml": "<dc:title>The lamp</dc:title>"},
    )
    parsed = parse(data, name, None, Limits())
    assert parsed.text == "Lamp manual\n\nLit by Mara.\n\n- oil"
    assert [(one.level, one.title, one.char_start) for one in parsed.headings] == [
        (1, "Lamp manual", 0)
    ]
    assert (parsed.title, parsed.media_type) == (
        "The lamp",
        "application/vnd.oasis.opendocument.text",
    )


def test_items_have_the_numbers_that_are_shown():
    anew = '<text:list-item text:start-value="9">' + p("light") + "</text:list-item>"
    head = f"<text:list-header>{p('Then')}</text:list-header>"
    body = items(p("fill"), p("trim") + items(p("wick"), p("glass"), items(p("cut"), p("dry"))))
    body += p("Wait.") + items(head, p("oil"), anew, more=' text:continue-numbering="true"')
    body += p("Or:") + items(p("sell"))
    assert read(body, NUMBERS) == (
        "1. fill\n2. trim\n  (a) wick\n  (b) glass\n    2.b.4 cut\n    2.b.5 dry\n\nWait."
        "\n\nThen\n\n3. oil\n9. light\n\nOr:\n\n1. sell"
    )


def test_headings_have_the_numbers_of_their_outline():
    def h(depth: int, text: str, more: str = "") -> str:
        return f'<text:h text:outline-level="{depth}"{more}>{text}</text:h>'

    levels = level(1, "I", style__num_suffix=".") + level(2, "1", text__display_levels="2")
    outline = (
        f"<text:outline-style>{levels.replace('list-level-style-number', 'outline-level-style')}"
    )
    body = h(1, "Fire") + h(2, "Oil") + h(2, "Gas") + h(1, "Note", ' text:is-list-header="true"')
    data = odt(
        body + h(1, "Glass") + items(h(1, "Wick")),
        parts={"styles.xml": outline + "</text:outline-style>"},
    )
    parsed = parse(data, "a.odt", None, Limits())
    assert [one.title for one in parsed.headings] == [
        *("I. Fire", "I.1 Oil", "I.2 Gas", "Note", "II. Glass", "Wick")
    ]  # fmt: skip
    assert all(parsed.text.startswith(one.title, one.char_start) for one in parsed.headings)


def test_what_stands_in_a_paragraph_beside_its_letters_is_read():
    power = (
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><msup><mi>r</mi><mn>2</mn></msup></math>"
    )
    super_ = '<style:style style:name="S"><style:text-properties style:text-position="super 58%"/>'
    super_ += "</style:style>"
    note = "<text:note><text:note-citation>7</text:note-citation><text:note-body>"
    note += f"{p('By night.')}</text:note-body></text:note>"
    frame = "<draw:frame>{}</draw:frame>".format
    body = p(f"It burns{note} <text:bookmark-ref>as said</text:bookmark-ref><text:line-break/>on")
    body += p("area 3 m<text:span text:style-name='S'>2</text:span>, i. e. ") + p(
        frame('<draw:object xlink:href="./Object 1"/>')
        + frame("<svg:title>A lamp</svg:title><svg:desc>lit</svg:desc>")
    )
    body += p("Before." + frame(f"<draw:text-box>{p('In the box.')}</draw:text-box>")) + p("After.")
    assert read(body, super_, {"Object 1/content.xml": power}) == (
        "It burns[7] as said\non\n\narea 3 m^2, i. e.\n\nr^2 A lamp: lit\n\nBefore.\n\n"
        "In the box.\n\nAfter.\n\n7. By night."
    )


def test_what_is_hidden_or_deleted_is_not_read():
    hidden = (
        '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    )
    hidden += '<style:style style:name="K" style:parent-style-name="H"/>'
    body = (
        f"<text:tracked-changes><text:deletion>{p('gone')}</text:deletion></text:tracked-changes>"
    )
    body += '<text:p text:style-name="K">secret</text:p>'
    body += p("Seen<text:span text:style-name='H'> unseen</text:span><office:annotation>"
              f"{p('ask')}</office:annotation>.")  # fmt: skip
    body += f'<text:section text:display="condition" text:is-hidden="true">{p("x")}</text:section>'
    assert read(body, hidden) == "Seen."
    with pytest.raises(EmptyDocument, match=r"^a\.odt is empty: it holds no text to search"):
        read('<text:p text:style-name="K">secret</text:p>', hidden)


def test_tables_are_rows_below_their_heads_and_spans_are_kept():
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell{more}>{p(text)}</table:table-cell>"

    wide = ' table:number-columns-spanned="2"'
    heads = row(cell("lamp"), cell("sold", wide))
    heads = f"<table:table-header-rows>{heads}</table:table-header-rows>"
    rows = row(cell("oil"), cell("3"), cell("4")) + row(
        cell("gas", wide), "<table:covered-table-cell/>", cell("5")
    )
    assert read(f"<table:table>{heads}{rows}</table:table>") == (
        "lamp | sold | sold\noil | 3 | 4\ngas |  | 5"
    )


@pytest.mark.parametrize("style", ["Table_20_Heading", "P1"])
def test_a_first_row_that_is_written_as_heads_is_one(style):
    def row(*cells: str) -> str:
        return "".join(
            ("<table:table-row>", *(f"<table:table-cell>{one}</table:table-cell>" for one in cells),
             "</table:table-row>")
        )  # fmt: skip

    def titled(text: str) -> str:
        if style == "P1":
            return f'<text:h text:outline-level="2">{text}</text:h>'
        return f'<text:p text:style-name="{style}">{text}</text:p>'

    column = "<table:table-column/>"
    rows = row(titled("Boat"), titled("Yard")) + row(p("Gull"), titled("Ribe")) + row(p("Tern"))
    assert read(f"<table:table>{column}{rows}</table:table>") == "Boat | Yard\nGull | Ribe\nTern"


def test_heads_and_feet_of_pages_are_read_once():
    page = p("Page <text:page-number>3</text:page-number>")
    masters = "".join(
        f"<style:{kind}>{p('Lease 4-C')}{page}</style:{kind}>"
        for kind in ("header", "header-left", "footer")
    )
    masters += f'<style:header-first style:display="false">{p("x")}</style:header-first>'
    masters += f"<style:footer>{p('Body.')}{p('Yard Ltd')}</style:footer>"
    assert read(p("Body."), parts={"styles.xml": masters}) == "Lease 4-C\n\nBody.\n\nYard Ltd"


def test_a_slide_is_a_page_with_its_title_and_notes():
    def frame(kind: str, inside: str) -> str:
        return (
            f'<draw:frame text:class="{kind}"><draw:text-box>{inside}</draw:text-box></draw:frame>'
        )

    slides = "".join(
        f"<draw:page>{shapes}<text:notes>{frame('notes', p(notes))}</text:notes></draw:page>"
        for shapes, notes in (
            (frame("outline", items(p("oil"), p("gas"))) + frame("title", p("Lamps")), "Ask Mara."),
            (frame("title", p("Wicks")) + "<draw:rect>" + p("cut") + "</draw:rect>", ""),
        )
    )
    parsed = parse(odt(slides, NUMBERS), "a.odp", None, Limits())
    assert parsed.text == "Lamps\n\n1. oil\n2. gas\n\nNotes: Ask Mara.\n\nWicks\n\ncut"
    assert [(one.title, one.char_start) for one in parsed.headings] == [
        ("Lamps", 0),
        ("Wicks", parsed.text.index("Wicks")),
    ]
    assert (parsed.title, len(parsed.page_starts)) == ("Lamps", 2)


def test_protected_broken_ones_and_bombs_are_refused():
    locked = odt(p("x"), parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"})
    with pytest.raises(UnreadableDocument, match="it is protected by a password; save it without"):
        parse(locked, "a.odt", None, Limits())
    for data in (odt("<text:p>"), b"PK\x03\x04", odt(p("x"))[:200]):
        with pytest.raises(UnreadableDocument, match=r"^a\.odt cannot be read: it is a broken"):
            parse(data, "a.odt", None, Limits())
    with pytest.raises(DocumentTooLarge, match="it unpacks to more than"):
        parse(odt(p("x"), padding=20 * 2**20), "a.odt", None, Limits())
