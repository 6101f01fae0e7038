"""The graph as a file, in GraphML, CSV or JSON lines, from one moment of the database."""

import asyncio
import csv
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape

from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph_views import KINDS, Kind
from sqlrag.domain.storage import GraphStore
from sqlrag.domain.workspaces import Workspace, unknown_workspace
from sqlrag.rag.progress import Report, silent
from sqlrag.repositories.postgres import Postgres

PATIENCE = 300  # seconds for which a page may wait to be taken
PAGE_SIZE = 500
Row = Mapping[str, Any]
Count = Mapping[Kind, int]
_PAGES: dict[Kind, str] = {"entities": "export_entities", "relations": "export_relations"}
_IDS = {"entities": ("entity_id",), "relations": ("relation_id", "source_id", "target_id")}
# `edited_by` is None when only documents speak of it; a relation points as most evidence has it.
_ENTITY = "name", "type", "description", "aliases", "chunk_count", "edited_by"
_RELATION = "source", "target", "keywords", "description", "weight", "chunk_count", "edited_by"
COLUMNS = {"entities": _IDS["entities"] + _ENTITY, "relations": _IDS["relations"] + _RELATION}
_TYPES = {"chunk_count": "int", "weight": "double"}
# What XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A spreadsheet would run it: OWASP, CSV Injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# In GraphML the ids of an entity, a relation and its ends stand in attributes.
_DATA = {"node": _ENTITY, "edge": _RELATION[2:]}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes a file piece by piece: what opens the rows of a kind, the rows, and the end."""

    begin: Callable[[Kind, Count], str]
    write: Callable[[Kind, Sequence[Row]], str]
    end: str = ""


async def export(
    storage: Postgres, workspace: str, file_format: str, kind: str | None, report: Report
) -> AsyncGenerator[str, None]:
    """A file of `file_format` in pieces; `kind` chooses the rows of csv and, if given, jsonl.

    Consistent while others write, with a page in memory and not the graph. It holds a connection
    until it ends or is closed; a page that is not taken for PATIENCE seconds ends it with a
    DatabaseError. Raises NotFound, and BadInput before anything is read.
    """
    writer, kinds = _choose_writer(file_format, kind)
    async with aclosing(_write(storage, workspace, writer, kinds, report)) as pieces:
        async for _, piece in pieces:
            yield piece


def export_tables(
    storage: Postgres, workspace: str, report: Report = silent
) -> AsyncGenerator[tuple[Kind, str], None]:
    """Both CSV files, of one moment: pieces, each with the kind of the file it belongs to."""
    return _write(storage, workspace, _WRITERS["csv"], KINDS, report)


async def _write(
    storage: Postgres, name: str, writer: Writer, kinds: Sequence[Kind], report: Report
) -> AsyncGenerator[tuple[Kind, str], None]:
    async with storage.snapshot() as session:
        await session.execute("begin_export", f"{PATIENCE}s")
        workspace = await session.find_one(Workspace, "get_workspace", name)
        if workspace is None:
            raise unknown_workspace(name)
        count: Count = await session.fetch_one(dict, "count_graph", workspace.id)
        for kind in kinds:
            report(kind, more=count[kind])
        for kind in kinds:
            yield kind, writer.begin(kind, count)
            async for rows in _read_pages(session, workspace.id, kind):
                yield kind, await asyncio.to_thread(writer.write, kind, rows)
                report(kind, done=len(rows))
        yield kinds[-1], writer.end


async def _read_pages(
    graph: GraphStore, workspace_id: int, kind: Kind
) -> AsyncIterator[Sequence[Row]]:
    after = 0
    while rows := await graph.fetch_all(dict, _PAGES[kind], workspace_id, after, PAGE_SIZE):
        yield rows
        after = rows[-1][_IDS[kind][0]]


def _choose_writer(file_format: str, kind: str | None) -> tuple[Writer, tuple[Kind, ...]]:
    """The writer, and the kinds of rows that are in the file, in order.

    Raises BadInput for an unknown format, and for a kind that it has no place for.
    """
    if kind not in (None, *KINDS):
        raise BadInput(f'There is no kind "{kind}"; use entities or relations.')
    if file_format not in _WRITERS:
        raise BadInput(f'There is no format "{file_format}"; use one of {", ".join(_WRITERS)}.')
    if file_format == "graphml" and kind:
        raise BadInput("A GraphML file holds entities and relations; leave kind out.")
    if file_format == "csv" and not kind:
        raise BadInput("A CSV file holds one kind of rows; choose kind entities or relations.")
    return _WRITERS[file_format], tuple(known for known in KINDS if kind in (None, known))


def _begin_graphml(kind: Kind, count: Count) -> str:
    if kind == "relations":
        return ""
    keys = (
        f'<key id="{element}_{name}" for="{element}" attr.name="{name}" '
        f'attr.type="{_TYPES.get(name, "string")}"/>\n'
        for element, names in _DATA.items()
        for name in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        f"{''.join(keys)}"
        f'<graph id="knowledge" edgedefault="directed" parse.nodes="{count["entities"]}" '
        f'parse.edges="{count["relations"]}" parse.order="nodesfirst">\n'
    )


def _element(row: Row) -> str:
    """A node `n<id>` or a directed edge `e<id>`. Aliases are a JSON list, as GraphML has none.

    A character that XML cannot hold becomes U+FFFD.
    """
    if "entity_id" in row:
        return f'<node id="n{row["entity_id"]}">{_data("node", row)}</node>\n'
    ends = f'source="n{row["source_id"]}" target="n{row["target_id"]}"'
    return f'<edge id="e{row["relation_id"]}" {ends}>{_data("edge", row)}</edge>\n'


def _data(element: str, row: Row) -> str:
    return "".join(
        f'<data key="{element}_{name}">{_xml(_text(value))}</data>'
        for name in _DATA[element]
        if (value := row[name]) is not None
    )


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _write_csv(kind: Kind, rows: Sequence[Row]) -> str:
    """RFC 4180. Aliases are a JSON list.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    return _lines([[_cell(row[name]) for name in COLUMNS[kind]] for row in rows])


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = _text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_json_lines(kind: Kind, rows: Sequence[Row]) -> str:
    """One object a line; its `kind` is "entity" or "relation"."""
    name = "entity" if kind == "entities" else "relation"
    return "".join(json.dumps({"kind": name, **row}, ensure_ascii=False) + "\n" for row in rows)


_WRITERS = {
    "graphml": Writer(
        _begin_graphml,
        lambda kind, rows: "".join(map(_element, rows)),
        "</graph>\n</graphml>\n",
    ),
    "csv": Writer(lambda kind, count: _lines([COLUMNS[kind]]), _write_csv),
    "jsonl": Writer(lambda kind, count: "", _write_json_lines),
}
