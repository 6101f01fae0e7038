"""Settings are flat outside and groups inside, and each default is written once."""

import pytest

from sqlrag.domain.errors import BadInput
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.settings import (
    IngestionSettings,
    ModelSettings,
    ParsingSettings,
    ServerSettings,
    Settings,
)


def test_a_group_holds_what_was_set_and_knows_what_was_not():
    settings = Settings(chat_model="c", openai_api_key="sk-1", max_pages=7, _env_file=None)
    assert settings.model.chat_model == "c"
    assert settings.model.key == "sk-1"
    assert settings.model.model_fields_set == {"chat_model", "openai_api_key"}
    assert settings.parsing.limits.max_pages == 7


def test_a_group_is_handed_on_without_the_secrets_of_others():
    settings = Settings(database_url="postgresql://a:hidden@b/c", _env_file=None)
    assert not hasattr(settings.model, "database_url")
    assert type(settings.server) is ServerSettings


@pytest.mark.parametrize(
    "group", [ModelSettings, ParsingSettings, IngestionSettings, ServerSettings]
)
def test_a_group_alone_has_the_same_defaults(group):
    settings = Settings.model_construct()
    for name, value in group().model_dump().items():
        assert getattr(settings, name) == value


def test_parsers_get_the_usual_limits_where_nothing_is_set():
    parsing = Settings(_env_file=None).parsing
    assert (parsing.limits, parsing.splitting) == (Limits(), Splitting())


def test_lengths_of_chunks_that_do_not_go_together_are_one_sentence():
    settings = Settings(chunk_min_tokens=50, chunk_overlap_tokens=50, _env_file=None)
    with pytest.raises(BadInput, match="the overlap must be smaller than the minimum"):
        _ = settings.parsing.splitting


def test_a_wrong_value_is_named_as_the_environment_names_it(monkeypatch):
    monkeypatch.setenv("SQLRAG_PARSE_TIMEOUT", "-1")
    with pytest.raises(BadInput, match=r"^SQLRAG_PARSE_TIMEOUT is wrong: .*environment or in .env"):
        Settings(_env_file=None)
    monkeypatch.delenv("SQLRAG_PARSE_TIMEOUT")
    with pytest.raises(BadInput, match=r"^SQLRAG_EMBEDDING_DIMENSIONS is wrong: .* 4000; correct"):
        Settings(embedding_dimensions=5000, _env_file=None)


def test_no_secret_is_shown():
    shown = repr(
        Settings(
            openai_api_key="sk-hidden",
            openai_base_url="http://user:hidden@box/v1",
            rerank_url="http://user:hidden@box/rerank",
            rerank_api_key="hidden",
            database_url="postgresql://user:hidden@box/db",
            _env_file=None,
        )
    )
    assert "hidden" not in shown
