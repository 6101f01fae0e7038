"""Clients of LightRAG: its questions, its log-in, and how it tells of problems."""

import json
from typing import Any

import httpx
import pytest

from tests.api.dialects.conftest import ANSWER, QUESTION, TEXT, Keyed

ASKED = {"query": QUESTION, "mode": "naive"}


def ask(
    keyed: Keyed, path: str, body: Any = None, key: str | None = "key", at: str = "", **more: Any
) -> httpx.Response:
    secret = getattr(keyed, key, key) if key else None
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    headers |= more.pop("headers", {})
    verb = more.pop("verb", "GET" if body is None else "POST")
    url = f"{keyed.url}{at}/lightrag{path}"
    return httpx.request(verb, url, json=body, headers=headers, timeout=60, **more)


def test_an_answer_says_at_its_end_what_its_numbers_stand_for(keyed: Keyed) -> None:
    answer = ask(keyed, "/query", ASKED | {"include_chunk_content": True}).json()
    assert answer["response"] == f"{ANSWER}\n\n### References\n\n- [1] The handbook"
    (reference,) = answer["references"]
    assert (reference["reference_id"], reference["file_path"]) == ("1", "handbook")
    assert reference["content"] == [TEXT]
    assert reference["reference"]["quote"] == TEXT
    assert answer["llm_generated"] is True
    plain = ask(keyed, "/query", ASKED | {"include_references": False}).json()
    assert (plain["response"], plain["references"]) == (ANSWER, None)


def test_a_stream_is_lines_that_begin_with_what_was_found(keyed: Keyed) -> None:
    streamed = ask(keyed, "/query/stream", ASKED | {"stream": True, "include_progress": True})
    assert streamed.headers["content-type"].startswith("application/x-ndjson")
    first, *pieces, last = map(json.loads, streamed.text.splitlines())
    assert first["references"] == [{"reference_id": "1", "file_path": "handbook"}]
    assert first["llm_generated"] is True
    told = "".join(one["response"] for one in pieces)
    assert told == f"{ANSWER}\n\n### References\n\n- [1] The handbook"
    assert last["response_time"] >= 0


def test_context_and_prompt_are_given_without_a_model(keyed: Keyed) -> None:
    for name in ("only_need_context", "only_need_prompt"):
        answer = ask(keyed, "/query", ASKED | {name: True}).json()
        assert TEXT in answer["response"]
        assert answer["llm_generated"] is False


def test_what_was_retrieved_has_the_numbers_of_its_references(keyed: Keyed) -> None:
    found = ask(keyed, "/query/data", ASKED | {"ll_keywords": ["vacation"]}).json()
    assert (found["status"], found["metadata"]["query_mode"]) == ("success", "naive")
    (chunk,) = found["data"]["chunks"]
    assert (chunk["content"], chunk["reference_id"]) == (TEXT, "1")
    assert found["data"]["references"] == [{"reference_id": "1", "file_path": "handbook"}]
    assert found["metadata"]["processing_info"]["final_chunks_count"] == 1


def test_a_conversation_goes_before_the_question(keyed: Keyed) -> None:
    turns = [{"role": "user", "content": "Is there any?"}, {"role": "assistant", "content": "Yes."}]
    answer = ask(keyed, "/query", ASKED | {"mode": "bypass", "conversation_history": turns})
    assert answer.status_code == 200, answer.text
    sent = json.dumps(keyed.model.requests("/chat/completions")[-1].body)
    assert "Is there any?" in sent
    assert QUESTION in sent


@pytest.mark.parametrize(
    ("path", "more", "status", "told"),
    [
        ("/query", {"query": " "}, 400, "The question is empty"),
        ("/query", {"mode": "fast"}, 400, 'no mode "fast"'),
        ("/query", {"top_k": 0}, 400, "use 1 to 1000"),
        ("/query", {"query": 3}, 400, "query"),
        ("/query/stream", {"chunk_top_k": 10**6}, 400, "use 1 to 1000"),
        ("/query/data", {"conversation_history": [{"role": "x", "content": ""}]}, 400, "role"),
    ],
)
def test_what_cannot_be_is_told_as_lightrag_tells_it(
    keyed: Keyed, path: str, more: dict[str, Any], status: int, told: str
) -> None:
    answer = ask(keyed, path, ASKED | more)
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["detail"]
    assert told in answer.json()["detail"]


