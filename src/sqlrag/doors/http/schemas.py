"""The shapes of requests and responses that are not things of the domain."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from sqlrag.domain.documents import Chunk, Document, IngestResult
from sqlrag.domain.retrieval import (
    MODES,
    Message,
    QueryParam,
    Reference,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)
from sqlrag.domain.storage import WorkspaceSummary

_DEFAULTS = QueryParam()


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not served; `results` when it was a batch of documents."""

    type: str
    title: str
    status: int
    detail: str
    results: list[IngestResult] | None = None


class Health(Struct, frozen=True):
    status: Literal["live", "ready"]


class TextDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A text to ingest; without `id`, equal texts are one document."""

    text: str
    id: str | None = None
    title: str | None = None
    metadata: dict[str, Any] = {}
    tags: tuple[str, ...] = ()
    media_type: str | None = None
    language: str | None = None


class TextDocuments(Struct, frozen=True, forbid_unknown_fields=True):
    documents: tuple[TextDocument, ...]


class IngestResults(Struct, frozen=True):
    """One result for each document, in their order."""

    results: list[IngestResult]


class DocumentPage(Struct, frozen=True):
    """`next` is the `after` of the next page; null at the end."""

    items: list[Document]
    next: int | None


class ChunkPage(Struct, frozen=True):
    """`next` is the `first` of the next page; null at the end."""

    items: list[Chunk]
    next: int | None


class WorkspaceList(Struct, frozen=True):
    items: list[WorkspaceSummary]


class DeletedDocument(Struct, frozen=True):
    document_id: int
    source_key: str


class DeletedDocuments(Struct, frozen=True):
    """What was there and is gone."""

    deleted: list[DeletedDocument]


class QueryRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A question and how to answer it; the fields are those of QueryParam."""

    question: str
    mode: Annotated[str, Meta(description=f"One of {', '.join(MODES)}.")] = _DEFAULTS.mode
    top_k: Annotated[int, Meta(description="How many entities and relations, 1 to 1000.")] = (
        _DEFAULTS.top_k
    )
    chunk_top_k: Annotated[int, Meta(description="How many chunks, 1 to 1000.")] = (
        _DEFAULTS.chunk_top_k
    )
    max_entity_tokens: Annotated[int, Meta(description="The tokens of all entities.")] = (
        _DEFAULTS.max_entity_tokens
    )
    max_relation_tokens: Annotated[int, Meta(description="The tokens of all relations.")] = (
        _DEFAULTS.max_relation_tokens
    )
    max_total_tokens: Annotated[int, Meta(description="The tokens of the whole context.")] = (
        _DEFAULTS.max_total_tokens
    )
    hops: Annotated[
        int | None,
        Meta(description="How far from the seeds, 1 to 4; by default 2 in multihop, 1 elsewhere."),
    ] = _DEFAULTS.hops
    ll_keywords: Annotated[tuple[str, ...], Meta(description="Names to look for.")] = ()
    hl_keywords: Annotated[tuple[str, ...], Meta(description="Themes to look for.")] = ()
    filters: Annotated[
        dict[str, Any] | None,
        Meta(
            description="document_ids, source_keys, tags, all_tags, created_after, "
            "created_before, and metadata: containment, or $eq $ne $in $nin $all $lt $lte $gt "
            "$gte $and $or."
        ),
    ] = None
    conversation_history: Annotated[
        tuple[Message, ...], Meta(description="Earlier turns; a question may follow them up.")
    ] = ()
    response_type: str = _DEFAULTS.response_type
    user_prompt: Annotated[str | None, Meta(description="A further wish for the model.")] = None
    only_need_context: bool = False
    only_need_prompt: bool = False
    include_references: bool = True
    stream: Annotated[
        bool, Meta(description="Has no effect here: /v1/query/stream streams, /v1/query does not.")
    ] = False
    enable_rerank: Annotated[bool, Meta(description="Use the reranker, if there is one.")] = True
    use_cache: Annotated[
        bool, Meta(description="Give an answer again that was given on the same data.")
    ] = True
    explain: Annotated[
        bool, Meta(description="Say what led to each row, and the plan of the statement.")
    ] = False

    def param(self) -> QueryParam:
        fields = structs.asdict(self)
        del fields["question"]
        return QueryParam(**fields)


class QueryResponse(Struct, frozen=True, omit_defaults=True):
    """`[n]` in the answer is the reference of that number.

    The rows of the context come with `only_need_context` or `explain`, the plan with `explain`.
    `mode` is the one that retrieved, and `reason` says why where it was chosen.
    """

    answer: str
    references: tuple[Reference, ...]
    model: str
    seconds: dict[str, float]
    chunks: tuple[ScoredChunk, ...] | None = None
    entities: tuple[ScoredEntity, ...] | None = None
    relations: tuple[ScoredRelation, ...] | None = None
    cached: bool = False
    searched: str | None = None
    ll_keywords: tuple[str, ...] = ()
    hl_keywords: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    plan: dict[str, Any] | None = None
    mode: str | None = None
    reason: str | None = None


class QueryData(Struct, frozen=True):
    """What was retrieved; the reference with number n is of the chunk of rank n."""

    mode: str
    entities: tuple[ScoredEntity, ...]
    relations: tuple[ScoredRelation, ...]
    chunks: tuple[ScoredChunk, ...]
    references: tuple[Reference, ...]
    seconds: dict[str, float]
    reason: str | None = None


class ContextEvent(Struct, frozen=True):
    """`[n]` in the answer cites the chunk of rank n."""

    mode: str
    chunks: tuple[ScoredChunk, ...]
    entities: tuple[ScoredEntity, ...]
    relations: tuple[ScoredRelation, ...]
    seconds: dict[str, float]
    searched: str = ""
    ll_keywords: tuple[str, ...] = ()
    hl_keywords: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    plan: dict[str, Any] | None = None
    reason: str | None = None
    rows_read: int = 0


class TokenEvent(Struct, frozen=True):
    text: str


class DoneEvent(Struct, frozen=True):
    references: tuple[Reference, ...]
    model: str
    seconds: dict[str, float]
    cached: bool = False
