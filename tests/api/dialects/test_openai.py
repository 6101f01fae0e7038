"""The client of OpenAI works unchanged, with a key and without."""

import re
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
import tiktoken
from openai import AsyncOpenAI, OpenAI

from tests.api.conftest import MAX_JSON_BYTES
from tests.api.dialects.conftest import ANSWER, EMBEDDER, QUESTION, TEXT, Keyed
from tests.api.serving import serve
from tests.conftest import make_database
from tests.stub_openai import CHAT

ASKED: Any = [{"role": "user", "content": QUESTION}]


def open_client(keyed: Keyed, key: str | None = None, path: str = "/v1") -> OpenAI:
    return OpenAI(base_url=keyed.url + path, api_key=key or keyed.key, max_retries=0)


@pytest.fixture
def here(filled: str) -> OpenAI:
    """A client of a workspace by its address, without a key."""
    return OpenAI(base_url=filled, api_key="none", max_retries=0)


def test_an_answer_comes_with_its_references_as_annotations(keyed: Keyed) -> None:
    answer = open_client(keyed).chat.completions.create(model="sqlrag/mix", messages=ASKED)
    (choice,) = answer.choices
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    assert choice.message.content == ANSWER
    (cited,) = choice.message.annotations or []
    said = cited.url_citation
    assert choice.message.content[said.start_index : said.end_index].strip() == "[1]"
    assert said.title == "The handbook"
    reference = (cited.model_extra or {})["reference"]
    assert (reference["quote"], reference["source_key"]) == (TEXT, "handbook")
    bearer = {"authorization": f"Bearer {keyed.key}"}
    assert httpx.get(said.url, headers=bearer).text == TEXT
    assert answer.usage
    assert answer.usage.prompt_tokens > answer.usage.completion_tokens == len(ANSWER.split())
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + len(ANSWER.split())


def test_a_stream_tells_the_same_with_its_last_piece(keyed: Keyed) -> None:
    asked: Any = {"model": "sqlrag/naive", "messages": ASKED}
    whole = open_client(keyed).chat.completions.create(**asked)
    asked |= {"stream": True, "stream_options": {"include_usage": True}}
    chunks: list[Any] = list(open_client(keyed).chat.completions.create(**asked))
    *pieces, last, usage = chunks
    assert pieces[0].choices[0].delta.role == "assistant"
    assert len(pieces) > 3
    text = "".join(one.choices[0].delta.content or "" for one in pieces)
    assert text == whole.choices[0].message.content
    assert last.choices[0].finish_reason == "stop"
    told = [one.model_dump() for one in whole.choices[0].message.annotations or ()]
    assert last.choices[0].delta.annotations == told
    assert (usage.choices, usage.usage) == ([], whole.usage)
    assert len({one.id for one in chunks}) == 1


async def test_without_a_key_and_a_model_it_quotes(here: OpenAI) -> None:
    async with AsyncOpenAI(base_url=str(here.base_url), api_key="none") as client:
        stream = await client.chat.completions.create(
            model="sqlrag/auto", messages=ASKED, stream=True
        )
        chunks: list[Any] = [one async for one in stream]
    text = "".join(one.choices[0].delta.content or "" for one in chunks)
    assert "thirty days" in text
    (cited,) = chunks[-1].choices[0].delta.annotations
    assert cited["reference"]["quote"] == TEXT
    whole = here.chat.completions.create(model="sqlrag/auto", messages=ASKED)
    assert whole.usage
    assert whole.usage.total_tokens == 0, "no model was called"


def test_what_was_said_before_is_the_history_and_the_system_has_a_wish(keyed: Keyed) -> None:
    turns: Any = [
        {"role": "system", "content": "Answer in verse."},
        {"role": "user", "content": "Tell me of vacation."},
        {"role": "assistant", "content": "It is long."},
        {"role": "user", "content": [{"type": "text", "text": "How many days is it?"}]},
    ]
    open_client(keyed).chat.completions.create(model="sqlrag/naive", messages=turns)
    sent = keyed.model.requests()[-1].body["messages"]
    assert "Answer in verse." in sent[0]["content"]
    assert [one["content"] for one in sent[1:]] == [
        *("Tell me of vacation.", "It is long.", "How many days is it?")
    ]


def test_modes_are_models_and_so_is_the_embedder(keyed: Keyed) -> None:
    models = open_client(keyed).models
    names = [one.id for one in models.list()]
    assert {"sqlrag/mix", "sqlrag/auto", "sqlrag/naive", EMBEDDER} <= set(names)
    for name in names:
        assert models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError, match="There is no model"):
        models.retrieve("gpt-5")


