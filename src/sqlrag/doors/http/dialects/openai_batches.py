"""The door for clients of OpenAI who put many files into a vector store at once."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Response
from litestar.params import JSONBody, PathParameter
from msgspec import Struct

from sqlrag.domain.errors import BacklogFull, BadInput, NotFound
from sqlrag.domain.uploads import FileBatch
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.dialects.openai_filters import Attributes, read_attributes
from sqlrag.doors.http.dialects.openai_lists import After, Before, Limit, Order
from sqlrag.doors.http.dialects.openai_store_files import (
    FilesOfStore,
    Filter,
    NewFile,
    Status,
    list_page,
    say_when,
)
from sqlrag.doors.http.dialects.openai_stores import (
    Chunking,
    Counts,
    FileIds,
    StoreId,
    check_files,
    open_store,
    refuse_chunking,
)
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.doors.http.openapi import door

_BATCH = "vsfb_"
BatchId = Annotated[str, PathParameter(description="`vsfb_…`, as it was told.")]


class NewBatch(Struct, frozen=True):
    """`file_ids`, which share the attributes, or `files`, each with its own."""

    file_ids: FileIds = None
    files: list[NewFile] | None = None
    attributes: Attributes = None
    chunking_strategy: Chunking = None


class Batch(Struct, frozen=True):
    id: str
    created_at: int
    vector_store_id: str
    status: Status
    file_counts: Counts
    object: Literal["vector_store.files_batch"] = "vector_store.files_batch"


@door(
    "POST /v1/vector_stores/{vector_store_id:str}/file_batches",
    "Put many files into a vector store",
    (NotFound, BacklogFull),
    takes=NewBatch,
    role="writer",
    speaks=DIALECT,
)
async def create_vector_store_batch(
    data: JSONBody[Any], rag: RagOfWorkspace, vector_store_id: StoreId
) -> Batch:
    """As one by one; where one of them is not there, none is begun."""
    refuse_chunking(data.chunking_strategy)
    store = await open_store(rag, vector_store_id)
    track_id = await store.attach_files(rag.workspace, _read_batch(data))
    return _show_batch(await store.get_batch(track_id), vector_store_id)


@door(
    "GET /v1/vector_stores/{vector_store_id:str}/file_batches/{batch_id:str}",
    "Get a batch of files",
    (NotFound,),
    returns=Batch,
    role="reader",
    speaks=DIALECT,
)
async def retrieve_vector_store_batch(
    rag: RagOfWorkspace, vector_store_id: StoreId, batch_id: BatchId
) -> Response[Any]:
    """How many of its files are how far. A batch is known for as long as its jobs are."""
    store = await open_store(rag, vector_store_id)
    found = _show_batch(await store.get_batch(_read_id(batch_id)), vector_store_id)
    return Response(found, headers=say_when(found.status))


@door(
    "POST /v1/vector_stores/{vector_store_id:str}/file_batches/{batch_id:str}/cancel",
    "Cancel a batch of files",
    (NotFound,),
    opt={ANY_CONTENT: True},
    role="writer",
    speaks=DIALECT,
)
async def cancel_vector_store_batch(
    rag: RagOfWorkspace, vector_store_id: StoreId, batch_id: BatchId
) -> Batch:
    """What is in progress; what is completed stays."""
    store = await open_store(rag, vector_store_id)
    return _show_batch(await store.cancel_batch(_read_id(batch_id)), vector_store_id)


@door(
    "GET /v1/vector_stores/{vector_store_id:str}/file_batches/{batch_id:str}/files",
    "List the files of a batch",
    (NotFound,),
    role="reader",
    speaks=DIALECT,
)
async def list_vector_store_batch_files(
    rag: RagOfWorkspace,
    vector_store_id: StoreId,
    batch_id: BatchId,
    filter: Filter = None,
    after: After = None,
    before: Before = None,
    limit: Limit = 20,
    order: Order = "desc",
) -> FilesOfStore:
    """Those of it that are still in the store."""
    asked = rag, vector_store_id, filter, _read_id(batch_id)
    return await list_page(*asked, (after, before, limit, order))


def _read_batch(data: NewBatch) -> Mapping[str, Mapping[str, Any]]:
    """The attributes of each file. Raises BadInput."""
    if bool(data.file_ids) == bool(data.files):
        raise BadInput("A batch is of file_ids or of files; give one of the two, with a file.")
    shared = read_attributes(data.attributes)
    if data.file_ids:
        return dict.fromkeys(check_files(data.file_ids), shared)
    check_files([one.file_id for one in data.files or ()])
    for one in data.files or ():
        refuse_chunking(one.chunking_strategy)
    return {one.file_id: read_attributes(one.attributes) for one in data.files or ()}


def _read_id(batch_id: str) -> UUID:
    try:
        return UUID(batch_id.removeprefix(_BATCH))
    except ValueError as error:
        raise NotFound(f'There is no batch "{batch_id[:80]}"; an id is {_BATCH}….') from error


def _show_batch(batch: FileBatch, store_id: str) -> Batch:
    counts = batch.in_progress, batch.completed, batch.failed, batch.cancelled, batch.total
    status: Status = "completed"
    if batch.in_progress:
        status = "in_progress"
    elif batch.cancelled:
        status = "cancelled"
    elif batch.failed == batch.total:
        status = "failed"
    created_at = int(batch.created_at.timestamp())
    return Batch(_BATCH + batch.track_id.hex, created_at, store_id, status, Counts(*counts))
