"""The embedder at an endpoint keeps order and shape, whatever the server speaks."""

import asyncio

import numpy as np
import pytest

from sqlrag.domain.errors import ModelError
from sqlrag.models.embedder import REQUEST_BYTES, TEXT_BYTES, OpenAIEmbedder, cut_text
from sqlrag.models.endpoint import Endpoint
from tests.stub_openai import EMBEDDINGS


@pytest.fixture
async def endpoint(stub):
    endpoint = Endpoint(None, stub.base_url, retries=0)
    yield endpoint
    await endpoint.close()


def as_unit(vector):
    return np.array(vector) / np.linalg.norm(vector)


async def test_vectors_are_unit_length_float32_in_order(stub, endpoint):
    texts = [f"text number {i}" for i in range(25)]
    vectors = await OpenAIEmbedder(endpoint, "m", batch=4).embed(texts)
    assert vectors.shape == (25, 64)
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, [as_unit(stub.vector(text)) for text in texts], atol=1e-6)
    assert len(stub.requests(EMBEDDINGS)) == 7


@pytest.mark.parametrize("mode", ["ok", "floats_only", "no_base64"])
async def test_base64_and_plain_numbers_are_both_read(stub, endpoint, mode):
    stub.behave(EMBEDDINGS, mode)
    embedder = OpenAIEmbedder(endpoint, "m")
    vectors = await embedder.embed(["one two", "three"])
    assert np.allclose(vectors[0], as_unit(stub.vector("one two")), atol=1e-6)
    await embedder.embed(["four"])
    assert len(stub.requests(EMBEDDINGS)) == (3 if mode == "no_base64" else 2)


async def test_dimensions_are_asked_for_only_when_configured(stub, endpoint):
    assert (await OpenAIEmbedder(endpoint, "m").embed(["one"])).shape == (1, 64)
    asked = OpenAIEmbedder(endpoint, "m", dimensions=8)
    assert await asked.dimensions() == 8
    assert (await asked.embed(["one"])).shape == (1, 8)
    plain, sized = stub.requests(EMBEDDINGS)
    assert "dimensions" not in plain.body
    assert sized.body["dimensions"] == 8


async def test_one_probe_serves_all_who_ask_at_once(stub, endpoint):
    embedder = OpenAIEmbedder(endpoint, "m")
    assert await asyncio.gather(*(embedder.dimensions() for _ in range(10))) == [64] * 10
    assert await embedder.dimensions() == 64
    assert (await embedder.embed([])).shape == (0, 64)
    assert len(stub.requests(EMBEDDINGS)) == 1


async def test_a_failed_probe_is_tried_again(stub, endpoint):
    stub.behave(EMBEDDINGS, "500", times=1)
    embedder = OpenAIEmbedder(endpoint, "m")
    with pytest.raises(ModelError):
        await embedder.dimensions()
    assert await embedder.dimensions() == 64


async def test_a_caller_that_gives_up_does_not_stop_the_probe(stub, endpoint):
    stub.behave(EMBEDDINGS, "hang")
    embedder = OpenAIEmbedder(endpoint, "m")
    first, second = (asyncio.create_task(embedder.dimensions()) for _ in range(2))
    assert await asyncio.to_thread(stub.wait_for_active, EMBEDDINGS, 1)
    first.cancel()
    stub.release()
    assert await second == 64
    assert len(stub.requests(EMBEDDINGS)) == 1


async def test_a_model_that_changes_its_dimensions_is_refused(stub, endpoint):
    embedder = OpenAIEmbedder(endpoint, "m")
    await embedder.embed(["one"])
    stub.set(dimensions=32)
    with pytest.raises(ModelError, match="have 32 dimensions, not 64"):
        await embedder.embed(["one"])


async def test_empty_and_unsendable_texts_get_vectors(stub, endpoint):
    vectors = await OpenAIEmbedder(endpoint, "m").embed(["", " \n", "ok", "\ud800 half"])
    assert vectors.shape == (4, 64)
    assert stub.requests(EMBEDDINGS)[0].body["input"] == [".", ".", "ok", "? half"]


@pytest.mark.parametrize("letter", ["a", "ж", "数", "🦊"])
def test_a_long_text_is_cut_at_a_whole_character(letter):
    cut = cut_text(letter * 20_000, TEXT_BYTES)
    assert TEXT_BYTES - 4 < len(cut.encode()) <= TEXT_BYTES
    assert set(cut) == {letter}


async def test_a_request_stays_below_the_limit_of_tokens(stub, endpoint):
    await OpenAIEmbedder(endpoint, "m", batch=2048).embed(["word " * 4000] * 60)
    sizes = [sum(map(len, request.body["input"])) for request in stub.requests(EMBEDDINGS)]
    assert len(sizes) > 1
    assert max(sizes) <= REQUEST_BYTES


async def test_a_text_too_long_for_the_model_is_shortened_and_the_others_are_not(stub, endpoint):
    stub.set(longest=600)
    texts = ["short one", "long " * 500, "short two"]
    vectors = await OpenAIEmbedder(endpoint, "m").embed(texts)
    assert np.allclose(vectors[0], as_unit(stub.vector("short one")), atol=1e-6)
    assert np.allclose(vectors[2], as_unit(stub.vector("short two")), atol=1e-6)


async def test_a_model_that_reads_nothing_ends_in_an_error(stub, endpoint):
    stub.set(longest=1)
    with pytest.raises(ModelError, match="context length"):
        await OpenAIEmbedder(endpoint, "m").embed(["some words that are too many"])


async def test_callers_who_wait_share_requests(stub, endpoint):
    embedder = OpenAIEmbedder(endpoint, "m", batch=16)
    texts = [[f"caller {n} text {at}" for at in range(2)] for n in range(40)]
    found = await asyncio.gather(*(embedder.embed(each) for each in texts))
    for asked, vectors in zip(texts, found, strict=True):
        assert np.allclose(vectors, [as_unit(stub.vector(text)) for text in asked], atol=1e-6)
    requests = stub.requests(EMBEDDINGS)
    assert len(requests) < 10
    assert max(len(request.body["input"]) for request in requests) == 16


async def test_a_shared_request_that_goes_wrong_is_made_for_each_alone(stub, endpoint):
    embedder = OpenAIEmbedder(endpoint, "m")
    stub.behave(EMBEDDINGS, "wrong_count", times=1)
    found = await asyncio.gather(*(embedder.embed([f"text {n}"]) for n in range(3)))
    assert [vectors.shape for vectors in found] == [(1, 64)] * 3
    assert [len(request.body["input"]) for request in stub.requests(EMBEDDINGS)] == [3, 1, 1, 1]


async def test_an_endpoint_that_is_gone_is_not_asked_for_each(stub, endpoint):
    embedder = OpenAIEmbedder(endpoint, "m")
    stub.behave(EMBEDDINGS, "503")
    results = await asyncio.gather(
        *(embedder.embed([f"text {n}"]) for n in range(30)), return_exceptions=True
    )
    assert all(isinstance(result, ModelError) for result in results)
    assert len(stub.requests(EMBEDDINGS)) < 6
