"""The storage interfaces: documents and chunks, vectors, the graph, keys and values.

Repositories over Postgres implement them; whoever replaces one needs no more than this. All ids
of workspaces are those of handles; all raise DatabaseError.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlrag.domain.costs import Spending
from sqlrag.domain.documents import (
    Chunk,
    Document,
    DocumentState,
    NewChunk,
    NewDocument,
    Original,
    WrittenDocument,
)
from sqlrag.domain.graph import NewGraph
from sqlrag.domain.items import Item, Match, NewItem, VectorQuery
from sqlrag.domain.jobs import Claim
from sqlrag.domain.models import Exchange

T = TypeVar("T")


class DocumentStore(Protocol):
    async def get_document_state(
        self, workspace_id: int, source_key: str, extractor: str
    ) -> DocumentState | None: ...

    async def write_document(
        self,
        workspace_id: int,
        document: NewDocument,
        chunks: Sequence[NewChunk],
        graph: NewGraph,
        space_id: int,
        read: DocumentState | None,
        job: Claim | None = None,
        result: Mapping[str, Any] | None = None,
        original: bytes | None = None,
    ) -> WrittenDocument | None:
        """Make the document, its chunks and its part of the graph equal to these, or do nothing.

        `read` is the state that the writer knows, None for a new document. None when another
        writer came between. For a job it ends the job, with a result, or raises ClaimLost and does
        nothing. An `original` is kept with it, as its bytes.
        """

    async def get_original(self, workspace_id: int, document_id: int) -> Original | None:
        """A document as it was handed in; its content is None where it was not kept."""

    async def get_document(self, workspace_id: int, document_id: int) -> Document | None: ...

    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int, limit: int
    ) -> list[Chunk]: ...

    async def delete_documents(
        self,
        workspace_id: int,
        document_ids: Sequence[int],
        source_keys: Sequence[str],
        as_of: datetime | None = None,
    ) -> tuple[list[tuple[int, str]], set[int]]:
        """Delete; returns (document_id, source_key) of what was there, and, with `as_of`, was last
        written then; and the ids of the entities that it spoke of."""


class VectorStore(Protocol):
    async def write_items(
        self, workspace_id: int, space_id: int, language: str, calls: Sequence[Sequence[NewItem]]
    ) -> set[str]:
        """Store the items of several calls, of each all or none; every id occurs once.

        Returns the ids that refused their call.
        """

    async def get_items(self, workspace_id: int, ids: Sequence[str]) -> list[Item]: ...
    async def count_items(self, workspace_id: int, filters: Mapping[str, Any] | None) -> int: ...
    async def query_items(
        self, workspace_id: int, queries: Sequence[VectorQuery]
    ) -> list[list[Match]]: ...


class GraphStore(Protocol):
    async def fetch_all(self, kind: type[T], name: str, *parameters: Any) -> list[T]:
        """The rows of a function of the graph, by its name; edits are functions, too."""


class KeyValueStore(Protocol):
    async def exchange_model_calls(self, exchange: Exchange) -> dict[bytes, str]:
        """Record calls that were made; of the keys that are asked for, those known by response."""

    async def read_spending(self, workspace_id: int, model: str) -> Spending:
        """What a workspace may spend and has spent, as of some seconds ago at most."""