@pytest.mark.parametrize("encoding", ["float", "base64", None])
def test_embeddings_are_those_of_the_workspace(here: OpenAI, encoding: Any) -> None:
    *_, model = [one.id for one in here.models.list()]
    asked = {} if encoding is None else {"encoding_format": encoding}
    found = here.embeddings.create(model=model, input=["vacation", "days off"], **asked)
    first: Any = found.data[0].embedding
    if encoding == "base64":
        assert isinstance(first, str)
        return
    vectors = np.array([one.embedding for one in found.data])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert [one.index for one in found.data] == [0, 1]
    assert found.usage.total_tokens >= 3
    length = vectors.shape[1]
    again = here.embeddings.create(model=model, input="vacation", dimensions=length)
    assert np.allclose(again.data[0].embedding, vectors[0], atol=1e-6)
    with pytest.raises(openai.BadRequestError, match=f"has {length} here"):
        here.embeddings.create(model=model, input="vacation", dimensions=7)
    with pytest.raises(openai.NotFoundError, match="to embed with"):
        here.embeddings.create(model="text-embedding-3-small", input="vacation")


def test_tokens_are_embedded_as_the_texts_they_are_of(here: OpenAI) -> None:
    *_, model = [one.id for one in here.models.list()]
    try:
        encoding = tiktoken.get_encoding("cl100k_base")
    except OSError:
        pytest.skip("tiktoken's vocabulary is not here")
    texts = ["vacation", "Tage, 日本語 and 🙂"]
    tokens = [encoding.encode(text) for text in texts]

    def embed(given: Any) -> np.ndarray[Any, Any]:
        found = here.embeddings.create(model=model, input=given)
        return np.array([one.embedding for one in found.data])

    assert np.array_equal(embed(tokens), embed(texts))
    assert np.array_equal(embed(tokens[0]), embed(texts[0]))
    for wrong in ([[999_999]], [-1], [2**70], ["a", 1], [[1], 2], [[1], "b"], [[["x"]]]):
        with pytest.raises(openai.BadRequestError) as raised:
            embed(wrong)
        error: Any = raised.value.body
        assert error["message"].endswith(".")


def test_an_answer_that_was_cut_off_says_so(keyed: Keyed) -> None:
    client, asked = open_client(keyed), {"model": "sqlrag/naive"}
    for reason in ("length", "content_filter"):
        keyed.model.set(finish=reason)
        try:
            more: Any = {**asked, "messages": ASKED}
            (whole,) = client.chat.completions.create(**more).choices
            chunks: list[Any] = list(client.chat.completions.create(**more, stream=True))
            response = client.responses.create(model="sqlrag/naive", input=QUESTION)
            chat = httpx.post(
                f"{keyed.url}/api/chat",
                json={**more, "stream": False},
                headers={"authorization": f"Bearer {keyed.key}"},
            )
            events = list(
                client.responses.create(model="sqlrag/naive", input=QUESTION, stream=True)
            )
        finally:
            keyed.model.set(finish="stop")
        assert whole.finish_reason == chunks[-1].choices[0].finish_reason == reason
        assert chat.json()["done_reason"] == ("length" if reason == "length" else "stop")
        assert response.status == "incomplete"
        assert response.output_text == ANSWER
        assert response.incomplete_details
        wanted = {"length": "max_output_tokens"}.get(reason, reason)
        assert response.incomplete_details.reason == wanted
        assert events[-1].type == "response.incomplete"


def test_what_needs_nothing_of_a_workspace_is_had_before_there_is_one(
    server_url: str, template: str, tmp_path: Path
) -> None:
    database = make_database(server_url, template)
    with serve("granian", tmp_path, DATABASE_URL=database, SQLRAG_MODELS="offline") as url:
        client = OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        *_, model = [one.id for one in client.models.list()]
        assert len(client.embeddings.create(model=model, input="x").data) == 1
        documents = {"query": "a lamp", "documents": ["A lamp.", "The sea."]}
        assert httpx.post(f"{url}/v1/rerank", json=documents).json()["results"][0]["index"] == 0
        for path in ("version", "tags", "ps"):
            assert httpx.get(f"{url}/api/{path}").status_code == 200
        assert httpx.get(f"{url}/v1/workspaces").json()["items"] == []
        named = f"{url}/v1/workspaces/nowhere"
        for path in ("models", "models/sqlrag/mix", "api/version"):
            assert httpx.get(f"{named}/{path}").status_code == 404
        assert httpx.post(f"{named}/rerank", json=documents).status_code == 404


