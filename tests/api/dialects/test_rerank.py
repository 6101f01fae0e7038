"""Texts are put into order for clients of Cohere and Jina, of which sqlrag is one."""

from typing import Any

import httpx
import pytest

from sqlrag.models.reranker import add_reranker
from sqlrag.offline import open_models
from sqlrag.settings import Settings
from tests.api.dialects.conftest import QUESTION, TEXT, Keyed

DOCUMENTS = ["The canteen is closed on Sunday.", TEXT, "Nobody knows who built the tower."]


def test_what_answers_comes_first(filled: str) -> None:
    asked = {"query": QUESTION, "documents": DOCUMENTS, "model": "rerank-v3.5"}
    told = httpx.post(f"{filled}/rerank", json=asked, timeout=60).json()
    assert told["results"][0]["index"] == 1
    scores = [one["relevance_score"] for one in told["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert "document" not in told["results"][0]
    assert told["usage"]["total_tokens"] > 20


def test_documents_may_be_objects_and_come_back(filled: str) -> None:
    listed = [{"text": text} for text in DOCUMENTS]
    asked = {"query": QUESTION, "documents": listed, "top_n": 1, "return_documents": True}
    told = httpx.post(f"{filled}/rerank", json=asked, timeout=60).json()
    (first,) = told["results"]
    assert (first["index"], first["document"]) == (1, {"text": TEXT})


async def test_the_client_of_this_package_reranks_at_its_own_server(filled: str) -> None:
    settings = Settings(rerank_url=f"{filled}/rerank", _env_file=None)
    models = add_reranker(open_models(settings.model), settings.model)
    assert models.reranker
    try:
        order = await models.reranker.rerank(QUESTION, DOCUMENTS, 2)
    finally:
        await models.close()
    assert len(order) == 2
    assert order[0][0] == 1


def ask(keyed: Keyed, key: str, path: str = "/v1") -> httpx.Response:
    asked = {"query": "canteen", "documents": DOCUMENTS, "top_n": 2}
    bearer = {"authorization": f"Bearer {key}"}
    return httpx.post(f"{keyed.url}{path}/rerank", json=asked, headers=bearer, timeout=60)


def test_a_reranker_of_the_server_goes_before(keyed: Keyed) -> None:
    told = ask(keyed, keyed.key).json()
    assert told["model"] == "words"
    first, second = told["results"]
    assert (first["index"], first["relevance_score"]) == (0, 1.0)
    assert second["relevance_score"] == 0


def test_a_key_of_another_workspace_is_refused(keyed: Keyed) -> None:
    answer = ask(keyed, keyed.other, "/v1/workspaces/acme")
    assert answer.status_code == 403
    assert "for another workspace" in answer.json()["message"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"query": " "}, "The query is empty"),
        ({"documents": []}, "holds 0 texts"),
        ({"documents": ["x"] * 1_001}, "holds 1,001 texts"),
        ({"documents": [{"image": "x"}]}, "missing required field `text`"),
        ({"top_n": 0}, "top_n"),
    ],
)
def test_what_cannot_be_is_one_sentence(filled: str, more: dict[str, Any], told: str) -> None:
    asked = {"query": QUESTION, "documents": DOCUMENTS} | more
    answer = httpx.post(f"{filled}/rerank", json=asked, timeout=60)
    assert answer.status_code == 400
    error = answer.json()
    assert told in error["message"]
    assert error["detail"] == error["message"]
