"""The door for clients of OpenAI to vector stores: made, looked at, deleted."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from litestar.params import JSONBody, PathParameter
from msgspec import UNSET, Struct, UnsetType

from sqlrag.app import Rag
from sqlrag.domain.errors import BacklogFull, BadInput, NotFound
from sqlrag.domain.uploads import VectorStore
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.conversations import tell
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.dialects.openai_lists import (
    After,
    Before,
    Limit,
    Order,
    Page,
    bounds,
    read_page,
)
from sqlrag.doors.http.openapi import door

_PREFIX = "vs_"
_MOST_FILES = 2_000
StoreId = Annotated[str, PathParameter(description="`vs_` and the name of a workspace.")]
FileIds = Annotated[list[str] | None, tell(f"Up to {_MOST_FILES:,} that were handed in.")]
_Metadata = Annotated[dict[str, str] | None, tell("Kept, and told again.")]
Chunking = Annotated[
    dict[str, Any] | None, tell("The server's to say.", properties={"type": {"const": "auto"}})
]
_Never = Annotated[None, tell("None: stores do not expire.")]


class Counts(Struct, frozen=True):
    in_progress: int
    completed: int
    failed: int
    cancelled: int
    total: int


class Store(Struct, frozen=True):
    id: str
    created_at: int
    name: str
    description: str | None
    usage_bytes: int
    file_counts: Counts
    status: Literal["in_progress", "completed"]
    metadata: dict[str, str]
    last_active_at: None = None
    expires_after: None = None
    object: Literal["vector_store"] = "vector_store"


class StoreList(Page, frozen=True, kw_only=True):
    data: list[Store]


class DeletedStore(Struct, frozen=True):
    id: str
    object: Literal["vector_store.deleted"] = "vector_store.deleted"
    deleted: bool = True


class NewStore(Struct, frozen=True):
    name: str | None = None
    description: str | None = None
    metadata: _Metadata = None
    file_ids: FileIds = None
    chunking_strategy: Chunking = None
    expires_after: Any = None


class StoreChanges(Struct, frozen=True):
    name: str | UnsetType | None = UNSET
    metadata: _Metadata | UnsetType = UNSET
    expires_after: Any = None


async def open_store(rag: Rag, store_id: str) -> Rag:
    """The workspace of a store. Raises NotFound, whether it is another's or nobody's."""
    if not store_id.startswith(_PREFIX):
        raise NotFound(
            f'There is no vector store "{store_id[:80]}"; an id is {_PREFIX} and the name of a '
            "workspace."
        )
    return cast(Rag, await rag.open_store(store_id.removeprefix(_PREFIX)))


@door(
    "POST /v1/vector_stores",
    "Make a vector store",
    (NotFound, BacklogFull),
    takes=NewStore,
    of_all=True,
    speaks=DIALECT,
)
async def create_vector_store(data: JSONBody[Any], rag: RagOfWorkspace) -> Store:
    """A workspace of the name, with some letters more where there is one already. The files are
    those of the workspace of the address, and are read in the background.
    """
    refuse_chunking(data.chunking_strategy)
    _refuse_expiry(data.expires_after)
    said = {"name": data.name, "description": data.description, "metadata": data.metadata}
    files: dict[str, dict[str, Any]] = {one: {} for one in check_files(data.file_ids or ())}
    await rag.find_uploads(list(files))
    name = await rag.add_vector_store({key: value for key, value in said.items() if value})
    store = rag.in_workspace(name)
    if files:
        await store.attach_files(rag.workspace, files)
    return _show(await store.get_vector_store())


@door("GET /v1/vector_stores", "List vector stores", (NotFound,), role="reader", speaks=DIALECT)
async def list_vector_stores(
    rag: RagOfWorkspace,
    after: After = None,
    before: Before = None,
    limit: Limit = 20,
    order: Order = "desc",
) -> StoreList:
    """Those that the key reaches: every workspace is one."""

    async def fetch(cursor: str | None, most: int, descending: bool) -> list[VectorStore]:
        name = cursor and (await open_store(rag, cursor)).workspace
        return await rag.list_vector_stores(name, most, descending)

    rows, has_more = await read_page(fetch, after, before, limit, order)
    stores = list(map(_show, rows))
    return StoreList(data=stores, has_more=has_more, **bounds(stores))


@door(
    "GET /v1/vector_stores/{vector_store_id:str}",
    "Get a vector store",
    (NotFound,),
    role="reader",
    speaks=DIALECT,
)
async def retrieve_vector_store(rag: RagOfWorkspace, vector_store_id: StoreId) -> Store:
    """What is in it, and what became of its files."""
    return _show(await (await open_store(rag, vector_store_id)).get_vector_store())


@door(
    "POST /v1/vector_stores/{vector_store_id:str}",
    "Change a vector store",
    (NotFound,),
    takes=StoreChanges,
    speaks=DIALECT,
)
async def update_vector_store(
    data: JSONBody[Any], rag: RagOfWorkspace, vector_store_id: StoreId
) -> Store:
    """What it is called, and what is said of it; the workspace keeps its name, and so the id."""
    _refuse_expiry(data.expires_after)
    store = await open_store(rag, vector_store_id)
    given = {"name": data.name, "metadata": data.metadata}
    await store.change_vector_store({k: v for k, v in given.items() if v is not UNSET})
    return _show(await store.get_vector_store())


@door(
    "DELETE /v1/vector_stores/{vector_store_id:str}",
    "Delete a vector store",
    (NotFound,),
    speaks=DIALECT,
)
async def delete_vector_store(rag: RagOfWorkspace, vector_store_id: StoreId) -> DeletedStore:
    """The workspace, with everything in it, also what came through other doors, and its keys."""
    await (await open_store(rag, vector_store_id)).delete_workspace()
    return DeletedStore(vector_store_id)


def check_files(ids: Sequence[str]) -> list[str]:
    """Each once. Raises BadInput."""
    if len(ids) > _MOST_FILES:
        raise BadInput(f"{len(ids):,} files are named; send {_MOST_FILES:,} at most.")
    return list(dict.fromkeys(ids))


def refuse_chunking(given: Any) -> None:
    """Raises BadInput."""
    if (given or {}).get("type", "auto") != "auto":
        raise BadInput("How files are split is the server's to say; leave out chunking_strategy.")


def _refuse_expiry(given: Any) -> None:
    if given is not None:
        raise BadInput("Vector stores do not expire here; leave out expires_after, and delete it.")


def _show(store: VectorStore) -> Store:
    counts = store.in_progress, store.completed, store.failed, store.cancelled, store.total
    told = store.told
    return Store(
        _PREFIX + store.name,
        int(store.created_at.timestamp()),
        told.get("name") or store.name,
        told.get("description"),
        store.bytes,
        Counts(*counts),
        "in_progress" if store.in_progress else "completed",
        told.get("metadata") or {},
    )
