"""What one reads through the doors of HTTP who may read some documents."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.api.test_keys import READER
from tests.conftest import HASHING, make_database
from tests.support.mcp import open_client, use

# Of which nobody tells another: each stands in one place of the secret document, or near it.
WORDS = ("zanzibarium", "quillfeather", "ledger-of-secrets", "marrowgate", "ottoline")
SECRET = (
    "Ottoline Quillfeather founded Zanzibarium Works in Marrowgate. Ottoline Quillfeather paid "
    "9,000,000 dollars to Grace Hopper for the boiler of the lamp."
)
OPEN = "Grace Hopper lit the lamp in London. The lamp of Grace Hopper has a boiler."
QUESTION = "Who founded Zanzibarium Works in Marrowgate and paid Grace Hopper?"
QUERIES = {
    "/places": "quote=founded",
    "graph/entity": "name=Zanzibarium+Works",
    "graph/search": "words=zanz",
    "graph/neighbours": "name=Grace+Hopper",
    "graph/similar": "name=Grace+Hopper",
    "graph/where-said": "name=Grace+Hopper",
    "graph/path": "source=Grace+Hopper&target=Zanzibarium+Works",
    "graph/subgraph": "name=Grace+Hopper",
    "graph/export": "format=jsonl",
    "lightrag/graphs": "label=Grace+Hopper&max_depth=3&max_nodes=100",
    "lightrag/graph/label/search": "q=zanz",
    "lightrag/graph/entity/exists": "name=Zanzibarium+Works",
}


@dataclass(frozen=True)
class Guarded:
    http: httpx.Client
    ids: dict[str, list[str]]
    keys: dict[str, str]

    def ask(self, key: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.keys[key]}"} | more.pop("headers", {})
        return self.http.request(method, path, headers=headers, **more)


@pytest.fixture(scope="module")
def guarded(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    """A server on a workspace with a secret document, all of whose rooms have heard of it."""
    database, folder = make_database(server_url, template), tmp_path_factory.mktemp("guarded")
    ids, keys = asyncio.run(fill(database))
    settings = {"DATABASE_URL": database, "SQLRAG_MODELS": "offline", "SQLRAG_AUDIT": "all"}
    settings["SQLRAG_EMBEDDING_MODEL"] = HASHING["embedding_model"]
    with (
        serve("sqlrag with a worker", folder, **settings) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        guarded = Guarded(client, ids, keys)
        hand_in(guarded)
        yield guarded


async def fill(database: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    async with Rag.open(database, settings=Settings(_env_file=None, **HASHING)) as every:
        await every.create_workspace("acme")
        rag = every.in_workspace("acme")
        await rag.insert(OPEN, "open.md")
        await rag.insert(
            SECRET,
            "ledger-of-secrets.md",
            titles=["Zanzibarium"],
            metadata={"place": "Marrowgate"},
            tags=["quillfeather"],
            read=["board"],
        )
        await rag.graph.edit_entity("Grace Hopper", new_description="Paid by Zanzibarium.")
        await rag.graph.rename_entity("Ottoline Quillfeather", "Ottoline Q.")
        keys = {
            "board": (await rag.create_key("reader", principals=["board"])).secret,
            "guest": (await rag.create_key("reader", principals=["guest"])).secret,
            "admin": (await every.create_key("admin", every_workspace=True)).secret,
        }
        documents = [str(one.document_id) for one in await rag.list_documents()]
    return {"document_id": documents}, keys


def hand_in(guarded: Guarded) -> None:
    """Files, stores, tracks and jobs that hold the secret."""
    inside = "/v1/workspaces/acme"

    def ask(method: str, path: str, **more: Any) -> Any:
        answer = guarded.ask("admin", method, f"{inside}/{path}", **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    files = {"file": ("ledger-of-secrets-2.md", SECRET.encode())}
    made = ask("POST", "files", files=files, data={"purpose": "assistants"})
    stores = guarded.ask("admin", "GET", "/v1/vector_stores").json()["data"]
    guarded.ids["vector_store_id"] = [one["id"] for one in stores]
    guarded.ids["file_id"] = [made["id"]]
    later = {"headers": {"prefer": "respond-async"}}
    body = {"text": SECRET, "id": "ledger-of-secrets.md", "read": ["board"]}
    track = ask("POST", "documents", json=body, **later)
    guarded.ids["track_id"] = [track["track_id"]]
    job = ask("POST", "query", json={"question": QUESTION, "background": True})
    guarded.ids["job_id"] = [str(job["job_id"]), *(str(one["job_id"]) for one in track["jobs"])]


def requests(guarded: Guarded) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every door of a reader, for each thing that there is, and asked for what is secret."""
    for line in READER.strip().splitlines():
        method, path = line.split(" ")
        path = path.replace("{workspace}", "acme")
        places = re.findall("{(.*?)}", path)
        known = guarded.ids.get(places[0], ["1"]) if places else [""]
        for value in known:
            at = path.replace("{" + places[0] + "}", value) if places else path
            at = at.replace("{file_id}", guarded.ids["file_id"][0])
            at = re.sub("{.*?}", "1", at)
            for end, query in QUERIES.items():
                if at.endswith(end):
                    at = f"{at}?{query}"
            if not at.endswith("/events"):
                yield method, at, body_of(method, path)


