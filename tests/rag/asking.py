"""A Rag whose models are at a stub endpoint, and a model that names keywords or selects there."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlrag.app import Rag
from sqlrag.domain.retrieval import Message
from sqlrag.settings import Settings
from tests.stub_openai import CHAT, Messages, Request, StubOpenAI, default_reply

HISTORY = (
    Message("user", "Who founded Viaweb?"),
    Message("assistant", "Paul Graham and Robert Morris did."),
)
KEYWORDS = {
    "question": "What did Tim Koogle do at Yahoo?",
    "names": ["Tim Koogle", "Yahoo"],
    "themes": ["leading a company"],
}


def open_rag(url: str, stub: StubOpenAI, **settings: Any) -> AbstractAsyncContextManager[Rag]:
    given: dict[str, Any] = {
        "openai_base_url": stub.base_url,
        "extraction": "off",
        "model_retries": 0,
    } | settings
    return Rag.open(url, settings=Settings(_env_file=None, **given))


def with_keywords(keywords: Any) -> Callable[[Messages], str]:
    """Replies with these to who asks for keywords, as usual to who asks for an answer."""
    text = keywords if isinstance(keywords, str) else json.dumps(keywords)
    return lambda messages: text if _wants_keywords(messages) else default_reply(messages)


def keyword_calls(stub: StubOpenAI) -> list[Request]:
    return [one for one in stub.requests(CHAT) if _wants_keywords(one.body["messages"])]


def with_selection(choose: Callable[[list[dict[str, Any]]], Any]) -> Callable[[Messages], str]:
    """Replies with what is chosen of the passages that are shown, or with a text, to who asks for
    a selection; as usual to who asks for an answer."""

    def reply(messages: Messages) -> str:
        if not _wants_selection(messages):
            return default_reply(messages)
        chosen = choose(json.loads(messages[1]["content"])["passages"])
        return chosen if isinstance(chosen, str) else json.dumps({"steps": [], "numbers": chosen})

    return reply


def selection_calls(stub: StubOpenAI) -> list[Request]:
    return [one for one in stub.requests(CHAT) if _wants_selection(one.body["messages"])]


def answer_calls(stub: StubOpenAI) -> list[Request]:
    others = keyword_calls(stub) + selection_calls(stub)
    return [one for one in stub.requests(CHAT) if one not in others]


def _wants_keywords(messages: Messages) -> bool:
    return "search engine" in messages[0]["content"]


def _wants_selection(messages: Messages) -> bool:
    return "choose the passages" in messages[0]["content"]
