"""What clients of LightRAG ask, and the shapes of what they are answered."""

from typing import Annotated, Any, Literal

from msgspec import Struct, field

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import MODES, Message, QueryParam, Reference
from sqlrag.doors.http.dialects.conversations import tell

# Under the same names as those of QueryParam; what is null is as the server has it.
_SAME = (
    *("only_need_context", "only_need_prompt", "response_type", "top_k", "chunk_top_k"),
    *("max_entity_tokens", "max_relation_tokens", "max_total_tokens", "enable_rerank"),
    *("include_references", "user_prompt"),
)


class _Turn(Struct, frozen=True):
    role: Annotated[str, tell(enum=["system", "user", "assistant"])]
    content: str


class QueryAsked(Struct, frozen=True):
    query: str
    mode: Annotated[str, tell("How to retrieve.", enum=[*MODES])] = "mix"
    only_need_context: bool | None = None
    only_need_prompt: bool | None = None
    response_type: str | None = None
    top_k: Annotated[int | None, tell("1 to 1,000.")] = None
    chunk_top_k: Annotated[int | None, tell("1 to 1,000.")] = None
    max_entity_tokens: int | None = None
    max_relation_tokens: int | None = None
    max_total_tokens: int | None = None
    hl_keywords: list[str] | None = None
    ll_keywords: list[str] | None = None
    conversation_history: list[_Turn] | None = None
    user_prompt: str | None = None
    enable_rerank: bool | None = None
    include_references: bool | None = True
    include_chunk_content: bool | None = False


class Referred(Struct, frozen=True, omit_defaults=True):
    """`reference` is the whole of it, with its quote and its page, once it is cited."""

    reference_id: str
    file_path: str
    content: list[str] | None = None
    reference: Reference | None = None


class QueryAnswered(Struct, frozen=True):
    response: str
    references: list[Referred] | None
    response_time: float
    llm_generated: bool


class Line(Struct, frozen=True, omit_defaults=True):
    """The first has what was found, in the order of its numbers, the last the seconds."""

    references: list[Referred] | None = None
    response: str | None = None
    llm_generated: bool | None = None
    response_time: float | None = None


class FailedLine(Struct, frozen=True):
    error: str


class FoundEntity(Struct, frozen=True):
    entity_name: str
    entity_type: str
    description: str
    source_id: str = ""
    file_path: str = ""
    reference_id: str = ""


class FoundRelation(Struct, frozen=True):
    src_id: str
    tgt_id: str
    description: str
    keywords: str
    weight: float
    source_id: str = ""
    file_path: str = ""
    reference_id: str = ""


class FoundChunk(Struct, frozen=True):
    content: str
    file_path: str
    chunk_id: str
    reference_id: str


class Found(Struct, frozen=True):
    entities: list[FoundEntity] = field(default_factory=list)
    relationships: list[FoundRelation] = field(default_factory=list)
    chunks: list[FoundChunk] = field(default_factory=list)
    references: list[Referred] = field(default_factory=list)


class QueryFound(Struct, frozen=True):
    status: Literal["success"]
    message: str
    data: Found
    metadata: dict[str, Any]


def read_question(data: QueryAsked) -> tuple[str, QueryParam]:
    """A question and how it is to be answered. Raises BadInput."""
    given = {name: value for name in _SAME if (value := getattr(data, name)) is not None}
    turns = [(turn.role, turn.content) for turn in data.conversation_history or ()]
    for role, _ in turns:
        if role not in ("system", "user", "assistant"):
            raise BadInput(f'A turn has the role "{role[:40]}"; use system, user, assistant.')
    mode: Any = data.mode
    if mode not in MODES:
        raise BadInput(f'There is no mode "{data.mode[:40]}"; use one of {", ".join(MODES)}.')
    names, themes = (tuple(one or ()) for one in (data.ll_keywords, data.hl_keywords))
    history: Any = tuple(Message(role, content) for role, content in turns)  # type: ignore[arg-type]
    more = {"ll_keywords": names, "hl_keywords": themes, "conversation_history": history}
    return data.query, QueryParam(mode=mode, **more, **given)
