"""Which models are used follows from the key, the URL and the wish, and is said in one line."""

import sys

import pytest
from pydantic import SecretStr

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.models.chat import OpenAIChat
from sqlrag.models.embedder import OpenAIEmbedder
from sqlrag.offline import ExtractiveAnswerer, HashingEmbedder, OfflineExtractor
from sqlrag.prompts import render_messages
from sqlrag.providers import choose_models
from sqlrag.rag.citations import find_references
from sqlrag.rag.model_extraction import ModelExtractor, choose_extractor
from sqlrag.settings import ModelSettings, Settings
from tests.stub_openai import CHAT, EMBEDDINGS
from tests.support.contexts import make_context


async def test_without_key_and_url_everything_is_offline():
    models = choose_models(ModelSettings())
    assert models.embedder.model == "use-multilingual-v3"
    assert isinstance(models.answerer, ExtractiveAnswerer)
    assert await models.embedder.dimensions() == 512
    assert isinstance(choose_extractor(models), OfflineExtractor)
    assert models.chat is models.extraction_chat is None
    assert "(use-multilingual-v3 embedder, statistical extractor" in models.description
    assert "set OPENAI_API_KEY or OPENAI_BASE_URL" in models.description
    await models.close()


async def test_an_embedder_that_runs_here_is_chosen_by_its_name():
    named = ModelSettings(embedding_model="offline-hashing-v1", offline_dimensions=256)
    models = choose_models(named)
    assert isinstance(models.embedder, HashingEmbedder)
    assert await models.embedder.dimensions() == 256
    online = choose_models(named.model_copy(update={"openai_api_key": SecretStr("sk-1")}))
    assert isinstance(online.embedder, HashingEmbedder)
    assert isinstance(online.answerer, OpenAIChat)
    assert "embedded here" in online.description
    await online.close()


def test_a_model_of_an_endpoint_is_refused_without_one():
    with pytest.raises(BadInput, match="SQLRAG_EMBEDDING_MODEL is bge-m3, which needs an endpoint"):
        choose_models(ModelSettings(embedding_model="bge-m3"))
    assert choose_models(ModelSettings(embedding_model=" ")).embedder.model == "use-multilingual-v3"


async def test_a_key_chooses_openai():
    models = choose_models(ModelSettings(openai_api_key="sk-secret-123"))
    assert models.description == (
        "models: openai gpt-4o-mini, text-embedding-3-small at api.openai.com"
    )
    assert "sk-secret" not in repr(models)
    assert isinstance(choose_extractor(models), ModelExtractor)
    assert models.chat
    assert choose_extractor(models).model == models.chat.model == "gpt-4o-mini"
    await models.close()


async def test_extraction_may_have_a_model_of_its_own():
    models = choose_models(
        ModelSettings(openai_api_key="sk-1", chat_model="c", extraction_model="x")
    )
    assert models.chat
    assert models.extraction_chat
    assert (choose_extractor(models).model, models.extraction_chat.model, models.chat.model) == (
        "x",
        "x",
        "c",
    )
    assert "x for extraction" in models.description
    await models.close()


async def test_a_url_alone_chooses_its_server_and_hides_its_password():
    settings = ModelSettings(openai_base_url="http://user:hidden@box:8080/v1", embedding_model="e")
    models = choose_models(settings)
    assert isinstance(models.embedder, OpenAIEmbedder)
    assert isinstance(models.answerer, OpenAIChat)
    assert models.description.endswith("at box:8080")
    assert "hidden" not in repr(models) + repr(settings)
    await models.close()


def test_offline_can_be_forced_in_spite_of_a_key():
    models = choose_models(ModelSettings(models="offline", openai_api_key="sk-secret-123"))
    assert models.embedder.model == "use-multilingual-v3"
    assert models.answerer.model == "offline-extractive-v2"


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_openai_without_key_or_url_is_refused_in_one_sentence(blank):
    with pytest.raises(BadInput, match="set OPENAI_API_KEY, or OPENAI_BASE_URL"):
        choose_models(ModelSettings(models="openai", openai_api_key=blank, openai_base_url=blank))


