"""A model endpoint in trouble costs a clear sentence, and no document that was stored."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, ModelError
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.bad_input.making import write_good
from tests.cli.running import Cli
from tests.stub_openai import CHAT, EMBEDDINGS, Mode, StubOpenAI

KEY = "sk-secret-of-the-tests"
SENTENCES = {
    "401": r"the API key is missing or refused \(HTTP 401.*\); set a valid OPENAI_API_KEY\.$",
    "429": r"the rate limit or quota is used up, tried once \(HTTP 429.*\); wait, lower SQLRAG_",
    "500": r"the endpoint has trouble of its own, tried once \(HTTP 500.*\); try again later",
    "not_json": r"the answer is not usable: .*; check that OPENAI_BASE_URL is an OpenAI-compatible",
    "hang": r"no reply within 0.3 s, tried once; check the endpoint, or raise SQLRAG_MODEL_TIM",
    "down": r"the endpoint cannot be reached.*, tried once; check that it runs and that OPENAI_",
}


@pytest.fixture
def stub() -> Iterator[StubOpenAI]:
    stub = StubOpenAI().start()
    yield stub
    stub.stop()


@asynccontextmanager
async def open_rag(url: str, stub: StubOpenAI, **more: Any) -> AsyncIterator[Rag]:
    settings = Settings(
        _env_file=None,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=stub.base_url,
        extraction="off",
        model_retries=more.pop("model_retries", 0),
        model_timeout=more.pop("model_timeout", 0.3),
        **more,
    )
    async with Rag.open(url, settings=settings) as rag:
        yield rag


def break_down(stub: StubOpenAI, path: str, mode: Any) -> None:
    if mode == "down":
        stub.stop()
        stub.stop = lambda: None  # type: ignore[method-assign]
    else:
        stub.behave(path, mode)


@pytest.mark.parametrize("mode", SENTENCES)
async def test_no_embeddings_fail_the_new_documents_and_keep_the_stored(
    url: str, stub: StubOpenAI, tmp_path: Path, mode: str
) -> None:
    first, last = write_good(tmp_path / "good")
    async with open_rag(url, stub) as rag:
        await rag.ingest(first)
        break_down(stub, EMBEDDINGS, mode)
        (tmp_path / "empty.txt").touch()
        same, failed, empty = await rag.ingest(first, last, tmp_path / "empty.txt")
        assert (same.outcome, failed.outcome, empty.outcome) == ("unchanged", "failed", "failed")
        assert failed.error
        assert failed.error.startswith(f"The embedding call to {stub.host} (model text-embed")
        with pytest.raises(ModelError, match=SENTENCES[mode]) as caught:
            raise ModelError(failed.error)
        assert KEY not in str(caught.value)
        assert "empty.txt is empty" in (empty.error or "")
        ready = [one.source_key for one in await rag.list_documents() if one.status == "ready"]
        assert ready == [str(first)]


@pytest.mark.parametrize("mode", SENTENCES)
async def test_no_answer_is_an_error_and_the_context_can_still_be_had(
    url: str, stub: StubOpenAI, tmp_path: Path, mode: str
) -> None:
    async with open_rag(url, stub) as rag:
        await rag.ingest(*write_good(tmp_path / "good"))
        break_down(stub, CHAT, mode)
        # Down for all calls: only a question that is not embedded comes as far as the answer.
        param = QueryParam(mode="bypass" if mode == "down" else "naive")
        with pytest.raises(ModelError, match=SENTENCES[mode]) as caught:
            await rag.query("When was the lamp lit?", param)
        assert str(caught.value).startswith(f"The chat call to {stub.host} (model gpt-4o-mini)")
        assert KEY not in str(caught.value)
        if mode != "down":
            context = await rag.query("When was the lamp lit?", QueryParam(only_need_context=True))
            assert "lit in 1871" in context.text


async def test_more_dimensions_than_can_be_indexed_are_refused_with_the_way_out(
    url: str, stub: StubOpenAI
) -> None:
    stub.set(dimensions=4_096)
    said = "has 4,096 dimensions, at most 4,000 can be indexed; set SQLRAG_EMBEDDING_DIMENSIONS"
    async with open_rag(url, stub) as rag:
        with pytest.raises(BadInput, match=said):
            await rag.insert("The lamp was lit in 1871.")
    async with open_rag(url, stub, embedding_dimensions=1_024) as rag:
        (result,) = await rag.insert("The lamp was lit in 1871.")
        assert result.outcome == "added"


async def test_a_rate_limit_is_waited_out(url: str, stub: StubOpenAI, tmp_path: Path) -> None:
    async with open_rag(url, stub, model_timeout=10, model_retries=1) as rag:
        await rag.insert("The first.", "first")
        stub.behave(EMBEDDINGS, "429", times=1, retry_after="1")
        asked = len(stub.requests(EMBEDDINGS))
        (result,) = await rag.ingest(write_good(tmp_path / "good")[0])
        assert result.outcome == "added"
        refused, granted = stub.requests(EMBEDDINGS)[asked:]
        assert granted.at - refused.at >= 1.0
        stub.behave(CHAT, "429", times=1, retry_after="0.1")
        assert (await rag.query("When?")).text.startswith("The stub answers")


async def test_an_endpoint_that_dies_is_not_tried_for_every_document(
    url: str, stub: StubOpenAI
) -> None:
    async with open_rag(url, stub, ingest_concurrency=1, ingest_in_work=1) as rag:
        await rag.insert("The first.", "first")
        stub.behave(EMBEDDINGS, "500")
        asked = len(stub.requests(EMBEDDINGS))
        results = await rag.insert([f"Storm {number}." for number in range(40)])
        assert {result.outcome for result in results} == {"failed"}
        assert {result.error_kind for result in results} == {"model-error"}
        assert len(stub.requests(EMBEDDINGS)) - asked == 3


@pytest.mark.parametrize(("path", "mode"), [(EMBEDDINGS, "401"), (CHAT, "500")])
def test_the_command_line_prints_the_sentence_and_fails(
    url: str, stub: StubOpenAI, tmp_path: Path, path: str, mode: Mode
) -> None:
    settings = {
        "DATABASE_URL": url,
        "OPENAI_BASE_URL": stub.base_url,
        "SQLRAG_MODEL_RETRIES": "0",
        "SQLRAG_EXTRACTION": "off",
    }
    sqlrag = Cli(tmp_path, settings)
    sqlrag.inside("ingest", "-", stdin=b"The lamp was lit in 1871.")
    stub.behave(path, mode)
    done = sqlrag("ask", "When was the lamp lit?", code=1)
    assert f"(HTTP {mode}: " in done.sentence
    assert done.out == ""
    if path == EMBEDDINGS:
        assert "(HTTP 401: " in sqlrag.inside("ingest", "-", code=1, stdin=b"More.").sentence
