"""All that can be said of a question, over HTTP and a real endpoint."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.events import read_events
from tests.api.serving import client_of, serve
from tests.rag.asking import KEYWORDS, with_keywords, with_selection
from tests.stub_openai import CHAT, RERANK, StubOpenAI

QUESTION = "What was lit on 3 May 1874?"
TURNS = [
    {"role": "user", "content": "Who kept the lamp?"},
    {"role": "assistant", "content": "Ada did."},
]


@pytest.fixture(scope="module")
def model() -> Iterator[StubOpenAI]:
    with StubOpenAI(reply=with_keywords(KEYWORDS)) as stub:
        yield stub


@pytest.fixture(scope="module")
def asking(api_url, model, tmp_path_factory) -> Iterator[httpx.Client]:
    settings = {
        "DATABASE_URL": api_url,
        "OPENAI_BASE_URL": model.base_url,
        "SQLRAG_EXTRACTION": "off",
        "SQLRAG_MODEL_RETRIES": "0",
        "SQLRAG_RERANK_URL": f"{model.base_url}/rerank",
    }
    with (
        serve("granian", tmp_path_factory.mktemp("asking"), **settings) as url,
        client_of(url, "asking") as client,
    ):
        for key, text in (("lamp", "The lamp was lit on 3 May 1874."), ("gale", "A gale came.")):
            client.post("/v1/documents", json={"id": key, "text": text}).raise_for_status()
        yield client


def ask(client: httpx.Client, **fields) -> dict:
    response = client.post("/v1/query", json={"question": QUESTION} | fields)
    assert response.status_code == 200, response.text
    return response.json()


def test_an_answer_is_given_again_until_something_changes(asking, model):
    first = ask(asking)
    assert "cached" not in first
    asked = len(model.requests())
    again = ask(asking)
    assert again["cached"]
    assert (again["answer"], again["references"]) == (first["answer"], first["references"])
    assert set(again["seconds"]) == {"cache"}
    with asking.stream("POST", "/v1/query/stream", json={"question": QUESTION}) as response:
        events = list(read_events(response))
    assert events[0][0] == "context"
    assert events[0][1]["chunks"][0]["source_key"] == "lamp"
    assert "".join(data["text"] for name, data in events if name == "token") == first["answer"]
    assert (events[-1][0], events[-1][1]["cached"]) == ("done", True)
    assert len(model.requests()) == asked
    assert "cached" not in ask(asking, use_cache=False)
    asking.post("/v1/documents", json={"id": "other", "text": "Rain."}).raise_for_status()
    assert "cached" not in ask(asking)


def test_a_follow_up_says_how_it_was_searched(asking):
    told = ask(asking, conversation_history=TURNS)
    assert told["searched"] == KEYWORDS["question"]
    assert told["ll_keywords"] == KEYWORDS["names"]
    assert "notes" not in told


def test_an_explained_answer_has_its_context_and_plan(asking):
    told = ask(asking, explain=True, chunk_top_k=1)
    assert "Execution Time" in told["plan"]
    (chunk,) = told["chunks"]
    assert [arm["arm"] for arm in chunk["arms"]] == ["bm25", "vector", "rerank"]
    assert told["answer"].startswith("The stub answers")


def test_a_model_selects_what_the_answer_is_made_of(asking, model):
    plain = ask(asking, only_need_context=True)
    model.set(reply=with_selection(lambda passages: [2]))
    asked = {"question": QUESTION, "select": True, "chunk_top_k": 1}
    with asking.stream("POST", "/v1/query/stream", json=asked) as response:
        (_, context), *_, (_, done) = read_events(response)
    model.set(reply=with_keywords(KEYWORDS))
    (chunk,) = context["chunks"]
    assert chunk["source_key"] == plain["chunks"][1]["source_key"]
    assert chunk["arms"][-1]["arm"] == "select"
    assert {"search", "select", "answer"} <= done["seconds"].keys()


def test_what_had_to_be_done_without_is_noted(asking, model):
    model.behave(RERANK, "503")
    model.behave(CHAT, "503", times=1)
    told = ask(asking, only_need_context=True, conversation_history=[*TURNS, *TURNS])
    model.behave(RERANK, "ok")
    first, second = told["notes"]
    assert first.startswith("The question was taken as it stands.")
    assert second.startswith("The chunks are in the order of retrieval.")
    assert ask(asking, only_need_context=True, enable_rerank=False)["chunks"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"max_entity_tokens": 0}, "max_entity_tokens is 0; use 1 to"),
        ({"ll_keywords": ["x"] * 101}, "ll_keywords holds 101 keywords; use at most 100."),
        ({"conversation_history": [{"role": "clown", "content": "x"}]}, "Invalid enum value"),
        ({"hl_keywords": "one"}, "Expected `array`"),
    ],
)
def test_what_is_out_of_bounds_is_a_bad_request(asking, fields, says):
    answer = asking.post("/v1/query", json={"question": QUESTION, **fields})
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_every_parameter_can_be_said(asking):
    fields = {
        "mode": "mix", "top_k": 3, "chunk_top_k": 2, "max_entity_tokens": 100,
        "max_relation_tokens": 100, "max_total_tokens": 1000, "hops": 2, "ll_keywords": ["lamp"],
        "hl_keywords": ["lighting"], "conversation_history": [], "response_type": "One line",
        "user_prompt": "Be kind.", "stream": False, "only_need_context": False,
        "only_need_prompt": True, "enable_rerank": True, "select": None, "include_references": True,
        "filters": {"source_keys": ["lamp"]}, "explain": False, "use_cache": True,
    }  # fmt: skip
    prompt = ask(asking, **fields)["answer"]
    for part in ("One line", "Be kind.", "The lamp was lit"):
        assert part in prompt
    assert "A gale came" not in prompt
