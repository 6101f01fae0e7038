"""What a question means, as a chat model says: the question by itself, its names, its themes."""

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlrag.domain.models import ChatRequest
from sqlrag.domain.retrieval import Message
from sqlrag.domain.search import RewrittenQuestion
from sqlrag.domain.thoughts import strip_thoughts
from sqlrag.prompts.replies import find_objects
from sqlrag.prompts.templates import TEXT, TEXTS, render, strict_object

TURNS = 6  # of the conversation that are shown
LONGEST_TURN = 2_000  # characters
MOST_KEYWORDS = 20  # of a kind; what a model lists beyond is noise
LONGEST_KEYWORD = 200  # characters
# By our own names, and by those that models have read elsewhere.
_FIELDS = (
    ("question", "standalone_question", "rewritten_question"),
    ("names", "low_level_keywords", "ll_keywords"),
    ("themes", "high_level_keywords", "hl_keywords"),
)
_SCHEMA = strict_object(question=TEXT, names=TEXTS, themes=TEXTS)
_NOTHING = RewrittenQuestion("")


def render_keywords(question: str, history: Sequence[Message]) -> ChatRequest:
    """Instructions, then the end of the conversation and the question, as JSON: data throughout."""
    turns = [
        {"role": turn.role, "content": turn.content[:LONGEST_TURN]}
        for turn in history[-TURNS:]
        if turn.role != "system"
    ]
    asked = json.dumps({"conversation": turns, "question": question}, ensure_ascii=False)
    messages = Message("system", render("keywords")), Message("user", asked)
    return ChatRequest(messages, "keywords", _SCHEMA)


def read_keywords(text: str) -> RewrittenQuestion | None:
    """The first object that says something, in a reply however untidy; None without one.

    Its `question` is empty where the model said none.
    """
    for value in find_objects(strip_thoughts(text)):
        question, names, themes = (
            next((value[key] for key in keys if value.get(key)), None) for keys in _FIELDS
        )
        asked = _clean(question) if isinstance(question, str) else ""
        found = RewrittenQuestion(asked, _read_list(names), _read_list(themes))
        if found != _NOTHING:
            return found
    return None


def _read_list(value: Any) -> tuple[str, ...]:
    """A list of strings, or one string with commas; each keyword once, in order."""
    listed = re.split(r"[,，、;]", value) if isinstance(value, str) else value
    if not isinstance(listed, list):
        return ()
    words = (_clean(word)[:LONGEST_KEYWORD] for word in listed if isinstance(word, str))
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_KEYWORDS]


def _clean(text: str) -> str:
    """On one line, without what Postgres cannot look for."""
    text = text.replace("\x00", " ").encode("utf-8", "ignore").decode()
    return " ".join(text.split())