IMAGE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
TOOL = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"model": "gpt-5"}, 404, 'There is no model "gpt-5"; use one of sqlrag/auto'),
        ({"messages": []}, 400, "do not end with a question"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "It"}]}, 400, "a question"),
        ({"messages": [{"role": "user", "content": IMAGE}]}, 400, "send text alone"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]}, 400, '"tool"'),
        ({"messages": [{"role": "user", "content": " "}]}, 400, "The question is empty"),
        ({"messages": [*ASKED, {"role": "user", "content": []}]}, 400, "The question is empty"),
        ({"messages": [{"role": "user", "content": "a\x00b"}]}, 400, "NUL"),
        ({"messages": [{"role": "user", "content": "x" * 100_001}]}, 400, "100,001 characters"),
        ({"messages": [{"role": "user", "content": "x" * MAX_JSON_BYTES}]}, 413, "too large"),
        ({"n": 2}, 400, "one answer"),
        ({"tools": [TOOL]}, 400, "Tools are not called"),
        ({"response_format": {"type": "json_object"}}, 400, "leave out response_format"),
        ({"extra_body": {"messages": 7}}, 400, "messages: Expected `array`"),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_what_cannot_be_is_one_sentence(
    keyed: Keyed, more: dict[str, Any], status: int, told: str, streams: bool
) -> None:
    asked: Any = {"model": "sqlrag/naive", "messages": ASKED, "stream": streams} | more
    with pytest.raises(openai.APIStatusError) as raised:
        open_client(keyed).chat.completions.create(**asked)
    error: Any = raised.value.body
    assert (raised.value.status_code, error["param"]) == (status, None)
    assert told in error["message"]
    assert error["message"].endswith(".")
    assert error["type"] == "invalid_request_error"
    assert re.fullmatch("[a-z_]+", error["code"])


def test_a_key_opens_its_own_workspace_and_no_other(keyed: Keyed) -> None:
    def ask(client: OpenAI) -> Any:
        return client.chat.completions.create(model="sqlrag/naive", messages=ASKED)

    assert ask(open_client(keyed, path="/v1/workspaces/acme")).choices[0].message.annotations
    with pytest.raises(openai.PermissionDeniedError, match="for another workspace") as there:
        ask(open_client(keyed, keyed.other, "/v1/workspaces/acme"))
    with pytest.raises(openai.PermissionDeniedError) as nowhere:
        ask(open_client(keyed, keyed.other, "/v1/workspaces/nowhere"))
    assert there.value.body == nowhere.value.body
    with pytest.raises(openai.AuthenticationError, match="There is no such key"):
        ask(open_client(keyed, "sk-1234"))
    without = httpx.post(f"{keyed.url}/v1/chat/completions", json={})
    assert without.status_code == 401
    assert without.json()["error"]["type"] == "authentication_error"


def test_a_workspace_that_is_not_there_is_not_found(server: str) -> None:
    client = OpenAI(base_url=f"{server}/v1/workspaces/nowhere", api_key="none", max_retries=0)
    with pytest.raises(openai.NotFoundError, match='no workspace "nowhere"'):
        client.chat.completions.create(model="sqlrag/naive", messages=ASKED)
    with pytest.raises(openai.NotFoundError, match='no workspace "nowhere"'):
        client.embeddings.create(model="x", input="x")


def test_a_model_that_fails_is_told_before_the_stream_and_in_it(keyed: Keyed) -> None:
    asked: Any = {"model": "sqlrag/naive", "messages": ASKED}
    try:
        keyed.model.behave(CHAT, "500")
        with pytest.raises(openai.InternalServerError) as raised:
            open_client(keyed).chat.completions.create(**asked)
        assert raised.value.status_code == 502
        keyed.model.behave(CHAT, "drop")
        with pytest.raises(openai.APIError, match="broke off"):
            list(open_client(keyed).chat.completions.create(**asked, stream=True))
    finally:
        keyed.model.behave(CHAT, "ok")


def test_a_client_that_hangs_up_stops_the_model(keyed):
    state = keyed.model._state
    keyed.model.behave(CHAT, "endless")
    try:
        for before in range(state.disconnects, state.disconnects + 5):
            with open_client(keyed).chat.completions.create(
                model="sqlrag/naive", messages=ASKED, stream=True
            ) as stream:
                pieces = iter(stream)
                assert next(pieces).choices[0].delta.content == ""
                assert next(pieces).choices[0].delta.content
            with state.changed:
                heard = state.changed.wait_for(lambda n=before: state.disconnects > n, 10)
                assert heard
    finally:
        keyed.model.behave(CHAT, "ok")
