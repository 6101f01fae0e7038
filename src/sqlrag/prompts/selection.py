"""Which of the passages found answer a question together, as a chat model says."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlrag.domain.models import ChatRequest
from sqlrag.domain.retrieval import Message
from sqlrag.domain.thoughts import strip_thoughts
from sqlrag.prompts.replies import find_objects
from sqlrag.prompts.templates import TEXTS, render, strict_object

MOST_CHOSEN = 10
# By our own name, and by those that models have read elsewhere.
_FIELDS = ("numbers", "passages", "selected", "ranking", "ids", "indices")
_SCHEMA = strict_object(steps=TEXTS, numbers={"type": "array", "items": {"type": "integer"}})
_BARE = re.compile(r"(?:```\w*)?([\s\d\[\],;>]+)(?:```)?")


def render_selection(question: str, passages: Sequence[Mapping[str, Any]]) -> ChatRequest:
    """Instructions, then the question and the passages, numbered from 1, as JSON: data
    throughout."""
    numbered = [{"number": at, **passage} for at, passage in enumerate(passages, start=1)]
    asked = json.dumps({"question": question, "passages": numbered}, ensure_ascii=False)
    system = render("selection", most=MOST_CHOSEN)
    return ChatRequest((Message("system", system), Message("user", asked)), "select", _SCHEMA)


def read_selection(text: str, count: int) -> tuple[int, ...] | None:
    """The numbers from 1 to `count` that a reply chooses, each once, in its order, MOST_CHOSEN of
    them at most.

    Empty where the model chose none; None where nothing can be read, or no number is one of those.
    """
    said = _read_numbers(strip_thoughts(text).strip())
    if said is None:
        return None
    chosen = tuple(dict.fromkeys(number for number in said if 1 <= number <= count))
    return chosen[:MOST_CHOSEN] if chosen or not said else None


def _read_numbers(text: str) -> list[int] | None:
    if bare := _BARE.fullmatch(text):  # "[3, 5]" or "[3] > [5]"
        return list(_find_numbers([bare[1]]))
    for value in find_objects(text):
        for name in _FIELDS:
            if isinstance(said := value.get(name), list | str):
                return list(_find_numbers([said] if isinstance(said, str) else said))
    return None


def _find_numbers(said: Sequence[Any]) -> Iterator[int]:
    """Each is a number, a text that holds some, or an object with a number."""
    for one in said:
        value = one.get("number") if isinstance(one, dict) else one
        if isinstance(value, str):
            yield from (int(digits) for digits in re.findall(r"\d+", value) if len(digits) < 5)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield value
