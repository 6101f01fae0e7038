"""Questions are answered over HTTP as they are in Python."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.serving import client_of

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": "handbook",
        "title": "Handbook",
        "text": "Everybody has thirty days of vacation a year.",
        "tags": ["rules", "hr"],
        "metadata": {"year": 2024, "office": {"city": "Lisbon"}},
    },
    {
        "id": "old",
        "title": "Old handbook",
        "text": "Everybody has twenty days of vacation a year.",
        "tags": ["rules"],
        "metadata": {"year": 2012},
    },
    {"id": "menu", "text": "On Friday there is fish with potatoes.", "metadata": {"price": 9.5}},
]
QUESTION = "How many days of vacation are there a year?"


@pytest.fixture(scope="module")
def asked(server) -> Iterator[httpx.Client]:
    with client_of(server, "asked") as client:
        client.post("/v1/documents", json={"documents": DOCUMENTS}).raise_for_status()
        yield client


def ask(client: httpx.Client, question: str = QUESTION, **fields) -> dict:
    response = client.post("/v1/query", json={"question": question, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def find(client: httpx.Client, **filters) -> set[str]:
    found = ask(client, filters=filters, only_need_context=True)
    return {chunk["source_key"] for chunk in found["chunks"]}


def test_an_answer_cites_its_chunks_exactly(asked):
    found = ask(asked)
    assert "thirty days" in found["answer"]
    reference = next(one for one in found["references"] if one["source_key"] == "handbook")
    assert f"[{reference['number']}]" in found["answer"]
    text = DOCUMENTS[0]["text"]
    assert text[reference["char_start"] : reference["char_end"]] == reference["quote"]
    assert found["model"]
    assert set(found["seconds"]) >= {"embed", "search", "answer"}
    assert "chunks" not in found


def test_an_answer_tells_the_mode_that_retrieved_and_why(asked):
    """As /v1/query/data does, with and without the rows."""
    data = asked.post("/v1/query/data", json={"question": QUESTION}).json()
    ways: list[dict[str, Any]] = [{}, {"only_need_context": True}, {"explain": True}]
    for more in ways:
        found = ask(asked, **more)
        assert (found["mode"], found["reason"]) == (data["mode"], data["reason"])
    assert ask(asked, mode="mix")["mode"] == "mix"


def test_only_need_context_returns_chunks_with_what_found_them(asked):
    found = ask(asked, only_need_context=True, chunk_top_k=2)
    assert [chunk["rank"] for chunk in found["chunks"]] == [1, 2]
    best = found["chunks"][0]
    assert "vacation" in best["content"]
    assert best["score"] > 0
    assert {arm["arm"] for arm in best["arms"]} == {"bm25", "vector"}
    assert best["content"] in found["answer"]
    assert found["references"] == []


def test_only_need_prompt_returns_the_prompt(asked):
    found = ask(
        asked,
        only_need_prompt=True,
        response_type="One haiku",
        user_prompt="Mention the sea.",
        conversation_history=[
            {"role": "user", "content": "Who are you?"},
            {"role": "assistant", "content": "A librarian."},
        ],
    )
    for part in (QUESTION, "One haiku", "Mention the sea.", "A librarian.", "thirty days"):
        assert part in found["answer"]
    assert "chunks" not in found


def test_references_can_be_left_out(asked):
    assert ask(asked, include_references=False)["references"] == []


def test_bypass_retrieves_nothing(asked):
    found = ask(asked, mode="bypass", only_need_context=True)
    assert found["chunks"] == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tags": ["hr"]}, {"handbook"}),
        ({"tags": ["rules"]}, {"handbook", "old"}),
        ({"metadata": {"year": 2012}}, {"old"}),
        ({"metadata": {"year": {"$gte": 2020}}}, {"handbook"}),
        ({"metadata": {"year": {"$in": [2012, 2024]}}}, {"handbook", "old"}),
        ({"metadata": {"year": {"$ne": 2024}}}, {"old", "menu"}),
        ({"metadata": {"$or": [{"year": {"$lt": 2020}}, {"price": {"$gt": 9}}]}}, {"old", "menu"}),
        ({"metadata": {"office": {"city": "Lisbon"}}}, {"handbook"}),
        ({"source_keys": ["menu"]}, {"menu"}),
        ({"created_after": "2100-01-01"}, set()),
        ({"created_before": "2100-01-01T00:00:00Z", "tags": ["hr"]}, {"handbook"}),
    ],
)
def test_filters_choose_the_documents(asked, filters, expected):
    assert find(asked, **filters) == expected


def test_filters_take_ids(asked):
    items = asked.get("/v1/documents").json()["items"]
    ids = [one["document_id"] for one in items if one["source_key"] != "old"]
    assert find(asked, document_ids=ids) == {"handbook", "menu"}
