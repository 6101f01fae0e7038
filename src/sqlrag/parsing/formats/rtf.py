"""Rich text: its paragraphs, lists, tables and notes become HTML, which our reader reads."""

import codecs
import html
import re
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.html import parse_markup
from sqlrag.parsing.formats.rtf_flow import Flow, State
from sqlrag.parsing.formats.text import clean
from sqlrag.parsing.refusals import too_deep

MEDIA_TYPE = "application/rtf"
TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|[\r\n\0]+|(?P<text>[^\\{}\r\n\0]+)",
    re.DOTALL,
)
SIGNS = {
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "tab": " ", "line": "<br>",
    "page": " ", "column": " ", "nestcell": " | ", "nestrow": "<br>",
    "~": "\xa0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": " ",
}  # fmt: skip
ENDS = {"par", "sect", "\n", "\r"}
# Groups that hold no text of the document; those that begin with a star are of this kind unless
# they are among the others.
SILENT = {
    "colortbl", "pict", "fldinst", "sp", "shprslt", "nonshppict", "xe", "tc", "tcn", "rxe", "upr",
    "objdata", "info", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "pn",
    "nonesttables", "mmathPict", "datafield", "formfield", "listtable", "stylesheet", "fonttbl",
    "NeXTGraphic",
}  # fmt: skip
STARRED = {"shpinst", "do", "ud", "moMath", "moMathPara", "nesttableprops"}
MARKS = {"listtext", "pntext"}
BOXES = {"shptxt", "dptxbxtext"}
AROUND = re.compile(r"(header|footer)[lrf]?")
FLOWS = {"footnote", "title", *MARKS, *BOXES}
CODE_PAGES = {
    2: "cp1252", 77: "mac_roman", 78: "cp932", 128: "cp932", 129: "cp949", 130: "johab",
    134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
ENDINGS = {  # of names of fonts
    b"CE": "cp1250", b"Cyr": "cp1251", b"Greek": "cp1253", b"Tur": "cp1254", b"Hebrew": "cp1255",
    b"Arabic": "cp1256", b"Baltic": "cp1257", b"Vietnamese": "cp1258",
}  # fmt: skip
SETS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
HEADING = re.compile(rb"\s*heading ([1-9])[,;]", re.IGNORECASE)  # and what else it is called
TAGS = re.compile(r"<[^>]*>")
PROPERTIES = re.compile(r"m\w+Pr")  # of formulas
MOST_GROUPS = 10_000  # in groups
HIGHEST = 9  # level of an outline
NUMBERING = 8  # letters beside the number of a page: "Page 3 of 9"
DEEPEST = 8  # level of a list


def parse_rtf(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    reader = _Reader(data)
    parsed = replace(parse_markup(clean(reader.read()), limits), media_type=MEDIA_TYPE)
    return replace(parsed, title=" ".join(clean(reader.title).split()) or parsed.title)


class _Reader:
    """Bytes are kept until the page that they are of is known to have ended: a letter may be two
    of them, each escaped."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.title = ""
        self._state, self._states = State(), list[State]()
        self._flows = [Flow()]
        self._around: dict[str, list[str]] = {"header": [], "footer": []}
        self._notes: list[str] = []
        self._page, self._pages, self._first_font = "cp1252", dict[int, str](), -1
        self._levels: dict[int, int] = {}
        self._bytes = bytearray()
        self._skip = 0

    def read(self) -> str:
        place = 0
        while found := TOKEN.search(self._data, place):
            place = found.end()
            if found["text"] or found["byte"]:
                self._letters(found["text"] or bytes.fromhex(found["byte"].decode()))
            elif found["brace"]:
                self._open() if found["brace"] == b"{" else self._close()
            elif name := found["word"] or found["sign"]:
                number = int(found["number"]) if found["number"] else None
                if name == b"bin":
                    place += max(number or 0, 0)
                else:
                    self._control(name.decode("latin-1"), number)
        self._flush()
        while len(self._flows) > 1:
            self._finish(self._flows.pop())
        flow = self._flows[0].end(self._state)
        notes = "".join(
            f'<li data-mark="{number}.">{note}</li>' for number, note in enumerate(self._notes, 1)
        )
        above, below = ("".join(dict.fromkeys(texts)) for texts in self._around.values())
        return f"{above}{flow}<ul>{notes}</ul>{below}" if notes else above + flow + below

    def _letters(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        state = self._state
        state.begins = False
        if state.table == "stylesheet":
            if named := HEADING.match(data):
                self._levels[state.style] = int(named[1])
        elif state.table == "fonttbl":
            ending = data.strip(b"; ").rpartition(b" ")[2].strip(b"()")
            if ending in ENDINGS:
                self._pages.setdefault(state.font, ENDINGS[ending])
        elif state.silent:
            self._flows[-1].counts |= b"PAGE" in data
        elif not state.hidden:
            self._bytes += data[skipped:]

    def _flush(self) -> None:
        if self._bytes:
            page = self._pages.get(self._state.font, self._page)
            self._say(html.escape(self._bytes.decode(page, "replace"), quote=False))
            self._bytes.clear()

    def _say(self, text: str) -> None:
        if not (self._state.silent or self._state.hidden):
            raised = self._state.raised and text.strip()
            self._flows[-1].words.append(f"<sup>{text}</sup>" if raised else text)

    def _open(self) -> None:
        self._flush()
        if len(self._states) > MOST_GROUPS:
            raise too_deep("rich text", f"{MOST_GROUPS:,} groups")
        self._states.append(copy(self._state))
        self._state.begins, self._state.starred = True, False

    def _close(self) -> None:
        self._flush()
        self._skip = 0
        if self._flows[-1].groups >= len(self._states) and len(self._flows) > 1:
            self._finish(self._flows.pop())
        if self._states:
            self._state = self._states.pop()

    def _begin(self, kind: str) -> None:
        if kind == "footnote":
            self._notes.append("")
            self._say(f"<sup>[{len(self._notes)}]</sup>")
        self._flows.append(Flow(kind, len(self._states), len(self._notes)))
        self._state = State(font=self._state.font, fallback=self._state.fallback)

    def _finish(self, flow: Flow) -> None:
        above = self._flows[-1]
        if flow.kind == "title":
            self.title = html.unescape(flow.take())
        elif flow.kind in MARKS:
            above.mark = html.unescape(TAGS.sub("", flow.take()))
        elif flow.kind in BOXES:
            above.boxes.append(flow.end(self._state))
        elif flow.kind == "footnote":
            self._notes[flow.number - 1] = flow.end(self._state)
        elif found := AROUND.fullmatch(flow.kind):
            text = flow.end(self._state)
            letters = sum(map(str.isalpha, TAGS.sub("", text)))
            if not (flow.counts and letters <= NUMBERING):
                self._around[found[1]].append(text)

    def _control(self, word: str, number: int | None) -> None:
        self._flush()
        self._skip = 0
        state = self._state
        begins, starred = state.begins, state.starred
        state.begins = state.starred = word == "*"
        if state.table or word in ("fonttbl", "stylesheet"):
            self._tell(word, number or 0)
        elif begins and word == "ud" and state.silent == "upr":
            state.silent = ""
        elif (starred and word not in STARRED) or (
            begins and (word in SILENT or PROPERTIES.fullmatch(word))
        ):
            state.silent = state.silent or word
        elif begins and (word in FLOWS or AROUND.fullmatch(word)):
            if not state.silent or word == "title":
                self._begin(word)
        elif word in SETTINGS:
            SETTINGS[word](state, number)
        elif not state.silent:
            self._write(word, number)

    def _tell(self, word: str, number: int) -> None:
        """What the tables of fonts and styles say."""
        state = self._state
        if word in ("fonttbl", "stylesheet"):
            state.table = state.silent = word
        elif word == "f":
            state.font = number
        elif word == "s":
            state.style = number
        elif word == "fcharset" and number in CODE_PAGES:
            self._pages[state.font] = CODE_PAGES[number]
        elif word == "cpg":
            self._pages[state.font] = _page(number, self._pages.get(state.font, self._page))
        elif word == "outlinelevel" and number < HIGHEST:
            self._levels[state.style] = number + 1

    def _write(self, word: str, number: int | None) -> None:
        state, flow = self._state, self._flows[-1]
        if word in SIGNS:
            self._say(SIGNS[word])
        elif word in ENDS:
            flow.end_paragraph(state)
        elif word == "u":
            self._say(html.escape(chr((number or 0) % 0x10000), quote=False))
            self._skip = state.fallback
        elif word == "cell":
            flow.end_cell()
        elif word == "row":
            flow.end_row()
        elif word == "s":
            state.style, state.level = number or 0, self._levels.get(number or 0, 0)
        elif word == "plain":
            state.hidden = state.raised = False
            state.font = self._first_font
        elif word == "deff":
            self._first_font = state.font = number or 0
        elif word == "ansicpg":
            self._page = _page(number or 0, self._page)
        elif word in SETS:
            self._page = SETS[word]
        elif word == "chpgn":
            flow.counts = True


def _page(number: int, otherwise: str) -> str:
    name = {65001: "utf-8", 10000: "mac_roman", 936: "gb18030"}.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise


def _end_properties(state: State) -> None:
    state.style = state.level = state.depth = 0
    state.in_cell = False


def _set(name: str, value: Any) -> Callable[[State, int | None], None]:
    """Sets a field of the state; `value` is what the number of the word is turned into."""
    return lambda state, number: setattr(state, name, value(number))


SETTINGS: dict[str, Callable[[State, int | None], None]] = {
    "pard": lambda state, _: _end_properties(state),
    "f": _set("font", lambda number: number or 0),
    "uc": _set("fallback", lambda number: 1 if number is None else max(number, 0)),
    "v": _set("hidden", lambda number: number != 0),
    "deleted": _set("hidden", lambda number: number != 0),
    "super": _set("raised", lambda number: number != 0),
    "up": _set("raised", lambda number: number != 0),
    "nosupersub": _set("raised", lambda _: False),
    "sub": _set("raised", lambda _: False),
    "ilvl": _set("depth", lambda number: min(max(number or 0, 0), DEEPEST)),
    "intbl": _set("in_cell", lambda _: True),
    "outlinelevel": _set(
        "level", lambda number: (number or 0) + 1 if (number or 0) < HIGHEST else 0
    ),
}
