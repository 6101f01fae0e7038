"""The door for clients of OpenAI to the files of a vector store."""

from functools import partial
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from litestar import Response
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from sqlrag.domain.errors import BacklogFull, Conflict, NotFound
from sqlrag.domain.uploads import StoreFile
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.conversations import tell
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.dialects.openai_files import FileId
from sqlrag.doors.http.dialects.openai_filters import (
    Attributes,
    read_attributes,
    show_attributes,
)
from sqlrag.doors.http.dialects.openai_lists import (
    After,
    Before,
    Limit,
    Order,
    Page,
    bounds,
    read_page,
)
from sqlrag.doors.http.dialects.openai_stores import (
    Chunking,
    StoreId,
    open_store,
    refuse_chunking,
)
from sqlrag.doors.http.openapi import door

Status = Literal["in_progress", "completed", "failed", "cancelled"]
Filter = Annotated[Status | None, QueryParameter(description="Only these files.")]
_AGAIN = "250"
_Code = Literal["server_error", "unsupported_file", "invalid_file"]
_UNSUPPORTED = ("unsupported-media-type",)
_SERVERS = ("model-error", "model-timeout", "database-error", "internal-error", "time-limit")


class _LastError(Struct, frozen=True):
    code: _Code
    message: str


class _Strategy(Struct, frozen=True):
    type: Literal["other"] = "other"


class FileOfStore(Struct, frozen=True):
    id: str
    created_at: int
    vector_store_id: str
    status: Status
    last_error: _LastError | None
    usage_bytes: int
    attributes: dict[str, Any]
    chunking_strategy: _Strategy = _Strategy()
    object: Literal["vector_store.file"] = "vector_store.file"


class FilesOfStore(Page, frozen=True, kw_only=True):
    data: list[FileOfStore]


class DetachedFile(Struct, frozen=True):
    id: str
    object: Literal["vector_store.file.deleted"] = "vector_store.file.deleted"
    deleted: bool = True


class _Piece(Struct, frozen=True):
    text: str
    type: Literal["text"] = "text"


class Pieces(Struct, frozen=True):
    data: list[_Piece]
    has_more: Literal[False] = False
    next_page: None = None
    object: Literal["vector_store.file_content.page"] = "vector_store.file_content.page"


class NewFile(Struct, frozen=True):
    file_id: Annotated[str, tell("Of a file that was handed in.")]
    attributes: Attributes = None
    chunking_strategy: Chunking = None


class FileChanges(Struct, frozen=True):
    attributes: Attributes


@door(
    "POST /v1/vector_stores/{vector_store_id:str}/files",
    "Put a file into a vector store",
    (NotFound, BacklogFull),
    takes=NewFile,
    role="writer",
    speaks=DIALECT,
)
async def create_vector_store_file(
    data: JSONBody[Any], rag: RagOfWorkspace, vector_store_id: StoreId
) -> FileOfStore:
    """A worker reads it: it is `in_progress` until it is `completed`, or `failed` with the reason.
    The file is one of the workspace of the address, or of the store's.
    """
    refuse_chunking(data.chunking_strategy)
    store = await open_store(rag, vector_store_id)
    await store.attach_files(rag.workspace, {data.file_id: read_attributes(data.attributes)})
    return _show(await store.get_store_file(data.file_id), vector_store_id)


@door(
    "GET /v1/vector_stores/{vector_store_id:str}/files",
    "List the files of a vector store",
    (NotFound,),
    role="reader",
    speaks=DIALECT,
)
async def list_vector_store_files(
    rag: RagOfWorkspace,
    vector_store_id: StoreId,
    filter: Filter = None,
    after: After = None,
    before: Before = None,
    limit: Limit = 20,
    order: Order = "desc",
) -> FilesOfStore:
    """All documents of the workspace, and files that are to become some, or could not."""
    asked = rag, vector_store_id, filter, None
    return await list_page(*asked, (after, before, limit, order))


@door(
    "GET /v1/vector_stores/{vector_store_id:str}/files/{file_id:str}",
    "Get a file of a vector store",
    (NotFound,),
    returns=FileOfStore,
    role="reader",
    speaks=DIALECT,
)
async def retrieve_vector_store_file(
    rag: RagOfWorkspace, vector_store_id: StoreId, file_id: FileId
) -> Response[Any]:
    """How far it is."""
    store = await open_store(rag, vector_store_id)
    found = _show(await store.get_store_file(file_id), vector_store_id)
    return Response(found, headers=say_when(found.status))


@door(
    "POST /v1/vector_stores/{vector_store_id:str}/files/{file_id:str}",
    "Change the attributes of a file",
    (NotFound, Conflict),
    takes=FileChanges,
    role="writer",
    speaks=DIALECT,
)
async def update_vector_store_file(
    data: JSONBody[Any], rag: RagOfWorkspace, vector_store_id: StoreId, file_id: FileId
) -> FileOfStore:
    """All of them, at once, for the next search; 409 for one that is not completed."""
    store = await open_store(rag, vector_store_id)
    changed = await store.change_attributes(file_id, read_attributes(data.attributes))
    return _show(changed, vector_store_id)


@door(
    "DELETE /v1/vector_stores/{vector_store_id:str}/files/{file_id:str}",
    "Take a file out of a vector store",
    (NotFound,),
    role="writer",
    speaks=DIALECT,
)
async def delete_vector_store_file(
    rag: RagOfWorkspace, vector_store_id: StoreId, file_id: FileId
) -> DetachedFile:
    """Its document goes, with everything made of it; what was handed in stays."""
    store = await open_store(rag, vector_store_id)
    if not await store.remove_from_store(file_id):
        raise store.no_file(file_id)
    return DetachedFile(file_id)


@door(
    "GET /v1/vector_stores/{vector_store_id:str}/files/{file_id:str}/content",
    "Read a file of a vector store",
    (NotFound,),
    role="reader",
    speaks=DIALECT,
)
async def read_vector_store_file(
    rag: RagOfWorkspace, vector_store_id: StoreId, file_id: FileId
) -> Pieces:
    """Its text as it was read, chunk by chunk, without what they share."""
    store = await open_store(rag, vector_store_id)
    return Pieces([_Piece(text) for text in await store.read_store_file(file_id)])


def say_when(status: Status) -> dict[str, str]:
    """To clients that wait, after how many milliseconds to look again: sooner than they would."""
    return {"openai-poll-after-ms": _AGAIN} if status == "in_progress" else {}


async def list_page(
    rag: Any, store_id: str, status: str | None, track_id: UUID | None, page: Any
) -> FilesOfStore:
    store = await open_store(rag, store_id)
    if track_id:
        await store.get_batch(track_id)
    rows, has_more = await read_page(partial(store.list_store_files, status, track_id), *page)
    if not rows and (cursor := page[0] or page[1]):
        await store.get_store_file(cursor)
    files = [_show(one, store_id) for one in rows]
    return FilesOfStore(data=files, has_more=has_more, **bounds(files))


def _show(file: StoreFile, store_id: str) -> FileOfStore:
    error = None
    if file.status == "failed":
        code: _Code = "invalid_file"
        code = "unsupported_file" if file.error_kind in _UNSUPPORTED else code
        code = "server_error" if file.error_kind in _SERVERS else code
        error = _LastError(code, file.error or "")
    created_at, attributes = int(file.created_at.timestamp()), show_attributes(file.attributes)
    status = cast(Status, file.status)
    told = status, error, file.bytes, attributes
    return FileOfStore(file.file_id, created_at, store_id, *told)
