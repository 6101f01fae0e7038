"""Every failure of an endpoint is one sentence: what, why, what to do; never with the key."""

import asyncio
import logging

import numpy as np
import pytest

from sqlrag.domain.errors import BadInput, ModelError
from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.models.chat import OpenAIChat
from sqlrag.models.embedder import OpenAIEmbedder
from sqlrag.models.endpoint import Endpoint
from tests.stub_openai import CHAT, EMBEDDINGS, StubOpenAI

KEY = "sk-live-0123456789abcdef"


def make_endpoint(stub: StubOpenAI, retries: int = 0, timeout: float = 5.0) -> Endpoint:
    return Endpoint(KEY, stub.base_url, timeout=timeout, retries=retries)


async def embed_error(stub: StubOpenAI, endpoint: Endpoint | None = None) -> str:
    endpoint = endpoint or make_endpoint(stub)
    try:
        with pytest.raises(ModelError) as caught:
            await OpenAIEmbedder(endpoint, "embed-small").embed(["one", "two"])
    finally:
        await endpoint.close()
    return check_sentence(caught.value, stub, "embedding call", "embed-small")


async def chat_error(stub: StubOpenAI, endpoint: Endpoint | None = None) -> str:
    endpoint = endpoint or make_endpoint(stub)
    answerer = OpenAIChat(endpoint, "chat-small")
    try:
        with pytest.raises(ModelError) as caught:
            await read_all(answerer)
    finally:
        await endpoint.close()
    return check_sentence(caught.value, stub, "chat call", "chat-small")


async def read_all(answerer: OpenAIChat) -> str:
    messages = (Message("user", "one two three four five?"),)
    stream = answerer.stream("", Context("", "naive"), messages, QueryParam())
    return "".join([piece async for piece in stream if isinstance(piece, str)])


def check_sentence(error: ModelError, stub: StubOpenAI, call: str, model: str) -> str:
    text = str(error)
    assert text.startswith(f"The {call} to {stub.host} (model {model}) failed: ")
    assert text.endswith(".")
    assert "\n" not in text
    assert "; " in text, "says what to do"
    assert KEY not in text
    assert KEY not in repr(error)
    assert error.__cause__ is None
    return text


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("401", ["API key is missing or refused", "set a valid OPENAI_API_KEY", "***"]),
        ("403", ["may not use this model"]),
        ("404", ["model or the path is unknown", "check SQLRAG_EMBEDDING_MODEL"]),
        ("429", ["rate limit or quota", "tried once", "SQLRAG_MODEL_CONCURRENCY"]),
        ("500", ["trouble of its own", "HTTP 500", "try again later"]),
        ("not_json", ["not usable", "not JSON", "OPENAI_BASE_URL"]),
        ("wrong_shape", ["no list of embeddings"]),
        ("wrong_count", ["3 vectors for 2 texts"]),
        ("ragged", ["differ in length"]),
        ("nan", ["NaN"]),
        ("zero", ["all zeros"]),
        ("drop", ["cannot be reached", "check that it runs"]),
    ],
)
async def test_an_embedding_failure_says_why_and_what_to_do(stub, mode, words):
    stub.behave(EMBEDDINGS, mode)
    if mode in ("ragged", "nan"):
        stub.set(dimensions=4)
    text = await embed_error(stub)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("401", ["API key is missing or refused"]),
        ("404", ["model or the path is unknown", "check SQLRAG_CHAT_MODEL", "`chat-small`"]),
        ("429", ["rate limit or quota"]),
        ("500", ["trouble of its own"]),
        ("not_json", ["not usable"]),
        ("wrong_shape", ["not usable"]),
        ("empty", ["it is empty"]),
        ("drop", ["broke off", "ask again"]),
        ("error_event", ["the model crashed"]),
    ],
)
async def test_a_chat_failure_says_why_and_what_to_do(stub, mode, words):
    stub.behave(CHAT, mode)
    text = await chat_error(stub)
    assert all(word in text for word in words), text


async def test_an_endpoint_that_is_down_is_named(stub):
    stub.stop()
    stub_error = await embed_error(stub, make_endpoint(stub))
    assert "cannot be reached" in stub_error
    assert "OPENAI_BASE_URL" in stub_error


async def test_an_endpoint_that_hangs_is_a_timeout(stub):
    stub.behave(EMBEDDINGS, "hang")
    text = await embed_error(stub, make_endpoint(stub, timeout=0.2))
    assert "no reply within 0.2 s" in text
    assert "SQLRAG_MODEL_TIMEOUT" in text


async def test_a_chat_that_hangs_is_a_timeout(stub):
    stub.behave(CHAT, "hang")
    assert "no reply within 0.2 s" in await chat_error(stub, make_endpoint(stub, timeout=0.2))


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        (None, 0.0),
        ("soon", 0.0),
        ("-3", 0.0),
        ("nan", 0.0),
        ("999999999", 3_600.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 3_600.0),
        ("Wed, 21 Oct 2099 07:28:00", 0.0),
    ],
)
async def test_how_long_an_endpoint_wants_to_be_left_alone_is_told(stub, said, wait):
    stub.behave(EMBEDDINGS, "429", retry_after=said)
    endpoint = make_endpoint(stub)
    with pytest.raises(ModelError) as caught:
        await OpenAIEmbedder(endpoint, "embed-small").embed(["one"])
    await endpoint.close()
    assert caught.value.wait == wait


