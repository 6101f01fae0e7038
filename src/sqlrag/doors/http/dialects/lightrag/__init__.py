"""The door for clients of LightRAG's server, its Web UI among them, as of 1.5.7."""

from litestar.handlers import HTTPRouteHandler

from sqlrag.doors.http.dialects.lightrag import (
    asking,
    deleting,
    documents,
    edits,
    entering,
    graph,
    pipeline,
    uploading,
)

DOORS: list[HTTPRouteHandler] = [
    *entering.DOORS,
    *asking.DOORS,
    *documents.DOORS,
    *uploading.DOORS,
    *deleting.DOORS,
    *pipeline.DOORS,
    *graph.DOORS,
    *edits.DOORS,
]
