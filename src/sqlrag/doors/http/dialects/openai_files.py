"""The door for clients of OpenAI who hand in files, and look at them."""

from functools import partial
from typing import Annotated, Any, Literal

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta, Struct

from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.uploads import KnownFile
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.dialects.openai_lists import (
    After,
    Before,
    Order,
    Page,
    bounds,
    read_page,
)
from sqlrag.doors.http.documents import BYTES_OF_FORM, parse_form, read_media_type
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.doors.http.openapi import door
from sqlrag.doors.http.originals import BYTES, save
from sqlrag.doors.shapes import describe

_PURPOSES = ("assistants", "user_data")
_EXAMPLE = {"file": "(the bytes of handbook.pdf)", "purpose": "assistants"}
FileId = Annotated[str, PathParameter(description="`file-…`, as it was told.")]
_Many = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many, at most.")]
_Purpose = Annotated[str | None, QueryParameter(description="Only these files.")]


class FileForm(Struct, frozen=True):
    """A file to keep."""

    file: Annotated[Any, Meta(extra_json_schema=BYTES_OF_FORM)]
    purpose: Annotated[str, Meta(extra_json_schema={"enum": [*_PURPOSES]})]


class File(Struct, frozen=True):
    id: str
    bytes: int
    created_at: int
    filename: str
    purpose: str
    object: Literal["file"] = "file"
    status: Literal["processed"] = "processed"


class FileList(Page, frozen=True, kw_only=True):
    data: list[File]


class DeletedFile(Struct, frozen=True):
    id: str
    object: Literal["file"] = "file"
    deleted: bool = True


@door(
    "POST /v1/files",
    "Hand in a file",
    returns=File,
    content={"multipart/form-data": (describe(FileForm), _EXAMPLE)},
    opt={ANY_CONTENT: True},
    role="writer",
    speaks=DIALECT,
)
async def create_file(request: Request[Any, Any, Any], rag: RagOfWorkspace) -> Response[Any]:
    """Kept under an id as it is, and nothing is answered from it until it is put into a vector
    store by that id.
    """
    form = await parse_form(request)
    files = [one for name, one in form.multi_items() if name == "file"]
    if len(files) != 1 or not isinstance(files[0], UploadFile):
        raise BadInput('The form holds no file; send one in the field "file", with its name.')
    purpose = form.get("purpose")
    if purpose not in _PURPOSES:
        told = str(purpose)[:80] if purpose is not None else "missing"
        raise BadInput(
            f'The purpose of the file is "{told}"; files go into vector stores here, so use '
            f"{' or '.join(_PURPOSES)}."
        )
    if any(name.startswith("expires_after") for name in form):
        raise BadInput("Files do not expire here; leave out expires_after, and delete the file.")
    data, read_as = await files[0].read(), read_media_type(files[0])
    return Response(_show(await rag.add_upload(files[0].filename, data, read_as, purpose)))


@door("GET /v1/files", "List files", (NotFound,), role="reader", speaks=DIALECT)
async def list_files(
    rag: RagOfWorkspace,
    purpose: _Purpose = None,
    after: After = None,
    before: Before = None,
    limit: _Many = 10_000,
    order: Order = "desc",
) -> FileList:
    """What was handed in, and the documents of the workspace that came through other doors."""
    fetch = partial(rag.list_files, purpose)
    rows, has_more = await read_page(fetch, after, before, limit, order)
    if not rows and (cursor := after or before):
        await rag.get_file(cursor)
    files = list(map(_show, rows))
    return FileList(data=files, has_more=has_more, **bounds(files))


@door("GET /v1/files/{file_id:str}", "Get a file", (NotFound,), role="reader", speaks=DIALECT)
async def retrieve_file(rag: RagOfWorkspace, file_id: FileId) -> File:
    """What is known of it. The id of a document is `file-` and its number."""
    return _show(await rag.get_file(file_id))


@door(
    "GET /v1/files/{file_id:str}/content",
    "Download a file",
    (NotFound,),
    returns=bytes,
    streams={"application/octet-stream": (BYTES, None)},
    role="reader",
    speaks=DIALECT,
)
async def read_file(rag: RagOfWorkspace, file_id: FileId) -> Response[bytes]:
    """Its bytes as they were handed in; 404 also where those of a document were not kept."""
    found, content = await rag.read_file(file_id)
    return save(content, found.name)


@door("DELETE /v1/files/{file_id:str}", "Delete a file", (NotFound,), role="writer", speaks=DIALECT)
async def delete_file(rag: RagOfWorkspace, file_id: FileId) -> DeletedFile:
    """With what was made of it, in every vector store that the key reaches."""
    await rag.delete_file(file_id)
    return DeletedFile(file_id)


def _show(file: KnownFile) -> File:
    created_at = int(file.created_at.timestamp())
    return File(file.file_id, file.bytes, created_at, file.name, file.purpose)
