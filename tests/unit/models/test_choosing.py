"""Which models are used follows from the key, the URL and the wish, and is said in one line."""

import pytest

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.models.remote import OpenAIAnswerer, OpenAIEmbedder
from sqlrag.offline.answerer import ExtractiveAnswerer
from sqlrag.offline.embedder import HashingEmbedder
from sqlrag.offline import OfflineExtractor
from sqlrag.prompts import render_messages
from sqlrag.providers import ModelChoice, choose_models
from sqlrag.rag.citing import find_references
from sqlrag.rag.model_extraction import ModelExtractor
from tests.stub_openai import CHAT
from tests.support.contexts import make_context


async def test_without_key_and_url_everything_is_offline():
    models = choose_models(ModelChoice(offline_dimensions=256))
    assert isinstance(models.embedder, HashingEmbedder)
    assert isinstance(models.answerer, ExtractiveAnswerer)
    assert await models.embedder.dimensions() == 256
    assert isinstance(models.extractor, OfflineExtractor)
    assert models.chat is models.extraction_chat is None
    assert "256d, statistical extractor" in models.description
    assert "set OPENAI_API_KEY or OPENAI_BASE_URL" in models.description
    await models.close()


async def test_a_key_chooses_openai():
    models = choose_models(ModelChoice(api_key="sk-secret-123"))
    assert models.description == (
        "models: openai gpt-4o-mini, text-embedding-3-small at api.openai.com"
    )
    assert "sk-secret" not in repr(models)
    assert isinstance(models.extractor, ModelExtractor)
    assert models.extractor.model == models.chat.model == "gpt-4o-mini"
    await models.close()


async def test_extraction_may_have_a_model_of_its_own():
    models = choose_models(ModelChoice(api_key="sk-1", chat_model="c", extraction_model="x"))
    assert (models.extractor.model, models.extraction_chat.model, models.chat.model) == (
        "x",
        "x",
        "c",
    )
    assert "x for extraction" in models.description
    await models.close()


async def test_a_url_alone_chooses_its_server_and_hides_its_password():
    choice = ModelChoice(base_url="http://user:hidden@box:8080/v1", embedding_model="e")
    models = choose_models(choice)
    assert isinstance(models.embedder, OpenAIEmbedder)
    assert isinstance(models.answerer, OpenAIAnswerer)
    assert models.description.endswith("at box:8080")
    assert "hidden" not in repr(models) + repr(choice)
    await models.close()


def test_offline_can_be_forced_in_spite_of_a_key():
    models = choose_models(ModelChoice(models="offline", api_key="sk-secret-123"))
    assert models.embedder.model == "offline-hashing-v1"
    assert models.answerer.model == "offline-extractive-v1"


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_openai_without_key_or_url_is_refused_in_one_sentence(blank):
    with pytest.raises(BadInput, match="set OPENAI_API_KEY, or OPENAI_BASE_URL"):
        choose_models(ModelChoice(models="openai", api_key=blank, base_url=blank))


def test_an_unknown_wish_is_refused():
    with pytest.raises(BadInput, match="auto, openai or offline"):
        choose_models(ModelChoice(models="gpt"))


async def test_a_chosen_model_answers_from_the_context(stub):
    stub.set(reply=lambda messages: f"Seen: “{'Because.' in messages[0]['content']}” [1]")
    models = choose_models(ModelChoice(base_url=stub.base_url, chat_model="c"))
    context = make_context("Because.")
    messages = render_messages("Why?", context, QueryParam())
    stream = models.answerer.stream("Why?", context, messages, QueryParam())
    text = "".join([piece async for piece in stream if isinstance(piece, str)])
    await models.close()
    assert text == "Seen: “True” [1]"
    assert find_references(text, context)[0].quote == "Because."
    assert stub.requests(CHAT)[0].body["messages"][-1] == {"role": "user", "content": "Why?"}


async def test_context_param_is_not_needed_by_the_model(stub):
    models = choose_models(ModelChoice(base_url=stub.base_url))
    messages = render_messages("Hi?", Context("", "bypass"), QueryParam(mode="bypass"))
    stream = models.answerer.stream("Hi?", Context("", "bypass"), messages, QueryParam())
    assert "Hi?" in "".join([piece async for piece in stream if isinstance(piece, str)])
    await models.close()
