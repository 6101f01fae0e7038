"""Dify's external knowledge: its request, its operators, its errors."""

from typing import Any

import httpx
import pytest

from tests.api.dialects.conftest import QUESTION, TEXT, Keyed

BOOKS: list[dict[str, Any]] = [
    {"author": "Ada", "year": 1843, "sold": "2024-05-31", "topics": ["engines", "notes"]},
    {"author": "Adam", "year": 1776, "sold": "2023-01-02", "topics": ["wealth"]},
    {"author": "Mary", "year": 1818, "sold": 1704067200, "draft": ""},
    {"year": "1899", "series": {"name": "Tales"}},
]


@pytest.fixture(scope="module")
def books(server: str) -> str:
    sent = [
        {"id": str(at), "text": f"A book about ships, number {at}.", "metadata": one}
        for at, one in enumerate(BOOKS)
    ]
    at = f"{server}/v1/workspaces/books/documents"
    httpx.post(at, json={"documents": sent}, timeout=60).raise_for_status()
    return server


def retrieve(server: str, conditions: list[tuple[Any, ...]], logic: str = "and") -> set[int]:
    """The numbers of the books."""
    names = "name", "comparison_operator", "value"
    listed = [dict(zip(names, one, strict=False)) for one in conditions]
    asked = {
        "knowledge_id": "books",
        "query": "A book about ships",
        "retrieval_setting": {"top_k": 10, "score_threshold": 0.0},
        "metadata_condition": {"logical_operator": logic, "conditions": listed},
    }
    answer = httpx.post(f"{server}/dify/retrieval", json=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return {int(one["metadata"]["source_key"]) for one in answer.json()["records"]}


@pytest.mark.parametrize(
    ("condition", "books_found"),
    [
        (("author", "contains", "da"), {0, 1}),
        ((["author"], "contains", "da"), {0, 1}),
        (("topics", "contains", "note"), {0}),
        (("series.name", "contains", "ale"), {3}),
        (("author", "not contains", "da"), {2, 3}),
        (("author", "start with", "Ad"), {0, 1}),
        (("author", "end with", "am"), {1}),
        (("author", "is", "Ada"), {0}),
        (("author", "is not", "Ada"), {1, 2, 3}),
        (("year", "is", "1843"), {0}),
        (("year", "is", 1899), {3}),
        (("topics", "is", "wealth"), {1}),
        (("author", "in", ["Ada", "Mary"]), {0, 2}),
        (("author", "in", "Ada, Mary"), {0, 2}),
        (("author", "not in", ["Ada", "Mary"]), {1, 3}),
        (("author", "empty"), {3}),
        (("draft", "empty"), {0, 1, 2, 3}),
        (("author", "not empty", None), {0, 1, 2}),
        (("year", "=", 1818), {2}),
        (("year", "=", "1818"), {2}),
        (("year", "≠", 1818), {0, 1, 3}),
        (("year", ">", 1818), {0}),
        (("year", "<", "1818"), {1}),
        (("year", "≥", 1818), {0, 2}),
        (("year", "≤", 1818), {1, 2}),
        (("sold", "before", "2024-01-01"), {1}),
        (("sold", "after", "2024-01-01"), {0}),
        (("sold", "before", 1717000000), {1, 2}),
        (("sold", "after", 1717000000), {0}),
        ((["author", "series.name"], "is", "Tales"), {3}),
    ],
)
def test_every_operator(books: str, condition: tuple[Any, ...], books_found: set[int]) -> None:
    assert retrieve(books, [condition]) == books_found


@pytest.mark.parametrize(
    ("conditions", "both", "either"),
    [
        ([("author", "start with", "Ad"), ("year", ">", 1800)], {0}, {0, 1, 2}),
        ([("author", "is", "Ada"), ("year", "<", 1800)], set(), {0, 1}),
        ([("author", "contains", "A"), ("topics", "contains", "x")], set(), {0, 1}),
        ([], {0, 1, 2, 3}, {0, 1, 2, 3}),
    ],
)
def test_conditions_hold_together_or_one_of_them(
    books: str, conditions: Any, both: set[int], either: set[int]
) -> None:
    assert retrieve(books, conditions) == both
    assert retrieve(books, conditions, "or") == either


def ask(keyed: Keyed, key: str | None = None, **more: Any) -> httpx.Response:
    setting = {"top_k": 3, "score_threshold": 0.0}
    asked = {"knowledge_id": "acme", "query": QUESTION, "retrieval_setting": setting} | more
    bearer = {"authorization": f"Bearer {key or keyed.key}"}
    return httpx.post(f"{keyed.url}/dify/retrieval", json=asked, headers=bearer, timeout=60)


def test_a_record_has_its_place_and_a_score_between_0_and_1(keyed: Keyed) -> None:
    (record,) = ask(keyed).json()["records"]
    assert (record["content"], record["title"]) == (TEXT, "The handbook")
    assert record["metadata"]["source_key"] == "handbook"
    score = record["score"]
    assert 0 < score <= 1
    for least, count in ((score, 1), (score + 0.01, 0)):
        setting = {"top_k": 3, "score_threshold": least}
        assert len(ask(keyed, retrieval_setting=setting).json()["records"]) == count


@pytest.mark.parametrize(
    ("key", "more", "status", "code", "told"),
    [
        ("other", {}, 403, 1002, "for another workspace"),
        ("other", {"knowledge_id": "nowhere"}, 403, 1002, "for another workspace"),
        ("other", {"query": " "}, 403, 1002, "for another workspace"),
        ("sqlrag_x", {}, 401, 1002, "There is no such key"),
        ("key", {"query": " "}, 400, 400, "The question is empty"),
        ("key", {"retrieval_setting": {"top_k": 0}}, 400, 400, "use 1 to 1000"),
        ("key", {"retrieval_setting": {}}, 400, 400, "top_k"),
        ("key", {"metadata_condition": [">", "x"]}, 400, 400, "cannot be compared so"),
        ("key", {"metadata_condition": ["like", "x"]}, 400, 400, "Invalid enum value 'like'"),
        ("key", {"metadata_condition": ["contains", None]}, 400, 400, "has no value"),
    ],
)
def test_what_cannot_be_is_told_as_dify_shows_it(
    keyed: Keyed, key: str, more: dict[str, Any], status: int, code: int, told: str
) -> None:
    if isinstance(listed := more.get("metadata_condition"), list):
        operator, value = listed
        condition = {"name": ["year"], "comparison_operator": operator, "value": value}
        more = {"metadata_condition": {"conditions": [condition]}}
    answer = ask(keyed, getattr(keyed, key, key), **more)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text
    assert told in answer.json()["error_msg"]


def test_a_knowledge_that_is_not_there_is_named(server: str) -> None:
    asked = {"knowledge_id": "nowhere", "query": "x", "retrieval_setting": {"top_k": 1}}
    answer = httpx.post(f"{server}/dify/retrieval", json=asked)
    assert (answer.status_code, answer.json()["error_code"]) == (404, 2001)
    assert 'no workspace "nowhere"' in answer.json()["error_msg"]
