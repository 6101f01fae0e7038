"""The client of Ollama works unchanged, with a key and without."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import ollama
import pytest
from ollama import Client

from sqlrag.domain.retrieval import QueryParam
from sqlrag.doors.http.dialects.ollama import read_prefix
from tests.api.dialects.conftest import ANSWER, QUESTION, TEXT, Keyed
from tests.stub_openai import CHAT

ASKED = [{"role": "user", "content": QUESTION}]
Open = Callable[..., Client]
SOURCES = "\n\n[1] The handbook"


@pytest.fixture
def open_client(keyed: Keyed) -> Iterator[Open]:
    """Opens clients of the server with keys, and closes them."""
    with ExitStack() as stack:

        def run(key: str | None = None, path: str = "") -> Client:
            bearer = {"authorization": f"Bearer {key or keyed.key}"}
            return stack.enter_context(Client(keyed.url + path, headers=bearer, timeout=60))

        yield run


@pytest.fixture
def here(filled: str) -> Iterator[Client]:
    """A client of a workspace by its address, without a key."""
    with Client(filled, timeout=60) as client:
        yield client


def test_models_are_modes(keyed: Keyed, open_client: Open) -> None:
    client = open_client()
    names = [str(one.model) for one in client.list().models]
    assert "sqlrag/mix:latest" in names
    assert [one.model for one in client.ps().models] == names
    assert len({one.digest for one in client.list().models}) == len(names)
    shown = client.show(names[0])
    assert shown.capabilities == ["completion"]
    assert shown.details
    assert shown.details.family == "sqlrag"
    bearer = {"authorization": f"Bearer {keyed.key}"}
    told = httpx.get(f"{keyed.url}/api/version", headers=bearer).json()
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])


def test_a_chat_is_answered_with_what_its_numbers_stand_for(open_client: Open) -> None:
    answer = open_client().chat("sqlrag/mix:latest", ASKED)
    assert answer.message.content == ANSWER + SOURCES
    assert (answer.done, answer.done_reason) == (True, "stop")
    assert answer.eval_count == len(ANSWER.split())
    assert (answer.prompt_eval_count or 0) > answer.eval_count
    assert answer.total_duration


def test_a_stream_has_the_same_in_pieces(open_client: Open) -> None:
    pieces = list(open_client().chat("sqlrag/mix", ASKED, stream=True))
    assert len(pieces) > 4
    assert "".join(one.message.content or "" for one in pieces) == ANSWER + SOURCES
    assert [one.done for one in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].eval_count == len(ANSWER.split())


def test_one_thing_is_asked_without_a_chat(keyed: Keyed, open_client: Open) -> None:
    client = open_client()
    whole = client.generate("sqlrag/naive", QUESTION, system="Be brief.")
    assert whole.response == ANSWER + SOURCES
    assert "Be brief." in keyed.model.requests()[-1].body["messages"][0]["content"]
    pieces = client.generate("sqlrag/naive", QUESTION, stream=True)
    assert "".join(one.response or "" for one in pieces) == whole.response


def test_lines_are_json_unless_a_whole_is_asked_for(keyed: Keyed) -> None:
    at, bearer = f"{keyed.url}/api/chat", {"authorization": f"Bearer {keyed.key}"}
    asked = {"model": "sqlrag/naive", "messages": ASKED}
    streamed = httpx.post(at, json=asked, headers=bearer, timeout=60)
    assert streamed.headers["content-type"].startswith("application/x-ndjson")
    whole = httpx.post(at, json={**asked, "stream": False}, headers=bearer, timeout=60)
    assert whole.headers["content-type"].startswith("application/json")
    (reference,) = whole.json()["references"]
    assert reference["quote"] == TEXT


def test_without_a_key_and_a_model_it_quotes(here: Client) -> None:
    answer = here.chat("sqlrag/auto", ASKED)
    assert "thirty days" in (answer.message.content or "")
    assert (answer.message.content or "").endswith("\n\n[1] handbook")
    assert answer.eval_count is None, "no model was called"


def test_a_mode_before_the_question_goes_before_the_model(here: Client) -> None:
    found = here.chat("sqlrag/bypass", [{"role": "user", "content": f"/naivecontext {QUESTION}"}])
    assert (found.message.content or "").startswith("[1] handbook")
    assert TEXT in (found.message.content or "")


@pytest.mark.parametrize(
    ("given", "question", "more"),
    [
        ("/mix Who?", "Who?", {"mode": "mix"}),
        ("/local Who\nis it?", "Who\nis it?", {"mode": "local"}),
        ("/local[in verse] Who?", "Who?", {"mode": "local", "user_prompt": "in verse"}),
        ("/[in verse] Who?", "Who?", {"user_prompt": "in verse"}),
        ("/context Who?", "Who?", {"only_need_context": True}),
        ("/mixcontext Who?", "Who?", {"mode": "mix", "only_need_context": True}),
        ("/ Who?", "/ Who?", {}),
        ("/mixed Who?", "/mixed Who?", {}),
        ("/etc/hosts has what?", "/etc/hosts has what?", {}),
        ("Who is /mix ?", "Who is /mix ?", {}),
        ("/mix", "", {"mode": "mix"}),
    ],
)
def test_what_a_prefix_is(given: str, question: str, more: dict[str, Any]) -> None:
    assert read_prefix(given, QueryParam()) == (question, QueryParam(**more))


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"model": "llama3"}, 404, 'There is no model "llama3"; use one of sqlrag/auto'),
        ({"messages": []}, 400, "do not end with a question"),
        ({"messages": [{"role": "user", "content": "/mix "}]}, 400, "The question is empty"),
        ({"messages": [ASKED[0] | {"images": [b"x"]}]}, 400, "has images; send text alone"),
        ({"messages": [{"role": "tool", "content": "x"}]}, 400, 'the role "tool"'),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, 400, "not called here"),
        ({"format": "json"}, 400, "leave out format"),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_what_cannot_be_is_one_sentence(
    open_client: Open, more: dict[str, Any], status: int, told: str, streams: bool
) -> None:
    asked: Any = {"model": "sqlrag/naive", "messages": ASKED, "stream": streams} | more
    with pytest.raises(ollama.ResponseError) as raised:
        list(open_client().chat(**asked))
    assert (raised.value.status_code, raised.value.error[-1]) == (status, ".")
    assert told in raised.value.error


def test_a_key_opens_its_own_workspace_and_no_other(keyed: Keyed, open_client: Open) -> None:
    path = "/v1/workspaces/acme"
    assert open_client(path=path).chat("sqlrag/naive", ASKED).done
    for key, status, told in ((keyed.other, 403, "another workspace"), ("x", 401, "no such key")):
        with pytest.raises(ollama.ResponseError, match=told) as raised:
            open_client(key, path).chat("sqlrag/naive", ASKED)
        assert raised.value.status_code == status


def test_a_workspace_that_is_not_there_is_not_found(server: str) -> None:
    told = pytest.raises(ollama.ResponseError, match='no workspace "nowhere"')
    with Client(f"{server}/v1/workspaces/nowhere") as client, told as raised:
        client.chat("sqlrag/naive", ASKED)
    assert raised.value.status_code == 404
    for path in ("version", "tags", "ps"):
        gone = httpx.get(f"{server}/v1/workspaces/nowhere/api/{path}")
        assert (gone.status_code, "no workspace" in gone.json()["error"]) == (404, True)


def test_a_model_that_breaks_off_is_told_in_the_stream(keyed: Keyed, open_client: Open) -> None:
    keyed.model.behave(CHAT, "drop")
    try:
        with pytest.raises(ollama.ResponseError, match="broke off"):
            list(open_client().chat("sqlrag/naive", ASKED, stream=True))
    finally:
        keyed.model.behave(CHAT, "ok")


def test_a_client_that_hangs_up_stops_the_model(keyed, open_client):
    state = keyed.model._state
    keyed.model.behave(CHAT, "endless")
    try:
        for before in range(state.disconnects, state.disconnects + 5):
            pieces: Any = open_client().chat("sqlrag/naive", ASKED, stream=True)
            assert next(pieces).message.content
            pieces.close()
            with state.changed:
                heard = state.changed.wait_for(lambda n=before: state.disconnects > n, 10)
                assert heard
    finally:
        keyed.model.behave(CHAT, "ok")
