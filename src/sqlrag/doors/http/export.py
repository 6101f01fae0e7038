"""The knowledge graph as a file, streamed."""

import re
from typing import Annotated, Any
from urllib.parse import quote

from litestar.params import QueryParameter
from litestar.response import Stream
from litestar.types import Scope

from sqlrag.domain.errors import NotFound
from sqlrag.domain.graph_views import Format, Kind
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.openapi import RESPONSES, door
from sqlrag.doors.http.streams import begin, close_stream

FileFormat = Annotated[Format, QueryParameter(name="format", description="Of the file.")]
Rows = Annotated[
    Kind | None,
    QueryParameter(name="kind", description="Only these; a CSV file needs it, GraphML has both."),
]
MEDIA_TYPES: dict[Format, str] = {
    "graphml": "application/graphml+xml",
    "csv": "text/csv; header=present",  # Litestar says of a text that it is UTF-8
    "jsonl": "application/x-ndjson",
}
_SCHEMAS: dict[Format, dict[str, Any]] = {
    "graphml": {"type": "string"},
    "csv": {"type": "string"},
    "jsonl": {"type": "object", "description": "Of each line."},
}


@door(
    "GET /v1/graph/export",
    "Download the graph",
    (NotFound,),
    returns=str,
    streams={
        media_type.partition(";")[0]: (_SCHEMAS[name], RESPONSES["export"][name])
        for name, media_type in MEDIA_TYPES.items()
    },
    middleware=[close_stream],
    role="reader",
)
async def export(
    rag: RagOfWorkspace,
    scope: Scope,
    file_format: FileFormat = "graphml",
    kind: Rows = None,
) -> Stream:
    """GraphML, CSV or JSON lines, streamed from one moment of the graph while others write.

    Aliases are a JSON list in every format. In CSV, a text that a spreadsheet would take for a
    formula begins with an apostrophe; JSON lines hold every name as it is. What fails before the
    first piece has an ordinary status; what fails later ends the response early.
    """
    pieces = await begin(scope, rag.graph.export(file_format, kind))
    name = re.sub(r'[/\\:*?"<>|]', "-", rag.workspace) + (f"-{kind}" if kind else "")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}.{file_format}"}
    return Stream(pieces, media_type=MEDIA_TYPES[file_format], headers=headers)
