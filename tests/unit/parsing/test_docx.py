import zipfile
from io import BytesIO

import pytest

from sqlrag.domain.errors import DocumentTooLarge, EmptyDocument, UnreadableDocument
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


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(body: str, main: str = "word/document.xml", **parts: str) -> bytes:
    """A Word document of a body and of further parts, named by their kind of relation."""

    def relate(named: dict[str, str]) -> str:
        space = "http://schemas.openxmlformats.org/package/2006/relationships"
        relation = '<Relationship Id="r{0}" Type="{1}/{0}" Target="{2}"/>'
        listed = "".join(relation.format(kind, KINDS, path) for kind, path in named.items())
        return f'<Relationships xmlns="{space}">{listed}</Relationships>'

    folder, _, name = main.rpartition("/")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("_rels/.rels", relate({"officeDocument": main}))
        related = relate({kind.rstrip("0123456789"): f"{kind}.xml" for kind in parts})
        zipped.writestr(f"{folder}/_rels/{name}.rels", related)
        space = f'xmlns:w="{W}" xmlns:m="{M}" xmlns:r="{KINDS}"'
        zipped.writestr(main, f"<w:document {space}><w:body>{body}</w:body></w:document>")
        for kind, content in parts.items():
            zipped.writestr(f"{folder}/{kind}.xml", content)
    return buffer.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, number: int, level: int = 0) -> str:
    place = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
    return paragraph(text, f"<w:numPr>{place}</w:numPr>")


