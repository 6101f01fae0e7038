"""The door for clients of OpenAI who look for models, and embed."""

import asyncio
from base64 import b64encode
from typing import Annotated, Any, Literal

from litestar.params import JSONBody, PathParameter
from litestar.types import Scope
from msgspec import Meta, Struct

from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.doors.http.addresses import RagOfWorkspace, check_named
from sqlrag.doors.http.dialects.conversations import MODELS, find_model
from sqlrag.doors.http.dialects.openai import DIALECT
from sqlrag.doors.http.openapi import door
from sqlrag.parsing import count_tokens, decode_tokens

_MOST_TEXTS = 2_048


class Model(Struct, frozen=True):
    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "sqlrag"


class ModelList(Struct, frozen=True):
    data: list[Model]
    object: Literal["list"] = "list"


class EmbeddingRequest(Struct, frozen=True):
    model: Annotated[str, Meta(description="What embeds the workspace, as it is listed.")]
    input: Annotated[
        str | list[str | int | list[int]],
        Meta(description="A text, or up to 2,048; each may be a list of tokens of cl100k_base."),
    ]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int | None, Meta(description="Those of the workspace.")] = None


class _Embedding(Struct, frozen=True):
    index: int
    embedding: list[float] | str
    object: Literal["embedding"] = "embedding"


class _Read(Struct, frozen=True):
    prompt_tokens: int
    total_tokens: int


class Embeddings(Struct, frozen=True):
    data: list[_Embedding]
    model: str
    usage: _Read
    object: Literal["list"] = "list"


@door(
    "GET /v1/models",
    "List what there is to ask",
    (NotFound, Conflict, ModelError),
    role="reader",
    speaks=DIALECT,
)
async def list_models(rag: RagOfWorkspace, scope: Scope) -> ModelList:
    """A model for each mode of retrieval, and the one that embeds the workspace."""
    await check_named(rag, scope)
    embedder = await rag.open_embedder()
    return ModelList([*map(Model, MODELS), Model(embedder.model)])


@door(
    "GET /v1/models/{model_id:path}",
    "Look up what there is to ask",
    (NotFound, Conflict, ModelError),
    role="reader",
    speaks=DIALECT,
)
async def get_model(
    rag: RagOfWorkspace,
    scope: Scope,
    model_id: Annotated[str, PathParameter(description="Such as sqlrag/mix.")],
) -> Model:
    """One of those that are listed."""
    name = model_id.removeprefix("/")
    await check_named(rag, scope)
    embedder = await rag.open_embedder()
    return Model(name if name == embedder.model else find_model(name))


@door(
    "POST /v1/embeddings",
    "Embed texts",
    (NotFound, Conflict, ModelError),
    takes=EmbeddingRequest,
    role="reader",
    speaks=DIALECT,
)
async def create_embedding(data: JSONBody[Any], rag: RagOfWorkspace, scope: Scope) -> Embeddings:
    """By the model of the workspace: vectors that can be compared with those in it."""
    texts = await _read_texts(data.input)
    await check_named(rag, scope)
    embedder = await rag.open_embedder()
    if data.model != embedder.model:
        raise NotFound(
            f'There is no model "{data.model[:80]}" to embed with; workspace "{rag.workspace}" has '
            f"{embedder.model}."
        )
    if not 1 <= len(texts) <= _MOST_TEXTS:
        raise BadInput(f"input holds {len(texts):,} texts; send 1 to {_MOST_TEXTS:,}.")
    if data.dimensions not in (None, found := await embedder.dimensions()):
        raise BadInput(f"dimensions is {data.dimensions}; {embedder.model} has {found} here.")
    vectors = await embedder.embed(texts)
    is_text = data.encoding_format == "base64"
    read = sum(await asyncio.to_thread(count_tokens, texts))
    rows = [
        _Embedding(at, b64encode(one.astype("<f4").tobytes()).decode() if is_text else one.tolist())
        for at, one in enumerate(vectors)
    ]
    return Embeddings(rows, embedder.model, _Read(read, read))


async def _read_texts(given: str | list[Any]) -> list[str]:
    """Texts, as they came or of tokens. Raises BadInput."""
    if isinstance(given, str):
        return [given]
    if given and all(isinstance(one, int) for one in given):
        given = [given]
    kinds = {type(one) for one in given}
    if not kinds <= {str} and kinds != {list}:
        raise BadInput("input mixes texts and tokens; send a list of one kind.")
    return await asyncio.to_thread(decode_tokens, given) if kinds == {list} else given
