"""What doors for chat clients share: models that stand for modes, and a conversation's question."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.retrieval import MODES, Message, QueryParam

MODELS = tuple(f"sqlrag/{mode}" for mode in MODES)
_MODES_OF = dict(zip(MODELS, MODES, strict=True))
_ROLES = ("system", "developer", "user", "assistant")


def tell(description: str | None = None, **schema: Any) -> Meta:
    """What the description of a field says of it; what is wrong is told in words of ours."""
    return Meta(description=description, extra_json_schema=schema)


ModelName = Annotated[str, tell("`sqlrag/` and a mode, such as sqlrag/mix.", enum=[*MODELS])]


class Part(Struct, frozen=True):
    type: Annotated[str, tell(enum=["text"])]
    text: str = ""


class Turn(Struct, frozen=True):
    role: Annotated[str, tell(enum=[*_ROLES])]
    content: str | list[Part] | None = None


def read_conversation(model: str, turns: Sequence[Turn]) -> tuple[str, QueryParam]:
    """The last turn as a question and those before it as its history; what the system says is a
    wish as to the answer. Raises BadInput, and NotFound for a model that there is not."""
    said = [(turn.role, _read_text(turn)) for turn in turns]
    if not said or said[-1][0] != "user":
        raise BadInput("The messages do not end with a question; let the last be the user's.")
    wishes = [text for role, text in said if role in ("system", "developer")]
    history = [
        Message("user" if role == "user" else "assistant", text)
        for role, text in said[:-1]
        if role in ("user", "assistant") and text
    ]
    param = QueryParam(
        mode=_MODES_OF[find_model(model)],
        conversation_history=tuple(history),
        user_prompt="\n".join(wishes) or None,
    )
    return said[-1][1], param


def find_model(name: str) -> str:
    """A model by its name, to which clients of Ollama add a tag. Raises NotFound."""
    found = name.removesuffix(":latest")
    if found not in _MODES_OF:
        raise NotFound(f'There is no model "{name[:80]}"; use one of {", ".join(MODELS)}.')
    return found


def _read_text(turn: Turn) -> str:
    if turn.role not in _ROLES:
        raise BadInput(f'A message has the role "{turn.role[:40]}"; use system, user, assistant.')
    if not isinstance(turn.content, list):
        return turn.content or ""
    for part in turn.content:
        if part.type != "text":
            raise BadInput(f'A message has a part of type "{part.type[:40]}"; send text alone.')
    return "\n".join(part.text for part in turn.content)