def body_of(method: str, path: str) -> dict[str, Any]:
    if method == "GET":
        return {}
    question, model = QUESTION, "sqlrag/mix"
    turns = [{"role": "user", "content": question}]
    by_end: dict[str, Any] = {
        "/chat/completions": {"model": model, "messages": turns},
        "/responses": {"model": model, "input": question},
        "/embeddings": {"model": "sqlrag", "input": question},
        "/rerank": {"query": question, "documents": [OPEN]},
        "/api/chat": {"model": model, "messages": turns, "stream": False},
        "/api/generate": {"model": model, "prompt": question, "stream": False},
        "/api/show": {"model": model},
        "/retrieval": {
            "knowledge_id": "acme",
            "query": question,
            "retrieval_setting": {"top_k": 5, "score_threshold": 0},
        },
        "/search": {"query": question},
        "/paginated": {"page": 1, "page_size": 50},
        "/mcp": {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "search", "arguments": {"question": question}},
        },
    }
    found = next((body for end, body in by_end.items() if path.endswith(end)), None)
    name = "query" if "/lightrag/" in path else "question"
    more = {"headers": {"accept": "application/json, text/event-stream"}} if "/mcp" in path else {}
    return {"json": found or {name: question, "mode": "mix"}} | more


def test_no_door_tells_a_guest_of_a_secret(guarded: Guarded) -> None:
    told, seen = {}, dict[tuple[str, str], int]()
    for method, path, body in requests(guarded):
        answer = guarded.ask("guest", method, path, **body)
        # What was asked comes back with its answer.
        text = answer.text.lower().replace(QUESTION.lower(), "")
        at = path.lower().partition("?")[2].replace("+", " ")
        said = [word for word in WORDS if word in text and word not in at]
        if said or answer.status_code >= 500:
            told[method, path] = answer.status_code, said, answer.text[:300]
        seen[method, path] = answer.status_code
    assert told == {}
    # What is refused as a whole has nothing that could be told in part.
    refused = {at.split("/")[4] for (_, at), status in seen.items() if status == 403}
    assert refused == {"graph", "files", "vector_stores"}


def test_whom_it_is_for_is_told_of_it(guarded: Guarded) -> None:
    """So that it would be noticed."""
    telling = set()
    for method, path, body in requests(guarded):
        answer = guarded.ask("board", method, path, **body)
        if answer.is_success and "zanzibarium" in answer.text.lower():
            telling.add(path)
    assert len(telling) >= 25, sorted(telling)


async def test_tools_of_models_tell_a_guest_of_no_secret(guarded: Guarded) -> None:
    calls: dict[str, dict[str, Any]] = {
        "search": {"question": QUESTION, "mode": "mix"},
        "ask": {"question": QUESTION},
        "entity": {"name": "Grace Hopper"},
        "neighbours": {"name": "Grace Hopper"},
        "list_documents": {},
    }
    told = {}
    for key in ("guest", "board"):
        address = str(guarded.http.base_url.join("/mcp"))
        async with open_client(address, guarded.keys[key]) as client:
            for tool, arguments in calls.items():
                told[key, tool] = str(await use(client, tool, **arguments)).lower()
    for (key, tool), text in told.items():
        is_told = any(word in text.replace(QUESTION.lower(), "") for word in WORDS)
        assert is_told == (key == "board"), (key, tool)


def test_a_request_may_be_for_somebody_else(guarded: Guarded) -> None:
    def keys(key: str, principals: str | None, **more: Any) -> list[str]:
        headers = {} if principals is None else {"x-principals": principals}
        path = "/v1/workspaces/acme/documents"
        answer = guarded.ask(key, "GET", path, headers=headers, **more)
        return [one["source_key"] for one in answer.json()["items"]]

    every = ["open.md", "ledger-of-secrets.md"]
    assert keys("admin", None) == every
    assert keys("admin", "guest, somebody") == ["open.md"]
    assert keys("admin", "") == ["open.md"]
    assert keys("admin", "guest,b%6Fard") == every
    assert keys("board", "") == ["open.md"]
    more = {"headers": {"x-principals": "board"}}
    refused = guarded.ask("guest", "GET", "/v1/documents", **more)
    assert refused.status_code == 403
    assert 'does not stand for "board"' in refused.json()["detail"]
    # Who asks for somebody else changes nothing.
    body = {"json": {"text": "x"}} | more
    assert guarded.ask("admin", "POST", "/v1/workspaces/acme/documents", **body).status_code == 403


def test_an_answer_in_the_background_is_for_who_asked(guarded: Guarded) -> None:
    body = {"question": QUESTION, "background": True}
    jobs = {
        key: guarded.ask(key, "POST", "/v1/query", json=body).json() for key in ("guest", "board")
    }
    for key, job in jobs.items():
        path = f"/v1/jobs/{job['job_id']}"
        answer = follow(guarded, key, path)
        assert ("zanzibarium" in str(answer["result"]).lower()) == (key == "board")
        events = guarded.ask(key, "GET", f"/v1/events?job_id={job['job_id']}")
        assert "event: done" in events.text
        other = {"guest": "board", "board": "guest"}[key]
        assert guarded.ask(other, "GET", path).status_code == 404
        events = guarded.ask(other, "GET", f"/v1/events?job_id={job['job_id']}")
        assert events.status_code == 404
        listed = guarded.ask(key, "GET", "/v1/jobs").json()["items"]
        assert [one["job_id"] for one in listed] == [job["job_id"]]


def test_who_reads_some_follows_no_job_of_others(guarded: Guarded) -> None:
    assert guarded.ask("guest", "GET", "/v1/events").status_code == 403
    (track,) = guarded.ids["track_id"]
    assert guarded.ask("guest", "GET", f"/v1/events?track_id={track}").status_code == 403


def follow(guarded: Guarded, key: str, path: str) -> Any:
    for _ in range(3000):
        job = guarded.ask(key, "GET", path).json()
        if job["status"] not in ("waiting", "running"):
            assert job["status"] == "done", job
            return job
        time.sleep(0.02)
    raise AssertionError(job)
