"""Every server is used as it wants to be, and what it refuses is told in its own words."""

import asyncio
import json

import numpy as np
import pytest

from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.models.chat import OpenAIChat
from sqlrag.models.embedder import OpenAIEmbedder
from sqlrag.models.endpoint import Endpoint
from sqlrag.models.refusals import read_reason
from tests.dialects import DIALECTS
from tests.stub_openai import CHAT, EMBEDDINGS, StubOpenAI

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
KEY = "sk-live-0123456789abcdef"


def make_endpoint(stub: StubOpenAI) -> Endpoint:
    url = stub.base_url
    if stub._state.dialect == "azure":
        url = f"{url.removesuffix('/v1')}/openai/deployments/one?api-version=2024-06-01"
    return Endpoint(KEY, url, retries=0)


def as_unit(vector):
    return np.array(vector) / np.linalg.norm(vector)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_server_embeds_and_answers(stub, dialect):
    stub.set(dialect=dialect)
    endpoint = make_endpoint(stub)
    embedder, chat = OpenAIEmbedder(endpoint, "m", batch=128), OpenAIChat(endpoint, "m")
    texts = [f"text number {n}" for n in range(300)]
    vectors = await embedder.embed(texts)
    assert np.allclose(vectors, [as_unit(stub.vector(text)) for text in texts], atol=1e-6)
    once = len(stub.requests(EMBEDDINGS))
    await embedder.embed(texts)
    taken = {"dashscope": 10, "gemini": 100, "sullen": 4}.get(dialect, 128)
    assert len(stub.requests(EMBEDDINGS)) - once <= -(-300 // taken), "what was refused is known"

    request = ChatRequest((Message("user", "Well?"),), "keywords", SCHEMA)
    for _ in range(2):
        (reply,) = await chat.complete_many([request])
        assert isinstance(reply, Completion), reply
    messages = (Message("user", "one two three?"),)
    for _ in range(2):
        stream = chat.stream("", Context("", "naive"), messages, QueryParam())
        pieces = [piece async for piece in stream]
        assert "".join(map(str, pieces[:-1])) == "The stub answers: one two three? [1]"
    await endpoint.close()
    fields = [set(one.body) - {"model", "messages", "stream"} for one in stream_calls(stub)]
    assert fields[-1] <= fields[0]
    assert len(stub.requests(CHAT)) <= 6, "a field that was refused is left out from then on"


def stream_calls(stub):
    return [one for one in stub.requests(CHAT) if one.body.get("stream")]


@pytest.mark.parametrize("dialect", ["vllm", "ollama", "llama_cpp"])
async def test_a_text_that_is_too_long_is_shortened_and_makes_no_batch_smaller(stub, dialect):
    stub.set(dialect=dialect)
    endpoint = make_endpoint(stub)
    embedder = OpenAIEmbedder(endpoint, "m", batch=4)
    texts = ["one", "two", "long " * 500, "four", "five", "six"]
    vectors = await embedder.embed(texts)
    for place in (0, 1, 3, 4, 5):
        assert np.allclose(vectors[place], as_unit(stub.vector(texts[place])), atol=1e-6)
    once = len(stub.requests(EMBEDDINGS))
    await embedder.embed(["a", "b", "c", "d"])
    assert len(stub.requests(EMBEDDINGS)) - once == 1
    if dialect == "llama_cpp":  # an HTTP 500 is tried again by the client, which takes seconds
        await embedder.embed(["long " * 500])
        assert len(stub.requests(EMBEDDINGS)) - once == 2
    await endpoint.close()


async def test_dimensions_that_a_model_does_not_take_are_left_out_if_they_are_its_own(stub):
    stub.set(dialect="vllm")
    endpoint = make_endpoint(stub)
    assert (await OpenAIEmbedder(endpoint, "m", dimensions=64).embed(["one"])).shape == (1, 64)
    with pytest.raises(ModelError, match=r"64 dimensions, not 32 .*; set SQLRAG_EMBEDDING_DIM"):
        await OpenAIEmbedder(endpoint, "m", dimensions=32).embed(["one"])
    await endpoint.close()


async def test_the_query_of_the_url_goes_with_every_call_and_is_no_secret_told(stub):
    endpoint = Endpoint(KEY, f"{stub.base_url}?api-version=7&code=Sesame1&x=", retries=0)
    await OpenAIEmbedder(endpoint, "m").embed(["one"])
    stub.behave(EMBEDDINGS, "400", message="No such thing for Sesame1")
    with pytest.raises(ModelError) as caught:
        await OpenAIEmbedder(endpoint, "m").embed(["one"])
    await endpoint.close()
    assert {one.query for one in stub.requests()} == {"api-version=7&code=Sesame1&x="}
    assert "Sesame1" not in str(caught.value)
    assert endpoint.host == stub.host


@pytest.mark.parametrize(
    ("dialect", "asked", "words"),
    [
        ("lm_studio", "two", "Unexpected endpoint or method. (POST /rerank)"),
        ("azure", "the forbidden thing", "The prompt triggered the content management policy"),
    ],
)
async def test_what_a_server_says_is_shown(stub, dialect, asked, words):
    stub.set(dialect=dialect)
    endpoint = make_endpoint(stub)
    if dialect == "lm_studio":
        from sqlrag.models.reranker import HttpReranker

        await endpoint.close()
        endpoint = Endpoint(KEY, f"{stub.base_url}/rerank", retries=0)
        with pytest.raises(ModelError) as caught:
            await HttpReranker(endpoint, "m").rerank("?", ["a"], 1)
    else:
        messages = (Message("user", asked),)
        stream = OpenAIChat(endpoint, "m").stream("", Context("", "naive"), messages, QueryParam())
        with pytest.raises(ModelError) as caught:
            await anext(stream)
        assert "; ask otherwise" in str(caught.value)
    await endpoint.close()
    assert words.rstrip(".") in str(caught.value)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("Too many inputs. The max number of inputs is 16", "lower SQLRAG_EMBEDDING_BATCH"),
        ("Please pass a valid API key", "set a valid OPENAI_API_KEY"),
        ("input must have less than 512 tokens", "lower SQLRAG_CHUNK_MAX_TOKENS"),
        ("something else", "check SQLRAG_EMBEDDING_MODEL"),
    ],
)
async def test_the_remedy_names_the_setting(stub, said, remedy):
    stub.behave(EMBEDDINGS, "400", message=said)
    endpoint = make_endpoint(stub)
    with pytest.raises(ModelError, match=remedy):
        await OpenAIEmbedder(endpoint, "m").embed(["one", "two"])
    await endpoint.close()


