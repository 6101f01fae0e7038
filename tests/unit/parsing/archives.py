"""Files of Office and e-books, by hand: the least that programs write."""

import zipfile
from io import BytesIO

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"


def archive(members: dict[str, str], padding: int = 0) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
        if padding:
            made.writestr("padding", b"\0" * padding)
    return buffer.getvalue()


def relations(*kinds_and_targets: tuple[str, str]) -> str:
    listed = (
        f'<Relationship Id="r{n}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(kinds_and_targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(listed)}</Relationships>'


def xlsx(
    sheets: dict[str, list[list[object]]], merged: str = "", notes: str = "", padding: int = 0
) -> bytes:
    """Sheets of rows; `merged` goes into the first, `notes` are comments."""
    names = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1)
    )
    members = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{RELATION}"><sheets>{names}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
        ),
    }
    for number, rows in enumerate(sheets.values(), 1):
        written = "".join(
            f'<row r="{r}">{"".join(_cell(c, r, v) for c, v in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
        )
        cells = f"<mergeCells><mergeCell ref='{merged}'/></mergeCells>" * (merged != "")
        members[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{SHEET}"><sheetData>{written}</sheetData>{cells}</worksheet>'
        )
        merged = ""
    if notes:
        members["xl/comments1.xml"] = (
            f'<comments xmlns="{SHEET}"><commentList>{notes}</commentList></comments>'
        )
    return archive(members, padding)


def _cell(column: int, row: int, value: object) -> str:
    place = f"{chr(65 + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def shape(*paragraphs: str, kind: str = "") -> str:
    place = f'<p:ph type="{kind}"/>' if kind else ""
    words = "".join(f"<a:p><a:r><a:t>{words}</a:t></a:r></a:p>" for words in paragraphs)
    return f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{words}</p:txBody></p:sp>"


def table(*rows: tuple[str, ...]) -> str:
    cells = (
        "".join(
            f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>" for c in row
        )
        for row in rows
    )
    return f"<a:tbl>{''.join(f'<a:tr>{row}</a:tr>' for row in cells)}</a:tbl>"


def pptx(*slides: str, notes: str = "") -> bytes:
    """Slides in the opposite order of their files; `notes` are of the first."""
    count = len(slides)
    listed = "".join(f'<p:sldId r:id="r{n}"/>' for n in range(1, count + 1))
    space = f'xmlns:p="{SLIDE}" xmlns:a="{DRAWING}" xmlns:r="{RELATION}"'
    files = [f"slides/slide{count - n}.xml" for n in range(count)]
    members = {
        "ppt/presentation.xml": f"<p:presentation {space}><p:sldIdLst>{listed}"
        "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(*(("slide", file) for file in files)),
    }
    for file, content in zip(files, slides, strict=True):
        members[f"ppt/{file}"] = f"<p:sld {space}><p:spTree>{content}</p:spTree></p:sld>"
    if notes:
        members[f"ppt/slides/_rels/slide{count}.xml.rels"] = relations(
            ("notesSlide", "../notesSlides/notesSlide1.xml")
        )
        members["ppt/notesSlides/notesSlide1.xml"] = f"<p:notes {space}>{notes}</p:notes>"
    return archive(members)


def epub(*chapters: str, title: str) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="ch%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters), 0, -1)
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(1, len(chapters) + 1))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></metadata>'
        f'<manifest>{items}<item id="nav" href="nav.xhtml" properties="nav" '
        'media-type="application/xhtml+xml"/></manifest>'
        f'<spine><itemref idref="nav"/>{order}</spine></package>'
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:container"
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f'<container xmlns="{space}"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
            "OPS/book.opf": package,
            **{f"OPS/ch {n}.xhtml": text for n, text in enumerate(chapters, 1)},
        }
    )