async def test_retry_after_is_honoured(stub):
    stub.behave(EMBEDDINGS, "429", times=2, retry_after="0.06")
    endpoint = make_endpoint(stub, retries=2)
    vectors = await OpenAIEmbedder(endpoint, "m").embed(["one"])
    await endpoint.close()
    first, second, third = (request.at for request in stub.requests(EMBEDDINGS))
    assert vectors.shape == (1, 64)
    assert min(second - first, third - second) >= 0.06
    assert third - first < 1.1, "without the header, 0.375 s and 0.75 s at least"


async def test_trouble_that_passes_is_retried(stub):
    stub.behave(CHAT, "500", times=1, retry_after="0.01")
    endpoint = make_endpoint(stub, retries=1)
    text = await read_all(OpenAIChat(endpoint, "m"))
    await endpoint.close()
    assert "five?" in text
    assert len(stub.requests(CHAT)) == 2


async def test_retries_end(stub):
    stub.behave(EMBEDDINGS, "503", retry_after="0.01")
    text = await embed_error(stub, make_endpoint(stub, retries=2))
    assert "tried 3 times" in text
    assert len(stub.requests(EMBEDDINGS)) == 3


@pytest.mark.parametrize(
    "message",
    [f"Bad key {KEY}!", f"{'x' * 190} {KEY}", f"Authorization: Bearer {KEY}", "Key sk-other-key1"],
)
async def test_a_key_echoed_by_the_endpoint_is_masked(stub, message):
    stub.behave(EMBEDDINGS, "401", message=message)
    text = await embed_error(stub)
    assert "sk-" not in text


async def test_the_key_shows_in_no_log_and_no_repr(stub, caplog):
    caplog.set_level(logging.DEBUG)
    endpoint = make_endpoint(stub)
    embedder = OpenAIEmbedder(endpoint, "m")
    await embedder.embed(["one"])
    await endpoint.close()
    assert stub.requests()[0].headers["authorization"] == f"Bearer {KEY}"
    for shown in (repr(endpoint), str(endpoint), repr(embedder), caplog.text):
        assert KEY not in shown


@pytest.mark.parametrize("url", ["localhost:1234/v1", "ftp://host/v1", "http://", "http://h:x/"])
def test_a_url_that_is_none_is_refused_at_once(url):
    with pytest.raises(BadInput, match="OPENAI_BASE_URL"):
        Endpoint(KEY, url)


def test_a_key_with_odd_characters_is_refused_without_showing_it():
    with pytest.raises(BadInput) as caught:
        Endpoint("sk-ключ\n123")
    assert "ключ" not in str(caught.value)


async def test_white_space_around_a_key_is_forgiven(stub):
    endpoint = Endpoint(f"  {KEY}\n", stub.base_url)
    await OpenAIEmbedder(endpoint, "m").embed(["one"])
    await endpoint.close()
    assert stub.requests()[0].headers["authorization"] == f"Bearer {KEY}"


async def test_no_more_calls_run_at_once_than_allowed(stub):
    stub.behave(EMBEDDINGS, "hang")
    endpoint = Endpoint(KEY, stub.base_url, concurrency=3)
    embedder = OpenAIEmbedder(endpoint, "m", batch=1)
    task = asyncio.create_task(embedder.embed([f"text {i}" for i in range(12)]))
    assert await asyncio.to_thread(stub.wait_for_active, EMBEDDINGS, 3)
    stub.release()
    assert (await task).shape == (12, 64)
    await endpoint.close()
    assert stub.peak(EMBEDDINGS) == 3
    assert len(stub.requests(EMBEDDINGS)) == 12


async def test_readers_of_streams_do_not_hold_up_embeddings(stub):
    stub.behave(CHAT, "endless")
    endpoint = Endpoint(KEY, stub.base_url, concurrency=1)
    messages = (Message("user", "?"),)
    stream = OpenAIChat(endpoint, "m").stream("", Context("", "naive"), messages, QueryParam())
    assert str(await anext(stream)).startswith("word ")
    assert np.isfinite(await OpenAIEmbedder(endpoint, "m").embed(["one"])).all()
    await stream.aclose()
    await endpoint.close()


async def test_a_stream_that_is_closed_hangs_up(stub):
    stub.behave(CHAT, "endless")
    endpoint = make_endpoint(stub)
    messages = (Message("user", "?"),)
    stream = OpenAIChat(endpoint, "m").stream("", Context("", "naive"), messages, QueryParam())
    assert str(await anext(stream)).startswith("word ")
    await stream.aclose()
    assert await asyncio.to_thread(stub.wait_for_disconnect)
    await endpoint.close()


async def test_a_stream_whose_reader_is_cancelled_hangs_up(stub):
    stub.behave(CHAT, "endless")
    endpoint = make_endpoint(stub)
    task = asyncio.create_task(read_all(OpenAIChat(endpoint, "m")))
    assert await asyncio.to_thread(stub.wait_for_active, CHAT, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stub.wait_for_disconnect)
    await endpoint.close()


async def test_the_first_failure_stops_the_other_batches(stub):
    stub.behave(EMBEDDINGS, "hang")
    endpoint = Endpoint(KEY, stub.base_url, retries=0, concurrency=2, timeout=0.3)
    with pytest.raises(ModelError, match="no reply"):
        await OpenAIEmbedder(endpoint, "m", batch=1).embed([f"text {i}" for i in range(50)])
    stub.release()
    await endpoint.close()
    assert len(stub.requests(EMBEDDINGS)) < 10