def test_an_unknown_wish_is_refused():
    with pytest.raises(BadInput, match="auto, openai, ollama or offline"):
        choose_models(ModelSettings(models="gpt"))


async def test_a_chosen_model_answers_from_the_context(stub):
    stub.set(reply=lambda messages: f"Seen: “{'Because.' in messages[0]['content']}” [1]")
    models = choose_models(ModelSettings(openai_base_url=stub.base_url, chat_model="c"))
    context = make_context("Because.")
    messages = render_messages("Why?", context, QueryParam())
    stream = models.answerer.stream("Why?", context, messages, QueryParam())
    text = "".join([piece async for piece in stream if isinstance(piece, str)])
    await models.close()
    assert text == "Seen: “True” [1]"
    assert find_references(text, context)[0].quote == "Because."
    assert stub.requests(CHAT)[0].body["messages"][-1] == {"role": "user", "content": "Why?"}


async def test_context_param_is_not_needed_by_the_model(stub):
    models = choose_models(ModelSettings(openai_base_url=stub.base_url))
    messages = render_messages("Hi?", Context("", "bypass"), QueryParam(mode="bypass"))
    stream = models.answerer.stream("Hi?", Context("", "bypass"), messages, QueryParam())
    assert "Hi?" in "".join([piece async for piece in stream if isinstance(piece, str)])
    await models.close()


async def test_ollama_needs_neither_a_key_nor_a_url():
    models = choose_models(ModelSettings(models="ollama", openai_api_key="sk-of-another-endpoint"))
    assert models.description == ("models: ollama llama3.2, nomic-embed-text at 127.0.0.1:11434")
    await models.close()


async def test_ollama_elsewhere_embeds_and_answers_with_the_models_it_is_told(stub):
    settings = ModelSettings(models="ollama", openai_base_url=stub.base_url, chat_model="qwen3")
    models = choose_models(settings)
    vectors = await models.embedder.embed(["one", "two"])
    messages = render_messages("Hi?", Context("", "bypass"), QueryParam(mode="bypass"))
    stream = models.answerer.stream("Hi?", Context("", "bypass"), messages, QueryParam())
    assert "Hi?" in "".join([piece async for piece in stream if isinstance(piece, str)])
    await models.close()
    assert len(vectors) == 2
    assert stub.requests(EMBEDDINGS)[0].body["model"] == "nomic-embed-text"
    assert stub.requests(CHAT)[0].body["model"] == "qwen3"


async def test_what_is_set_in_the_environment_is_set_for_ollama(monkeypatch):
    monkeypatch.setenv("SQLRAG_MODELS", "ollama")
    monkeypatch.setenv("SQLRAG_EMBEDDING_MODEL", "bge-m3")
    models = choose_models(Settings(_env_file=None).model)
    assert models.description.startswith("models: ollama llama3.2, bge-m3 at ")
    await models.close()


@pytest.fixture
def another_package(tmp_path, monkeypatch):
    """A package that brings the providers "echo", which is offline models by another name, and
    "broken"."""
    (tmp_path / "echo_models.py").write_text("from sqlrag.offline import open_models\n")
    info = tmp_path / "echo_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: echo-models\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[sqlrag.providers]\necho = echo_models:open_models\nbroken = no_such_module:open_models\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("echo_models", None)


@pytest.mark.usefixtures("another_package")
def test_another_package_may_bring_a_provider():
    assert choose_models(ModelSettings(models="echo")).answerer.model == "offline-extractive-v2"
    with pytest.raises(BadInput, match="auto, openai, ollama, offline, broken or echo"):
        choose_models(ModelSettings(models="gpt"))


@pytest.mark.usefixtures("another_package")
def test_a_provider_that_cannot_be_loaded_is_one_sentence():
    with pytest.raises(BadInput, match="'broken' of SQLRAG_MODELS cannot be loaded"):
        choose_models(ModelSettings(models="broken"))