def level(depth: int, start: int, kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
    f"{level(0, 3, 'decimal', '%1.')}{level(1, 1, 'lowerLetter', '%1%2)')}</w:abstractNum>"
    f'<w:abstractNum w:abstractNumId="1">{level(0, 1, "bullet", "o")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="8"/></w:lvlOverride></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)


def test_items_have_the_numbers_that_word_shows(limits):
    body = "".join([
        *(numbered("Close", 1), numbered("left", 1, 1), numbered("right", 1, 1)),
        *(paragraph("Wait."), numbered("Drain", 1), numbered("Start", 2), numbered("free", 3)),
        paragraph("Care", '<w:pStyle w:val="Head"/>'),
    ])  # fmt: skip
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Head"><w:name w:val='
        '"heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    parsed = parse(word(body, numbering=NUMBERING, styles=styles), "a.docx", None, limits)
    assert parsed.text.split("\n\n") == [
        *("3. Close\n  3a) left\n  3b) right", "Wait.", "4. Drain\n8. Start", "- free"),
        "\n9. Care",
    ]
    assert [heading.title for heading in parsed.headings] == ["9. Care"]


def test_a_list_may_write_a_level_in_its_own_way_or_by_a_style(limits):
    own = '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    own += level(0, 7, "upperRoman", "§%1") + "</w:lvlOverride></w:num>"
    linked = '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>'
    linked += '<w:num w:numId="5"><w:abstractNumId w:val="2"/></w:num></w:numbering>'
    numbering = NUMBERING.replace("</w:numbering>", own + linked)
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="L" w:type="numbering"><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    body = numbered("Close", 5) + numbered("Drain", 1) + numbered("Fill", 4)
    text = parse(word(body, numbering=numbering, styles=styles), "a.docx", None, limits).text
    assert text == "3. Close\n4. Drain\n§V Fill"


def test_a_dropped_capital_begins_its_word(limits):
    body = paragraph("L", '<w:framePr w:dropCap="drop"/>') + paragraph("amps burn.")
    body += paragraph("Framed", "<w:framePr/>") + paragraph("oil.")
    assert parse(word(body), "a.docx", None, limits).text == "Lamps burn.\n\nFramed\n\noil."


def test_styles_may_leave_out_what_they_are_for(limits):
    style = '<w:style w:styleId="A"><w:name w:val="heading 1"/></w:style>'
    styles = f'<w:styles xmlns:w="{W}">{style}<w:style w:default="1"/></w:styles>'
    data = word(paragraph("Lamps", '<w:pStyle w:val="A"/>'), styles=styles)
    assert [one.title for one in parse(data, "a.docx", None, limits).headings] == ["Lamps"]


def test_references_to_what_is_not_there_are_passed_over(limits):
    body = '<w:p><w:hyperlink r:id="r9"><w:r><w:t>Lamps</w:t></w:r></w:hyperlink><w:r>'
    body += '<w:footnoteReference w:id="4"/></w:r></w:p>' + numbered("Oil", 7)
    lists = '<w:abstractNum w:abstractNumId="3"><w:numStyleLink w:val="Gone"/></w:abstractNum>'
    lists += '<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>'
    numbering = NUMBERING.replace("</w:numbering>", lists)
    assert parse(word(body, numbering=numbering), "a.docx", None, limits).text == "Lamps\n\nOil"


def test_where_the_end_of_a_paragraph_was_deleted_words_stay_words(limits):
    deleted = '<w:rPr><w:del w:id="1"/></w:rPr>'
    body = paragraph("split", deleted) + paragraph("paragraph")
    assert parse(word(body), "a.docx", None, limits).text == "split paragraph"


def test_what_a_table_is_described_by_is_read_once(limits):
    described = '<w:tblPr><w:tblDescription w:val="Sales of lamps"/></w:tblPr>'
    table = f"<w:tbl>{described}<w:tr><w:tc>{paragraph('7')}</w:tc></w:tr></w:tbl>"
    text = parse(word(table + paragraph("Then") + table), "a.docx", None, limits).text
    assert text == "Sales of lamps\n\n7\n\nThen\n\n7"


def test_a_document_of_pictures_is_told_to_hold_no_text(limits):
    with pytest.raises(EmptyDocument, match=r"^a\.docx is empty: it holds no text to search"):
        parse(word("<w:p/>"), "a.docx", None, limits)


def test_formulas_are_read_in_their_sentence(limits):
    def run(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    fraction = f"<m:f><m:num>{run('a')}</m:num><m:den>{run('b')}{run('+1')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{run('x')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"
    text = "<w:r><w:t>{}</w:t></w:r>".format
    body = f"<w:p>{text('With ')}<m:oMath>{run('F =')}{fraction}</m:oMath>{text('.')}</w:p>"
    body += f"<w:p><m:oMathPara><m:oMath>{power}</m:oMath></m:oMathPara></w:p>"
    body += f"<w:p><m:oMath>{run(' 2 ')}{run('if x > 0')}</m:oMath></w:p>"
    assert parse(word(body), "a.docx", None, limits).text == "With F=a/(b+1).\n\nx^2\n\n2if x>0"


def test_a_main_part_of_another_name_is_read(limits):
    data = word(paragraph("Gulls at noon."), main="text/main7.xml")
    assert parse(data, "a.docx", None, limits).text == "Gulls at noon."


def test_heads_charts_and_feet_are_read_once_and_numbers_of_pages_are_not(limits):
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    field = '<w:fldSimple w:instr="PAGE"><w:r><w:t>3</w:t></w:r></w:fldSimple>'
    page = f"<w:p><w:r><w:t>Page </w:t></w:r>{field}</w:p>"
    feet = f"{paragraph('Lease 4-C')}{page}{paragraph('Yard Ltd')}"
    parts = {
        "header": f'<w:hdr xmlns:w="{W}">{paragraph("Lease 4-C")}{paragraph("Body here.")}</w:hdr>',
        "footer": f'<w:ftr xmlns:w="{W}">{feet}</w:ftr>',
        "chart": f'<c xmlns:a="{drawing}"><a:p><a:r><a:t>Oil per year</a:t></a:r></a:p></c>',
    }
    text = parse(word(paragraph("Body here."), **parts), "a.docx", None, limits).text
    assert text == "Lease 4-C\n\nBody here.\n\nOil per year\n\nYard Ltd"


def test_notes_have_their_numbers_and_no_arrows(limits):
    body = '<w:p><w:r><w:t>It burns</w:t></w:r><w:r><w:footnoteReference w:id="5"/></w:r></w:p>'
    note = f'<w:footnote w:id="5">{paragraph("For ten hours.")}</w:footnote>'
    note = f'<w:footnotes xmlns:w="{W}">{note}</w:footnotes>'
    text = parse(word(body, footnotes=note), "a.docx", None, limits).text
    assert text == "It burns[1]\n\n1. For ten hours."


def test_text_boxes_are_read_once(limits):
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent>{paragraph('In the box')}</w:txbxContent>"
    choice = f"<mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
    for old in ("", f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"):
        run = f'<w:r><mc:AlternateContent xmlns:mc="{mc}">{choice}{old}</mc:AlternateContent></w:r>'
        text = parse(word(f"<w:p>{run}</w:p>{paragraph('After')}"), "a.docx", None, limits).text
        assert text.split() == ["In", "the", "box", "After"]


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
