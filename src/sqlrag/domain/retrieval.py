"""Questions, from a search request to a context and an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta

from sqlrag.domain.documents import Place

FinishReason = Literal["stop", "length", "content_filter"]
Mode = Literal["auto", "naive", "multihop", "local", "global", "hybrid", "mix", "bypass"]
# What Python must know of a mode: what of a question is compared by vectors. Its names and themes
# are asked of a model where nobody gave any. The rest is its statement, `<mode>_search`.
MODES: dict[Mode, tuple[Literal["question", "names", "themes"], ...]] = {
    "auto": ("question",),
    "naive": ("question",),
    "multihop": ("question",),
    "local": ("names",),
    "global": ("themes",),
    "hybrid": ("names", "themes"),
    "mix": ("question", "names", "themes"),
    "bypass": (),  # no retrieval at all
}

# Their values are read by SQL, which takes more than a schema would say.
_NAMES = (
    *("document_ids", "source_keys", "tags", "all_tags"),
    *("created_after", "created_before", "metadata"),
)
_FILTERS: Any = {"properties": {name: {} for name in _NAMES}, "additionalProperties": False}

Thousand = Annotated[int, Meta(ge=1, le=1000)]
Tokens = Annotated[int, Meta(ge=1, le=2**31 - 1)]  # an int of Postgres
Hops = Annotated[int, Meta(ge=1, le=4)]
ConversationId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Filters: TypeAlias = Annotated[
    Mapping[str, Any] | None,
    Meta(
        description="document_ids, source_keys, tags, all_tags, created_after, created_before, and "
        "metadata: containment, or $eq $ne $in $nin $all $lt $lte $gt $gte $exists $not $and $or "
        "$nor.",
        extra_json_schema=_FILTERS,
    ),
]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; role is 'system', 'user' or 'assistant'."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class QueryParam:
    """How a question is to be retrieved for and answered.

    Mode 'auto' is 'multihop' where the question names something of the graph, one chunk does not
    answer it whole and one to start from is named after what few are about, and 'naive' elsewhere;
    the context says which, and why. Keywords are searched
    beside the question; those given win over those that a model would find.
    """

    mode: Annotated[Mode, Meta(description="How to retrieve.")] = "auto"
    top_k: Annotated[Thousand, Meta(description="How many entities and relations.")] = 40
    chunk_top_k: Annotated[Thousand, Meta(description="How many chunks.")] = 20
    max_entity_tokens: Annotated[Tokens, Meta(description="The tokens of all entities.")] = 6_000
    max_relation_tokens: Annotated[Tokens, Meta(description="Of all relations.")] = 8_000
    max_total_tokens: Annotated[Tokens, Meta(description="Of the whole context.")] = 30_000
    hops: Annotated[
        Hops | None,
        Meta(description="How far from the seeds; by default 2 in multihop, 1 elsewhere."),
    ] = None
    ll_keywords: Annotated[tuple[str, ...], Meta(description="Names to look for.")] = ()
    hl_keywords: Annotated[tuple[str, ...], Meta(description="Themes to look for.")] = ()
    filters: Filters = None
    conversation_history: Annotated[
        tuple[Message, ...], Meta(description="Earlier turns; a question may follow them up.")
    ] = ()
    conversation_id: Annotated[
        ConversationId | None,
        Meta(description="A conversation that it goes on with, and joins."),
    ] = None
    response_type: Annotated[str, Meta(description="The form of the answer.")] = (
        "Multiple Paragraphs"
    )
    user_prompt: Annotated[str | None, Meta(description="A further wish for the model.")] = None
    only_need_context: Annotated[
        bool, Meta(description="Give what was retrieved, and ask no model.")
    ] = False
    only_need_prompt: Annotated[bool, Meta(description="Give the prompt, and ask no model.")] = (
        False
    )
    include_references: Annotated[
        bool, Meta(description="List what the numbers of the answer stand for.")
    ] = True
    stream: Annotated[
        bool, Meta(description="For callers: /v1/query/stream streams, /v1/query does not.")
    ] = False
    enable_rerank: Annotated[bool, Meta(description="Use the reranker, if there is one.")] = True
    select: Annotated[
        bool | None,
        Meta(
            description="Let the chat model put what answers first, among the best chunks; by "
            "default as the workspace has it."
        ),
    ] = None
    use_cache: Annotated[
        bool, Meta(description="Give an answer again that was given on the same data.")
    ] = True
    explain: Annotated[
        bool, Meta(description="Say what led to each row, and the plan of the statement.")
    ] = False


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How a workspace retrieves for questions that do not say."""

    select: Annotated[bool, Meta(description="true or false")] = False


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a retrieval that found a chunk, at which rank (from 1) and raw score."""

    arm: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class HopStep:
    """A step to a chunk: by an entity, None for a chunk that was found without one.

    `quote` is of the chunk `quoted_chunk_id`, the one before, and tells why the step was taken; of
    the chunk itself in the first step.
    """

    entity: str | None
    chunk_id: int
    title: str
    quote: str
    quoted_chunk_id: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A chunk whose text is that of another, which stands for it."""

    chunk_id: int
    document_id: int
    source_key: str
    title: str


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A retrieved chunk with its place in its document and why it was found.

    `page_breaks` are the characters of the document at which pages after `page` begin; `path` the
    steps that led to it over hops; `about`, when explained, what of the context it speaks of.
    `copies` are chunks with the same text, best first, for which this one stands.
    """

    rank: int
    score: float
    chunk_id: int
    document_id: int
    source_key: str
    title: str
    content: str
    token_count: int
    ordinal: int
    char_start: int
    char_end: int
    page: int | None
    page_end: int | None
    page_breaks: list[int]
    headings: list[str]
    metadata: dict[str, Any]
    created_at: datetime
    arms: list[Arm]
    copies: list[Copy] = field(default_factory=list)
    path: list[HopStep] = field(default_factory=list)
    about: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScoredEntity:
    """A retrieved entity, `depth` hops from a seed, by `via_relation_id` from `from_entity_id`.

    `path`, when explained, names the entity and the relation that led to it.
    """

    rank: int
    score: float
    entity_id: int
    name: str
    type: str
    description: str
    chunk_count: int
    depth: int
    via_relation_id: int | None
    from_entity_id: int | None
    arms: list[Arm]
    token_count: int = 0
    path: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScoredRelation:
    """A retrieved relation, pointing the way most of its evidence does.

    `path`, when explained, names those of its ends that are in the context.
    """

    rank: int
    score: float
    relation_id: int
    source_id: int
    target_id: int
    source: str
    target: str
    keywords: str
    description: str
    weight: float
    chunk_count: int
    arms: list[Arm]
    token_count: int = 0
    path: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What retrieval returns; `seconds` holds the timings of its steps.

    `mode` is the one that ran, and `reason` says why where it was chosen. `searched` is the
    question as it was searched, which stands alone where the asked one followed up; the keywords
    are those that were used. `notes` are sentences on what had to be done without. `rows_read` are
    the rows of the graph that hops read. `plan` is what EXPLAIN tells of the statement, when asked
    for.
    """

    question: str
    mode: str
    chunks: tuple[ScoredChunk, ...] = ()
    entities: tuple[ScoredEntity, ...] = ()
    relations: tuple[ScoredRelation, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    searched: str = ""
    ll_keywords: tuple[str, ...] = ()
    hl_keywords: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    plan: dict[str, Any] | None = None
    reason: str | None = None
    rows_read: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """What `[number]` in an answer stands for, exact to the chunk; `copies` say it too.

    `places` is where on its pages the quote of a PDF stands, where that was asked for.
    """

    number: int
    chunk_id: int
    document_id: int
    source_key: str
    title: str
    page: int | None
    char_start: int
    char_end: int
    quote: str
    copies: list[Copy] = field(default_factory=list)
    places: tuple[Place, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its references; `model` names what wrote it.

    With only_need_context or only_need_prompt, `text` is that context or prompt.
    `seconds` holds the timings of its steps. `cached`: it was written for the same question before,
    and nothing has changed since. The tokens are those of the call that wrote it, 0 where no model
    was called and None where its endpoint does not count them. `finish_reason` is other than 'stop'
    where the model was cut off, which a note tells in words. `turn` is its number in the
    conversation that it was asked in.
    """

    text: str
    references: tuple[Reference, ...]
    context: Context
    model: str
    seconds: dict[str, float] = field(default_factory=dict)
    cached: bool = False
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    finish_reason: FinishReason = "stop"
    turn: int | None = None


def list_documents(found: Context) -> tuple[int, ...]:
    """Whose text is in the chunks of a context, and in their copies."""
    pairs = ((one.document_id, *(c.document_id for c in one.copies)) for one in found.chunks)
    return tuple(dict.fromkeys(id for ids in pairs for id in ids))