async def test_many_callers_at_once_find_out_together(stub):
    stub.set(dialect="dashscope")
    endpoint = make_endpoint(stub)
    embedder = OpenAIEmbedder(endpoint, "m")
    given = [[f"{caller} {n}" for n in range(7)] for caller in range(30)]
    for texts, vectors in zip(
        given, await asyncio.gather(*map(embedder.embed, given)), strict=True
    ):
        assert np.allclose(vectors, [as_unit(stub.vector(text)) for text in texts], atol=1e-6)
    await endpoint.close()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"error": "no models are loaded"}, "no models are loaded"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too many"}]}, "too many (n)"),
        ({"error": "Bad Request", "message": "no such field"}, "no such field; Bad Request"),
        ({"message": {"detail": [{"loc": ["body", "n"], "msg": "none"}]}}, "none (n)"),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, "first; second"),
        ({"base_resp": {"status_msg": "login fail"}}, "login fail"),
        ({"error": {"message": '{"error": {"message": "inner"}}'}}, "inner"),
        ({"code": "E1"}, '{"code": "E1"}'),
        (["a", "b"], "a; b"),
    ],
)
def test_a_reason_is_found_in_any_json(body, reason):
    assert read_reason(json.dumps(body)) == reason


def test_a_page_gives_its_title_and_a_text_itself():
    assert read_reason("<html><head><title>413 Too Large</title></head></html>") == "413 Too Large"
    assert read_reason("no JSON here") == "no JSON here"
    assert read_reason("[" * 100_000).startswith("[")
