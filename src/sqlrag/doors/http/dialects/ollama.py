"""The door for clients of Ollama: models, chat and generate."""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Response
from litestar.params import JSONBody
from litestar.response import Stream
from litestar.types import Scope
from msgspec import Struct, field

from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.domain.retrieval import MODES, Answer, QueryParam, Reference
from sqlrag.doors.http.addresses import RagOfWorkspace, check_named
from sqlrag.doors.http.dialects.conversations import (
    MODELS,
    ModelName,
    Turn,
    find_model,
    read_conversation,
    tell,
)
from sqlrag.doors.http.errors import Dialect, describe_error
from sqlrag.doors.http.openapi import RESPONSES, door
from sqlrag.doors.http.streams import begin, close_stream
from sqlrag.doors.shapes import describe
from sqlrag.rag.answering import Steps

_VERSION = "0.12.0"  # of the API that is spoken, which clients compare
_STARTED = datetime.now(UTC)
_FOREVER = _STARTED + timedelta(days=36_500)
_LINES = "application/x-ndjson"
_PREFIX = re.compile(
    rf"/(?=\S)({'|'.join(MODES)})?(context)?(?:\[([^\]]*)\])?(?:\s+|\Z)(.*)", re.DOTALL
)


class Failure(Struct, frozen=True):
    error: str


class Version(Struct, frozen=True):
    version: str


class _Details(Struct, frozen=True):
    parent_model: str = ""
    format: str = ""
    family: str = "sqlrag"
    families: tuple[str, ...] = ("sqlrag",)
    parameter_size: str = ""
    quantization_level: str = ""


class _Known(Struct, frozen=True):
    name: str
    model: str
    digest: str
    size: int = 0
    details: _Details = _Details()


class _Tag(_Known, frozen=True):
    modified_at: datetime = _STARTED


class _Loaded(_Known, frozen=True):
    expires_at: datetime = _FOREVER
    size_vram: int = 0


class Tags(Struct, frozen=True):
    models: list[_Tag]


class AllLoaded(Struct, frozen=True):
    models: list[_Loaded]


class ShowRequest(Struct, frozen=True):
    model: ModelName


class Shown(Struct, frozen=True):
    modelfile: str = ""
    parameters: str = ""
    template: str = ""
    details: _Details = _Details()
    model_info: dict[str, str] = field(default_factory=lambda: {"general.architecture": "sqlrag"})
    capabilities: tuple[str, ...] = ("completion",)
    modified_at: datetime = _STARTED


class _Asked(Struct, frozen=True, kw_only=True):
    model: ModelName
    stream: bool | None = None
    format: Annotated[Any, tell("None.", enum=[None, ""])] = None
    tools: Annotated[list[Any] | None, tell(maxItems=0)] = None


class _Turn(Turn, frozen=True):
    images: Annotated[list[str] | None, tell(maxItems=0)] = None


class OllamaChatRequest(_Asked, frozen=True):
    messages: Annotated[list[_Turn], tell("The last is the question.", minItems=1)]


class GenerateRequest(_Asked, frozen=True):
    prompt: str
    system: str | None = None
    images: Annotated[list[str] | None, tell(maxItems=0)] = None


class _Said(Struct, frozen=True):
    content: str
    role: Literal["assistant"] = "assistant"


class _Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Durations are in nanoseconds; the tokens those of the call that wrote the answer, which are
    left out where there was none. The last has the references of the text whole."""

    model: str
    done: bool
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    done_reason: Literal["stop", "length"] | None = None
    total_duration: int | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    references: tuple[Reference, ...] | None = None


class OllamaChatReply(_Reply, frozen=True):
    message: _Said

    @classmethod
    def of(cls, text: str, **more: Any) -> "OllamaChatReply":
        return cls(message=_Said(text), **more)


class GenerateReply(_Reply, frozen=True):
    response: str

    @classmethod
    def of(cls, text: str, **more: Any) -> "GenerateReply":
        return cls(response=text, **more)


Kind = type[OllamaChatReply] | type[GenerateReply]
T = TypeVar("T", bound=_Known)
DIALECT = Dialect(Failure, lambda problem: Failure(problem.detail))


_SHOWN: dict[str, Any] = {"raises": (NotFound,), "role": "reader", "speaks": DIALECT}


@door("GET /api/version", "Tell a client of Ollama the version", **_SHOWN)
async def get_version(rag: RagOfWorkspace, scope: Scope) -> Version:
    """Of the API that is spoken here."""
    await check_named(rag, scope)
    return Version(_VERSION)


@door("GET /api/tags", "List models to a client of Ollama", **_SHOWN)
async def list_tags(rag: RagOfWorkspace, scope: Scope) -> Tags:
    """A model for each mode of retrieval."""
    await check_named(rag, scope)
    return Tags(_list(_Tag))


@door("GET /api/ps", "List loaded models to a client of Ollama", **_SHOWN)
async def list_loaded(rag: RagOfWorkspace, scope: Scope) -> AllLoaded:
    """All of them."""
    await check_named(rag, scope)
    return AllLoaded(_list(_Loaded))


@door("POST /api/show", "Describe a model to a client of Ollama", takes=ShowRequest, **_SHOWN)
async def show_model(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> Shown:
    """What there is to tell of it: little, since who writes is the server's to say."""
    await check_named(rag, scope)
    find_model(data.model)
    return Shown()


