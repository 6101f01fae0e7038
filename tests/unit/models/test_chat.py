"""A chat model over HTTP: replies in order, failures apart, the format remembered."""

import pytest

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.domain.retrieval import Message
from sqlrag.models.chat import OpenAIChat
from sqlrag.models.endpoint import Endpoint
from tests.stub_openai import CHAT

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def make_request(text, schema=None):
    return ChatRequest((Message("user", text),), "extract", schema)


@pytest.fixture
async def endpoint(stub):
    endpoint = Endpoint("sk-very-secret", stub.base_url, retries=0, concurrency=3)
    yield endpoint
    await endpoint.close()


async def test_replies_come_in_order_with_tokens_and_seconds(stub, endpoint):
    stub.set(reply=lambda messages: messages[-1]["content"].upper(), latency=0.02)
    replies = await OpenAIChat(endpoint, "m").complete_many(
        [make_request("a b"), make_request("c")]
    )
    completions = [reply for reply in replies if isinstance(reply, Completion)]
    assert [reply.text for reply in completions] == ["A B", "C"]
    assert [reply.prompt_tokens for reply in completions] == [2, 1]
    assert all(reply.completion_tokens and reply.seconds >= 0.02 for reply in completions)


async def test_requests_run_at_once_up_to_the_limit(stub, endpoint):
    stub.set(latency=0.05)
    await OpenAIChat(endpoint, "m").complete_many([make_request("x")] * 7)
    assert stub.peak(CHAT) == 3


async def test_extraction_does_not_take_the_places_of_chat(stub, endpoint):
    stub.behave(CHAT, "hang")
    import asyncio

    busy = asyncio.create_task(
        OpenAIChat(endpoint, "m", "extraction").complete_many([make_request("x")] * 3)
    )
    assert await asyncio.to_thread(stub.wait_for_active, CHAT, 3)
    chat = asyncio.create_task(OpenAIChat(endpoint, "m").complete_many([make_request("y")]))
    assert await asyncio.to_thread(stub.wait_for_active, CHAT, 4)
    stub.release()
    await asyncio.gather(busy, chat)


async def test_one_failure_leaves_the_others(stub, endpoint):
    stub.behave(CHAT, "500", times=1)
    replies = await OpenAIChat(endpoint, "m").complete_many([make_request("x")] * 3)
    assert sorted(type(reply).__name__ for reply in replies) == [
        "Completion",
        "Completion",
        "ModelUnavailable",
    ]


@pytest.mark.parametrize("mode", ["401", "not_json", "wrong_shape", "empty", "drop"])
async def test_every_failure_is_returned_as_a_sentence_without_the_key(stub, endpoint, mode):
    if mode == "drop":
        stub.stop()
    stub.behave(CHAT, mode)
    (failure,) = await OpenAIChat(endpoint, "m", "extraction").complete_many([make_request("x")])
    assert isinstance(failure, ModelError)
    assert str(failure).startswith("The extraction call to 127.0.0.1")
    assert "sk-very-secret" not in str(failure)


async def test_a_schema_is_asked_for_strictly(stub, endpoint):
    await OpenAIChat(endpoint, "m").complete_many([make_request("x", SCHEMA), make_request("y")])
    formats = {
        r.body["messages"][0]["content"]: r.body.get("response_format") for r in stub.requests(CHAT)
    }
    assert formats["y"] is None
    assert formats["x"]["json_schema"] == {"name": "extract", "strict": True, "schema": SCHEMA}


async def test_a_server_that_refuses_the_format_is_asked_without_from_then_on(stub, endpoint):
    stub.behave(CHAT, "no_format")
    chat = OpenAIChat(endpoint, "m")
    for _ in range(2):
        (reply,) = await chat.complete_many([make_request("x", SCHEMA)])
        assert isinstance(reply, Completion)
    assert ["response_format" in r.body for r in stub.requests(CHAT)] == [True, False, False]