def test_a_key_comes_as_a_bearer_or_as_x_api_key(keyed: Keyed) -> None:
    for key, other, status in (
        ("key", None, 200),
        (None, keyed.key, 200),
        ("a.guest.token", keyed.key, 200),
        (None, "sqlrag_x", 401),
        (None, None, 401),
        ("key", "sqlrag_x", 200),
    ):
        headers = {"x-api-key": other} if other else {}
        answer = ask(keyed, "/auth/verify", key=key, headers=headers)
        assert answer.status_code == status, (key, other)
    ours = httpx.get(f"{keyed.url}/v1/documents", headers={"x-api-key": keyed.key})
    assert ours.status_code == 401  # no other door looks there


def test_the_header_of_a_workspace_goes_through_the_check_of_keys(keyed: Keyed) -> None:
    def status(workspace: str, key: str = "key", at: str = "") -> int:
        headers = {"lightrag-workspace": workspace}
        return ask(keyed, "/query", ASKED, key, at, headers=headers).status_code

    assert status("acme") == status("") == 200
    assert status("other") == status("nowhere") == 403
    assert status("acme", "other") == 403
    assert status("acme", at="/v1/workspaces/acme") == 200
    assert status("other", at="/v1/workspaces/acme") == 400
    assert status("acme", at="/v1/workspaces/other") == 400
    assert status("acme%00") == 400
    for path in ("/health", "/auth-status"):
        assert ask(keyed, path, headers={"lightrag-workspace": "other"}).status_code == 403


def test_a_header_names_a_workspace_of_any_letters(server: str) -> None:
    for name, sent in (("Łódź & co", "%C5%81%C3%B3d%C5%BA%20%26%20co"), ("plain", "plain")):
        made = httpx.post(f"{server}/v1/workspaces", json={"name": name})
        assert made.status_code in (201, 409)
        answer = httpx.get(f"{server}/lightrag/health", headers={"LIGHTRAG-WORKSPACE": sent})
        assert answer.json()["configuration"]["workspace"] == name


def log_in(keyed: Keyed, password: str, at: str = "") -> httpx.Response:
    form = {"username": "Ada Łoś", "password": password, "grant_type": "password"}
    return httpx.post(f"{keyed.url}{at}/lightrag/login", data=form)


def test_a_key_is_a_password_and_its_token_is_that_key(keyed: Keyed) -> None:
    assert ask(keyed, "/auth-status", key=None).json()["auth_configured"] is True
    token = log_in(keyed, keyed.key).json()["access_token"]
    assert token.count(".") == 2
    assert token.endswith(f".{keyed.key}")
    assert ask(keyed, "/query", ASKED, token).status_code == 200
    assert ask(keyed, "/query", ASKED, token[:-1]).status_code == 401
    refused = log_in(keyed, "sqlrag_x")
    assert (refused.status_code, list(refused.json())) == (401, ["detail"])
    assert log_in(keyed, keyed.key, "/v1/workspaces/other").status_code == 403
    broken = httpx.post(f"{keyed.url}/lightrag/login", content=b"\xff\xfe")
    assert broken.status_code == 400


def test_health_tells_strangers_no_more_than_that_it_is_there(keyed: Keyed) -> None:
    stranger, known = (ask(keyed, "/health", key=key).json() for key in (None, "key"))
    assert stranger["status"] == known["status"] == "healthy"
    assert "configuration" not in stranger
    assert known["configuration"]["workspace"] == "acme"


def test_where_no_key_is_asked_for_a_guest_comes_in(server: str) -> None:
    told = httpx.get(f"{server}/lightrag/auth-status").json()
    assert (told["auth_configured"], told["auth_mode"]) == (False, "disabled")
    guest = {"authorization": f"Bearer {told['access_token']}"}
    assert httpx.get(f"{server}/lightrag/auth/verify", headers=guest).json() == {"status": "ok"}
    entered = httpx.post(f"{server}/lightrag/login", data={"username": "x", "password": "y"})
    assert entered.json()["auth_mode"] == "disabled"


def test_roles_are_those_of_what_is_done(keyed: Keyed) -> None:
    text = ask(keyed, "/documents/text", {"text": "Not by a reader."})
    clear = ask(keyed, "/documents", verb="DELETE")
    for answer, role in ((text, "writer"), (clear, "admin")):
        assert answer.status_code == 403
        assert f"role {role}" in answer.json()["detail"]