def _answers(name: str, kind: Kind, takes: type[Struct]) -> dict[str, Any]:
    examples = RESPONSES[name]
    return {
        "returns": kind,
        "takes": takes,
        "streams": {
            "application/json": (describe(kind), examples["whole"]),
            _LINES: ({"oneOf": [describe(kind), describe(Failure)]}, examples["stream"]),
        },
        "middleware": [close_stream],
        "role": "reader",
        "speaks": DIALECT,
    }


@door(
    "POST /api/chat",
    "Ask as a client of Ollama does",
    (NotFound, Conflict, ModelError),
    **_answers("chat", OllamaChatReply, OllamaChatRequest),
)
async def chat(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> Response[Any]:
    """An answer to the last message, a line of JSON for each piece unless `stream` is false, and at
    its end what its numbers stand for. `/mix …`, or another mode, before the question goes before
    the model's; `/context …` gives what was retrieved, and `/mix[briefly] …` has a wish.
    """
    if any(turn.images for turn in data.messages):
        raise BadInput("A message has images; send text alone.")
    return await _answer(data, data.messages, OllamaChatReply, rag, scope)


@door(
    "POST /api/generate",
    "Ask one thing as a client of Ollama does",
    (NotFound, Conflict, ModelError),
    **_answers("generate", GenerateReply, GenerateRequest),
)
async def generate(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> Response[Any]:
    """An answer to the prompt, as `chat` gives it."""
    if data.images:
        raise BadInput("The prompt has images; send text alone.")
    turns = [Turn("system", data.system), Turn("user", data.prompt)]
    return await _answer(data, turns, GenerateReply, rag, scope)


async def _answer(
    data: _Asked, turns: Sequence[Turn], kind: Kind, rag: Any, scope: Scope
) -> Response[Any]:
    if data.tools:
        raise BadInput("Tools are not called here; leave them out.")
    if data.format not in (None, ""):
        raise BadInput("An answer is text; leave out format.")
    question, param = read_prefix(*read_conversation(data.model, turns))
    if data.stream is not False:
        steps = await begin(scope, rag.stream(question, param))
        return Stream(_tell(steps, kind, data.model), media_type=_LINES)
    answer = await rag.query(question, param)
    text = answer.text + list_sources(answer)
    return Response(kind.of(text, **_finish(data.model, answer)))


async def _tell(steps: Steps, kind: Kind, model: str) -> AsyncGenerator[bytes, None]:
    try:
        async for step in steps:
            if isinstance(step, str):
                yield _line(kind.of(step, model=model, done=False))
            elif isinstance(step, Answer):
                if sources := list_sources(step):
                    yield _line(kind.of(sources, model=model, done=False))
                yield _line(kind.of("", **_finish(model, step)))
    except Exception as error:
        yield _line(DIALECT.tell(describe_error(error)))


def read_prefix(question: str, param: QueryParam) -> tuple[str, QueryParam]:
    """A question without the `/mode`, `/context` and `[wish]` before it, which are read."""
    found = _PREFIX.fullmatch(question)
    if not found or not any(found.groups()[:3]):
        return question, param
    mode, context, wish, rest = found.groups()
    more: dict[str, Any] = {"mode": mode} if mode else {}
    if wish:
        more["user_prompt"] = "\n".join(filter(None, (param.user_prompt, wish)))
    return rest, replace(param, only_need_context=bool(context), **more)


def list_sources(answer: Answer) -> str:
    """What the numbers of the text stand for, a line each: there is no other place for them that
    clients show."""
    lines = [
        f"[{one.number}] {one.title or one.source_key}" + (f", page {one.page}" if one.page else "")
        for one in answer.references
    ]
    return "\n\n" + "\n".join(lines) if lines else ""


def _finish(model: str, answer: Answer) -> dict[str, Any]:
    return {
        "model": model,
        "done": True,
        "done_reason": "length" if answer.finish_reason == "length" else "stop",
        "total_duration": int(1e9 * sum(answer.seconds.values())),
        "prompt_eval_count": answer.prompt_tokens or None,
        "eval_count": answer.completion_tokens or None,
        "references": answer.references,
    }


def _line(data: Struct) -> bytes:
    return msgspec.json.encode(data) + b"\n"


def _list(kind: type[T]) -> list[T]:
    names = [f"{name}:latest" for name in MODELS]
    return [kind(name, name, sha256(name.encode()).hexdigest()) for name in names]
