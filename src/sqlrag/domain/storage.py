"""Interfaces of what is stored; the use-cases know no other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlrag.domain.asking import Answers, Reads, Sought, Step
from sqlrag.domain.doctor import Doctor
from sqlrag.domain.documents import Chunk, Document
from sqlrag.domain.editing import Edits
from sqlrag.domain.evaluation import Evaluations
from sqlrag.domain.exploring import Explorations
from sqlrag.domain.exporting import Exports
from sqlrag.domain.graph import NewGraph
from sqlrag.domain.items import Items
from sqlrag.domain.retrieval import Found, Mode, QueryParam
from sqlrag.domain.summaries import Summaries

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant and the embedding space it searches in, None until its first document.

    `settings` are its own options of extraction, as they are stored.
    """

    workspace_id: int
    name: str
    space_id: int | None
    model: str | None
    dimensions: int | None
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkspaceSummary:
    """How much a workspace holds."""

    workspace_id: int
    name: str
    documents: int
    chunks: int
    terms: int
    model: str | None
    dimensions: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a writer compares a new source with."""

    document_id: int
    title: str
    language: str
    content_sha256: bytes
    recipe: str
    metadata: dict[str, Any]
    tags: list[str]
    status: str
    error: str | None
    revision: int
    chunk_hashes: list[bytes]
    extracted_hashes: list[bytes]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is to be stored; `partly` says what of its graph is missing, and why."""

    source_key: str
    title: str
    media_type: str
    language: str
    content_sha256: bytes
    recipe: str
    metadata: Mapping[str, Any]
    tags: Sequence[str]
    char_count: int
    partly: str | None = None


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk as it is to be stored.

    `indexed` is what is searched: title, headings and content. `embedding` is None where the
    document already has a chunk of the same hash.
    """

    content: str
    content_sha256: bytes
    indexed: str
    token_count: int
    char_start: int
    char_end: int
    page: int | None
    page_breaks: Sequence[int]
    headings: Sequence[str]
    embedding: Any | None


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document that was written, and how many of its chunks are new."""

    document_id: int
    added_count: int


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A call of a model for the ledger; `key_sha256` is of all that its reply depends on.

    Either `response` or `error` is set.
    """

    key_sha256: bytes
    purpose: str
    model: str
    response: str | None
    error: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0


class Workspaces(Protocol):
    async def get_workspace(self, name: str) -> Workspace | None: ...
    async def add_workspace(self, name: str) -> None: ...
    async def delete_workspace(self, workspace_id: int) -> None: ...
    async def choose_space(
        self, workspace_id: int, model: str, dimensions: int, metric: str = "cosine"
    ) -> int | None:
        """Give the workspace a space; None when it holds embeddings of another."""
        ...

    async def configure_extraction(self, workspace_id: int, changes: Mapping[str, Any]) -> None:
        """Put settings in the place of those of the same names; None takes one away."""
        ...

    async def list_workspaces(self) -> list[WorkspaceSummary]: ...


class Documents(Protocol):
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
    ) -> WrittenDocument | None:
        """Make the document, its chunks and its part of the graph equal to these, or do nothing.

        `read` is the state that the writer knows, None for a new document. None when another
        writer came between.
        """
        ...

    async def fail_document(self, workspace_id: int, document: NewDocument, error: str) -> int:
        """Keep why an attempt failed; content that was good stays."""
        ...

    async def get_document(self, workspace_id: int, document_id: int) -> Document | None: ...
    async def list_documents(
        self,
        workspace_id: int,
        after: int = 0,
        limit: int = 50,
        status: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """A page in order of id, beginning after the id `after`."""
        ...

    async def delete_documents(
        self, workspace_id: int, document_ids: Sequence[int], source_keys: Sequence[str]
    ) -> list[tuple[int, str]]:
        """Delete and return (document_id, source_key) of what was there."""
        ...


class Chunks(Protocol):
    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int = 0, limit: int = 100
    ) -> list[Chunk]: ...


class ModelCalls(Protocol):
    async def exchange_model_calls(
        self,
        workspace_id: int,
        source_key: str | None,
        made: Sequence[ModelCall],
        asked: Sequence[bytes],
    ) -> dict[bytes, str]:
        """Record calls that were made; of the keys that are asked for, those known by response."""
        ...


class Searches(Protocol):
    async def search(
        self, mode: Mode, workspace_id: int, sought: Sought, param: QueryParam
    ) -> Found:
        """What a mode finds; mode 'bypass' has no statement."""
        ...

    async def explain_search(
        self, workspace_id: int, sought: Sought, param: QueryParam
    ) -> dict[str, Any]:
        """The plan, with times and buffers, of the statement of `param.mode`."""
        ...

    async def count_reads(self) -> list[Reads]:
        """What the connection has read; to be compared within a transaction."""
        ...

    async def trace_context(
        self, workspace_id: int, found: Found, filters: Mapping[str, Any] | None = None
    ) -> list[Step]:
        """What led to the rows that were found."""
        ...


class Session(Protocol):
    """The repositories over one connection, or over whichever is free."""

    @property
    def workspaces(self) -> Workspaces: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def chunks(self) -> Chunks: ...
    @property
    def edits(self) -> Edits: ...
    @property
    def model_calls(self) -> ModelCalls: ...
    @property
    def summaries(self) -> Summaries: ...
    @property
    def searches(self) -> Searches: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def explorations(self) -> Explorations: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def items(self) -> Items: ...
    @property
    def evaluations(self) -> Evaluations: ...


class Storage(Session, Protocol):
    """All that is stored. Its own repositories take a free connection per statement."""

    @property
    def doctor(self) -> Doctor: ...

    async def run(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run `work` in one transaction; again, whole, when the connection was lost on the way."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Session]:
        """Repositories that all see the data of one moment, and only read."""
        ...

    async def index_embeddings(self, workspace_id: int) -> bool:
        """Give the workspace an HNSW index when exact search is no longer fast; True if made."""
        ...

    async def analyse_tables(self, only_young: bool = False) -> None:
        """Give Postgres the statistics of what was just ingested; `only_young`: if it has none."""
        ...

    async def drop_workspace(self, workspace_id: int) -> None:
        """Delete a workspace with everything in it."""
        ...

    @property
    def address(self) -> str:
        """Host and database, for people; never the password."""
        ...

    async def ping(self) -> None:
        """Raises DatabaseError when the database does not answer."""
        ...
