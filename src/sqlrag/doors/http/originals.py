"""Doors to what documents were made of: their bytes, and pictures of their pages."""

from pathlib import PurePath
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Response
from litestar.params import PathParameter, QueryParameter

from sqlrag.domain.errors import NotFound, UnreadableDocument
from sqlrag.domain.operations import LARGEST_ID
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.openapi import door

DocumentId = Annotated[int, PathParameter(ge=1, le=LARGEST_ID, description="Its id.")]
Page = Annotated[int, PathParameter(ge=1, le=100_000, description="A page, from 1.")]
Character = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=2**31 - 1,
        description="Of a citation, which is marked.",
        schema_extra={"minimum": 0},  # which Litestar leaves out where null is permitted too
    ),
]
Width = Annotated[int, QueryParameter(ge=16, le=4_000, description="Pixels across.")]
BYTES: dict[str, Any] = {"type": "string", "format": "binary"}


@door(
    "GET /v1/documents/{document_id:int}/content",
    "Download a document",
    (NotFound,),
    returns=bytes,
    streams={"application/octet-stream": (BYTES, None)},
    role="reader",
)
async def get_content(rag: RagOfWorkspace, document_id: DocumentId) -> Response[bytes]:
    """Its bytes as they were handed in, to be saved, whatever they are: a page or a picture that
    somebody ingested is not shown as one of ours. 404 also where they were not kept.
    """
    original, content = await rag.get_original(document_id)
    return save(content, original.source_key)


@door(
    "GET /v1/documents/{document_id:int}/pages/{page:int}",
    "See a page of a document",
    (NotFound, UnreadableDocument),
    returns=bytes,
    streams={"image/png": (BYTES, None)},
    role="reader",
)
async def draw_page(
    rag: RagOfWorkspace,
    document_id: DocumentId,
    page: Page,
    char_start: Character = None,
    char_end: Character = None,
    width: Width = 1_000,
) -> Response[bytes]:
    """A page of a PDF as a picture, with the characters of a citation marked."""
    drawn = await rag.draw_page(document_id, page, char_start, char_end, width)
    return Response(drawn, media_type="image/png")


def save(content: bytes, name: str) -> Response[bytes]:
    """Bytes to be saved under the name that ends a path."""
    named = quote(PurePath(name.replace("\\", "/")).name[-200:] or "document")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{named}"}
    return Response(content, media_type="application/octet-stream", headers=headers)
