"""The answer as a stream: in order, with its errors, and only as long as somebody listens."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.events import read_events
from tests.api.serving import client_of, serve
from tests.stub_openai import CHAT, EMBEDDINGS, StubOpenAI

TEXT = "Everybody has thirty days of vacation a year."
QUESTION = {"question": "How many days of vacation are there a year?"}


@pytest.fixture(scope="module")
def model() -> Iterator[StubOpenAI]:
    with StubOpenAI() as stub:
        yield stub


@pytest.fixture(scope="module", params=["granian", "uvicorn"])
def chatty(request, api_url, model, tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of a server whose models are at a stub endpoint."""
    settings = {
        "DATABASE_URL": api_url,
        "OPENAI_BASE_URL": model.base_url,
        "SQLRAG_EXTRACTION": "off",
        "OPENAI_API_KEY": "sk-stub-0123456789",
        "SQLRAG_MODEL_RETRIES": "0",
        "SQLRAG_ANSWER_CACHE": "0",
    }
    folder = tmp_path_factory.mktemp("chatty")
    with (
        serve(request.param, folder, **settings) as url,
        client_of(url, "chatty") as client,
    ):
        client.post("/v1/documents", json={"id": "handbook", "text": TEXT}).raise_for_status()
        yield client


@pytest.fixture(autouse=True)
def behaving(model) -> Iterator[None]:
    yield
    for path in (CHAT, EMBEDDINGS):
        model.behave(path, "ok")


def stream(client: httpx.Client, **fields) -> list[tuple[str, dict]]:
    with client.stream("POST", "/v1/query/stream", json=QUESTION | fields) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(read_events(response))


def test_context_comes_first_then_tokens_then_done(client):
    client.post("/v1/documents", json={"id": "handbook", "text": TEXT})
    (first, context), *tokens, (last, done) = stream(client)
    assert (first, last) == ("context", "done")
    assert {name for name, _ in tokens} == {"token"}
    (chunk,) = context["chunks"]
    assert chunk["rank"] == 1
    assert chunk["arms"]
    assert "search" in context["seconds"]
    answer = "".join(data["text"] for _, data in tokens)
    assert "thirty days" in answer
    assert "[1]" in answer
    (reference,) = done["references"]
    assert (reference["number"], reference["chunk_id"]) == (1, chunk["chunk_id"])
    assert TEXT[reference["char_start"] : reference["char_end"]] == reference["quote"]
    assert set(done["seconds"]) >= {"embed", "search", "answer"}
    whole = client.post("/v1/query", json=QUESTION).json()
    assert (whole["answer"], whole["model"]) == (answer, done["model"])


def test_a_context_alone_can_be_streamed(client):
    client.post("/v1/documents", json={"id": "handbook", "text": TEXT})
    names = [name for name, _ in stream(client, only_need_context=True)]
    assert names == ["context", "token", "done"]


def test_what_the_model_writes_is_passed_on(chatty):
    events = stream(chatty)
    tokens = [data["text"] for name, data in events if name == "token"]
    assert len(tokens) > 3
    assert "".join(tokens).startswith("The stub answers: How many days")
    assert events[-1][1]["references"][0]["source_key"] == "handbook"
    answer = chatty.post("/v1/query", json=QUESTION).json()
    assert answer["answer"] == "".join(tokens)


def test_a_model_that_breaks_off_ends_the_stream_with_an_error(chatty, model):
    model.behave(CHAT, "drop")
    names, events = zip(*stream(chatty), strict=True)
    assert names[0] == "context"
    assert set(names[1:-1]) == {"token"}
    assert names[-1] == "error"
    assert events[-1]["status"] == 502
    assert "broke off" in events[-1]["detail"]


@pytest.mark.parametrize(("path", "says"), [(EMBEDDINGS, "embedding"), (CHAT, "chat")])
def test_a_model_that_refuses_is_a_bad_gateway(chatty, model, path, says):
    model.behave(path, "401")
    response = chatty.post("/v1/query", json=QUESTION)
    assert response.status_code == 502
    assert response.json()["type"] == "urn:sqlrag:error:model-error"
    assert says in response.json()["detail"]
    assert "sk-stub" not in response.text


def test_a_stream_that_fails_before_its_context_has_an_ordinary_status(chatty, model):
    model.behave(EMBEDDINGS, "500")
    assert chatty.post("/v1/query/stream", json=QUESTION).status_code == 502


def test_a_model_that_cannot_embed_fails_the_upload(chatty, model):
    model.behave(EMBEDDINGS, "503")
    response = chatty.post("/v1/documents", json={"id": "other", "text": "Another text."})
    assert response.status_code == 502
    assert response.json()["results"][0]["error_kind"] == "model-error"


def test_the_context_does_not_wait_for_the_model(chatty, model):
    model.behave(CHAT, "hang")
    with chatty.stream("POST", "/v1/query/stream", json=QUESTION) as response:
        events = read_events(response)
        assert next(events)[0] == "context"
        model.release()
        assert [name for name, _ in events][-1] == "done"


def test_a_client_that_hangs_up_stops_the_model(chatty, model):
    model.behave(CHAT, "endless")
    # Often, since it must not matter what is being done in that moment.
    for before in range(model._state.disconnects, model._state.disconnects + 20):
        with chatty.stream("POST", "/v1/query/stream", json=QUESTION) as response:
            events = read_events(response)
            assert next(events)[0] == "context"
            assert next(events)[0] == "token"
        with model._state.changed:
            assert model._state.changed.wait_for(lambda n=before: model._state.disconnects > n, 10)


def test_embeddings_that_nobody_makes_here_are_a_conflict(chatty, client, workspace):
    chatty.post(f"/v1/workspaces/{workspace}/documents", json={"id": "a", "text": TEXT})
    answer = client.post("/v1/query", json=QUESTION)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:sqlrag:error:space-mismatch"
    assert client.post("/v1/documents", json={"text": "x"}).status_code == 409


def test_a_workspace_that_was_embedded_here_goes_on_at_an_endpoint(chatty, client, workspace):
    client.post("/v1/documents", json={"id": "a", "text": TEXT})
    asked = chatty.post(f"/v1/workspaces/{workspace}/query", json=QUESTION)
    assert asked.status_code == 200
