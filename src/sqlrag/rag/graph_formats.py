"""The file formats of a graph: GraphML, CSV, JSON lines. Text in, text out."""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import fields
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape

from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph_views import (
    FORMATS,
    KINDS,
    ExportedEntity,
    ExportedRelation,
    GraphCount,
    Kind,
)

Row = ExportedEntity | ExportedRelation
_ENTITY = tuple(field.name for field in fields(ExportedEntity))
_RELATION = tuple(field.name for field in fields(ExportedRelation))
_COLUMNS: dict[Kind, tuple[str, ...]] = {"entities": _ENTITY, "relations": _RELATION}
_TYPES = {"chunk_count": "int", "weight": "double"}
# What XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A spreadsheet would run it: OWASP, CSV Injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_GRAPHML = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


class Writer:
    """Writes a file piece by piece; rows come in the order of `kinds`."""

    def __init__(self, kinds: Sequence[Kind] = KINDS) -> None:
        self.kinds = kinds

    def begin(self, count: GraphCount) -> str:
        return ""

    def write(self, rows: Sequence[Row]) -> str:
        raise NotImplementedError

    def end(self) -> str:
        return ""


def choose_writer(file_format: str, kind: str | None = None) -> Writer:
    """Raises BadInput for an unknown format, and for a kind that it has no place for."""
    if kind is not None and kind not in KINDS:
        raise BadInput(f'There is no kind "{kind}"; use entities or relations.')
    kinds = tuple(known for known in KINDS if kind in (None, known))
    match file_format:
        case "graphml" if kind is None:
            return GraphmlWriter()
        case "graphml":
            raise BadInput("A GraphML file holds entities and relations; leave kind out.")
        case "jsonl":
            return JsonLinesWriter(kinds)
        case "csv" if kind is None:
            raise BadInput("A CSV file holds one kind of rows; choose kind entities or relations.")
        case "csv":
            return CsvWriter(kinds[0])
    raise BadInput(f'There is no format "{file_format}"; use one of {", ".join(FORMATS)}.')


class GraphmlWriter(Writer):
    """Nodes `n<id>` and directed edges `e<id>`. Aliases are a JSON list, as GraphML has none.

    A character that XML cannot hold becomes U+FFFD.
    """

    _nodes = _ENTITY[1:]
    _edges = tuple(name for name in _RELATION[3:] if name not in ("source", "target"))

    def begin(self, count: GraphCount) -> str:
        keys = [_key("node", name) for name in self._nodes]
        keys += [_key("edge", name) for name in self._edges]
        graph = (
            f'<graph id="knowledge" edgedefault="directed" parse.nodes="{count.entities}" '
            f'parse.edges="{count.relations}" parse.order="nodesfirst">\n'
        )
        return _GRAPHML + "".join(keys) + graph

    def write(self, rows: Sequence[Row]) -> str:
        return "".join(map(self._element, rows))

    def end(self) -> str:
        return "</graph>\n</graphml>\n"

    def _element(self, row: Row) -> str:
        if isinstance(row, ExportedEntity):
            data = _data("node", row, self._nodes)
            return f'<node id="n{row.entity_id}">{data}</node>\n'
        ends = f'source="n{row.source_id}" target="n{row.target_id}"'
        return f'<edge id="e{row.relation_id}" {ends}>{_data("edge", row, self._edges)}</edge>\n'


def _key(element: str, name: str) -> str:
    kind = _TYPES.get(name, "string")
    return f'<key id="{element}_{name}" for="{element}" attr.name="{name}" attr.type="{kind}"/>\n'


def _data(element: str, row: Row, names: Sequence[str]) -> str:
    values = ((name, getattr(row, name)) for name in names)
    return "".join(
        f'<data key="{element}_{name}">{_xml(_text(value))}</data>'
        for name, value in values
        if value is not None
    )


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


class CsvWriter(Writer):
    """RFC 4180, with a line of headings. Aliases are a JSON list.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__((kind,))
        self._columns = _COLUMNS[kind]

    def begin(self, count: GraphCount) -> str:
        return _lines([self._columns])

    def write(self, rows: Sequence[Row]) -> str:
        return _lines([[_cell(getattr(row, name)) for name in self._columns] for row in rows])


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = _text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class JsonLinesWriter(Writer):
    """One object a line; its `kind` is "entity" or "relation"."""

    def write(self, rows: Sequence[Row]) -> str:
        return "".join(map(self._line, rows))

    def _line(self, row: Row) -> str:
        is_entity = isinstance(row, ExportedEntity)
        kind, names = ("entity", _ENTITY) if is_entity else ("relation", _RELATION)
        fields = {"kind": kind, **{name: getattr(row, name) for name in names}}
        return json.dumps(fields, ensure_ascii=False) + "\n"
