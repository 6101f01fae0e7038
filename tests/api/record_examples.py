"""Records the answers that the OpenAPI document shows: `python -m tests.api.record_examples`.

The requests and the problems in examples.json are written by hand; every answer is what the server
gave to them. Models are a stub that speaks the protocol.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

import sqlrag.doors.http
from sqlrag.app import Rag
from sqlrag.database.embedded import start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.doors.http.application import create_app
from sqlrag.settings import ServerSettings, Settings
from tests.api.record_lightrag import record_lightrag
from tests.stub_openai import Messages, StubOpenAI
from tests.support.jobs import do_jobs
from tests.unit.parsing.test_pdf_places import make as make_pdf

HERE = "http://127.0.0.1:8000"
FILE = Path(sqlrag.doors.http.__file__).with_name("examples.json")
REPORT = {
    "id": "reports/2023-q3.txt",
    "title": "Quarterly report, third quarter of 2023",
    "text": "Net sales rose by 12 % to 4.1 billion in the third quarter.",
    "metadata": {"year": 2023, "quarter": 3},
    "tags": ["report"],
}
PLANETS = {
    "chunks": [
        {
            "content": "Mercury is a planet.",
            "source_id": "p",
            "file_path": "astronomy/planets.html",
        },
        {"content": "Mercury is a metal.", "source_id": "m", "file_path": "metals.html"},
        {"content": "Robert Moris, or Robert Morris.", "source_id": "v", "file_path": "notes.txt"},
    ],
    "entities": [
        {"entity_name": "Mercury", "entity_type": "location", "source_id": "p"},
        {"entity_name": "Mercury", "entity_type": "location", "source_id": "m"},
        {"entity_name": "Robert Moris", "entity_type": "person", "source_id": "v"},
        {"entity_name": "Robert Morris", "entity_type": "person", "source_id": "v"},
    ],
    "relationships": [],
}
AUTHOR = {"editor": "Ada"}


def answer(messages: Messages) -> str:
    """As a model would: keywords to who asks for them, else a cited sentence."""
    if "search engine" in messages[0]["content"]:
        return json.dumps({"question": "", "names": ["Net sales"], "themes": ["growth"]})
    return "Net sales rose by 12 % to 4.1 billion [1]."


class Recorder:
    def __init__(self, client: TestClient[Any], requests: dict[str, Any]) -> None:
        self._client = client
        self._requests = requests
        self.responses: dict[str, Any] = {}

    def send(self, operation: str | None, verb: str, path: str, **given: Any) -> Any:
        """Send a request, with the body that stands for the operation; keep what comes back."""
        if operation in self._requests and "json" not in given and "files" not in given:
            given["json"] = self._requests[operation]
        response = self._client.request(verb, path, **given)
        assert response.status_code < 300, (operation, response.text)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        found = response.json() if is_json and response.content else response.text
        if operation and response.content:
            self.responses[operation] = found
        return found


def record_jobs(
    client: TestClient[Any], requests: dict[str, Any], send: Any, work: Callable[[], None]
) -> dict[str, Any]:
    """Returns what is answered when the work is done in the background."""
    later = {"prefer": "respond-async"}
    track = client.post("/v1/documents", json=REPORT, headers=later)
    send("get_track", "GET", track.headers["location"])
    asked = client.post("/v1/query", json={**requests["query"], "background": True})
    jobs = f"/v1/jobs/{asked.json()['job_id']}"
    send("cancel_job", "POST", f"{jobs}/cancel")
    send("retry_job", "POST", f"{jobs}/retry")
    work()
    send("get_job", "GET", jobs)
    send("follow_jobs", "GET", "/v1/events", params={"job_id": asked.json()["job_id"]})
    send("list_jobs", "GET", "/v1/jobs", params={"limit": 2})
    client.post("/v1/documents", json={"text": "?", "media_type": "application/pdf"}, headers=later)
    work()
    send("retry_failed_jobs", "POST", "/v1/jobs/retry")
    return {"ingest_documents": track.json(), "query": asked.json()}


def record(
    client: TestClient[Any], requests: dict[str, Any], work: Callable[[], None]
) -> tuple[dict[str, Any], Any, Any]:
    send = (recorder := Recorder(client, requests)).send
    send("check_live", "GET", "/health/live")
    send("check_ready", "GET", "/health/ready")
    send("ingest_documents", "POST", "/v1/documents")
    found = send(None, "POST", "/v1/documents", json=REPORT)
    at = f"/v1/documents/{found['results'][0]['document_id']}"
    send("list_documents", "GET", "/v1/documents", params={"limit": 1})
    send("get_document", "GET", at)
    send("list_chunks", "GET", f"{at}/chunks")
    send("share_document", "PATCH", at)
    send(None, "PATCH", at, json={"read": []})
    pages = [("files", ("storm.pdf", make_pdf()))]
    found = send(None, "POST", "/v1/documents", files=pages)
    at = f"/v1/documents/{found['results'][0]['document_id']}"
    send("find_places", "GET", f"{at}/places", params={"char_start": 0, "char_end": 58})
    client.delete(at)
    send("query", "POST", "/v1/query")
    send("stream_query", "POST", "/v1/query/stream", json=requests["query"])
    recorder.responses["export_conversation"] = record_conversation(send, requests["query"])
    send("insert_custom_kg", "POST", "/v1/graph/custom")
    send("insert_custom_chunks", "POST", "/v1/documents/custom-chunks")
    send(None, "POST", "/v1/graph/custom", json=PLANETS)
    streaming = {
        "create_chat_completion": "/v1/chat/completions",
        "create_response": "/v1/responses",
        "chat": "/api/chat",
        "generate": "/api/generate",
    }
    for name, path in streaming.items():
        whole = send(name, "POST", path)
        streamed = send(None, "POST", path, json={**requests[name], "stream": True})
        recorder.responses[name] = {"whole": whole, "stream": streamed}
    record_stores(send, work)
    send("list_models", "GET", "/v1/models")
    send("get_model", "GET", "/v1/models/sqlrag/mix")
    send("create_embedding", "POST", "/v1/embeddings")
    send("rerank", "POST", "/v1/rerank")
    send("retrieve_knowledge", "POST", "/dify/retrieval")
    send("exchange_message", "POST", "/mcp")
    send("get_version", "GET", "/api/version")
    send("list_tags", "GET", "/api/tags")
    send("list_loaded", "GET", "/api/ps")
    send("show_model", "POST", "/api/show")
    data = {**requests["query"], "question": "Who founded Viaweb?", "mode": "mix", "filters": None}
    send("query_data", "POST", "/v1/query/data", json=data)
    recorder.responses["export"] = read_graph(send)
    record_lightrag(send, work)
    edit_graph(send)
    send("list_workspaces", "GET", "/v1/workspaces")
    send("create_workspace", "POST", "/v1/workspaces")
    send("get_workspace", "GET", "/v1/workspaces/reports")
    made = send("create_key", "POST", "/v1/workspaces/reports/keys")
    at = f"/v1/workspaces/reports/keys/{made['prefix']}"
    send("rotate_key", "POST", f"{at}/rotate")
    send("list_keys", "GET", "/v1/workspaces/reports/keys")
    send("revoke_key", "DELETE", at)
    send(None, "DELETE", "/v1/workspaces/reports")
    send("configure_extraction", "PATCH", "/v1/workspaces/default/extraction")
    send("get_extraction", "GET", "/v1/workspaces/default/extraction")
    send("configure_retrieval", "PATCH", "/v1/workspaces/default/retrieval")
    send("get_retrieval", "GET", "/v1/workspaces/default/retrieval")
    partial = client.post(
        "/v1/documents",
        files=[("files", ("notes.txt", b"A note.")), ("files", ("scan.bin", b"\x00\x01\x02\x00"))],
    )
    assert partial.status_code == 207, partial.text
    send("erase", "POST", "/v1/erase")
    send("delete_documents", "DELETE", "/v1/documents", params={"source_key": REPORT["id"]})
    send("list_audit", "GET", "/v1/audit", params={"limit": 2})
    later = record_jobs(client, requests, send, work)
    send("configure_costs", "PATCH", "/v1/workspaces/default/costs")
    send("get_costs", "GET", "/v1/workspaces/default/costs")
    return recorder.responses, partial.json(), later


def record_conversation(send: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Returns what it is as a file, by format."""
    number = send("create_conversation", "POST", "/v1/conversations")["conversation_id"]
    at = f"/v1/conversations/{number}"
    send(None, "POST", "/v1/query", json={**asked, "conversation_id": number})
    send("get_conversation", "GET", at)
    send("change_conversation", "PATCH", at)
    send("list_conversations", "GET", "/v1/conversations", params={"limit": 1})
    export = partial(send, None, "GET", f"{at}/export")
    written = {form: export(params={"format": form}) for form in ("json", "markdown")}
    send("delete_conversation", "DELETE", at)
    return written


def record_stores(send: Any, work: Callable[[], None]) -> None:
    """Files, and vector stores, as clients of OpenAI have them."""
    form = {"files": {"file": ("answers.txt", b"Net sales are those without taxes.")}}
    file_id = send("create_file", "POST", "/v1/files", data={"purpose": "assistants"}, **form)["id"]
    send("list_files", "GET", "/v1/files", params={"limit": 1})
    send("retrieve_file", "GET", f"/v1/files/{file_id}")
    send("search_vector_store", "POST", "/v1/vector_stores/vs_default/search")
    at = f"/v1/vector_stores/{send('create_vector_store', 'POST', '/v1/vector_stores')['id']}"
    put = {"file_id": file_id, "attributes": {"year": 2023}}
    send("create_vector_store_file", "POST", f"{at}/files", json=put)
    work()
    send("update_vector_store_file", "POST", f"{at}/files/{file_id}")
    send("retrieve_vector_store_file", "GET", f"{at}/files/{file_id}")
    send("list_vector_store_files", "GET", f"{at}/files")
    send("read_vector_store_file", "GET", f"{at}/files/{file_id}/content")
    batch = {"file_ids": [file_id]}
    batch_id = send("create_vector_store_batch", "POST", f"{at}/file_batches", json=batch)["id"]
    send("cancel_vector_store_batch", "POST", f"{at}/file_batches/{batch_id}/cancel")
    batch_id = send(None, "POST", f"{at}/file_batches", json=batch)["id"]
    work()
    send("retrieve_vector_store_batch", "GET", f"{at}/file_batches/{batch_id}")
    send("list_vector_store_batch_files", "GET", f"{at}/file_batches/{batch_id}/files")
    send("update_vector_store", "POST", at)
    send("retrieve_vector_store", "GET", at)
    send("list_vector_stores", "GET", "/v1/vector_stores", params={"limit": 1})
    send("delete_vector_store_file", "DELETE", f"{at}/files/{file_id}")
    send("delete_file", "DELETE", f"/v1/files/{file_id}")
    send("delete_vector_store", "DELETE", at)


def read_graph(send: Any) -> dict[str, str]:
    """Returns the exports, by format."""
    graph = "/v1/graph"
    send("entity", "GET", f"{graph}/entity", params={"name": "Viaweb"})
    send("search_entities", "GET", f"{graph}/search", params={"words": "Paul Gra"})
    send("popular_entities", "GET", f"{graph}/popular", params={"limit": 2})
    send("neighbours", "GET", f"{graph}/neighbours", params={"name": "Viaweb"})
    send("similar_entities", "GET", f"{graph}/similar", params={"name": "Viaweb", "limit": 2})
    send("where_said", "GET", f"{graph}/where-said", params={"name": "Viaweb"})
    send("find_path", "GET", f"{graph}/path", params={"source": "Paul Graham", "target": "Viaweb"})
    send("subgraph", "GET", f"{graph}/subgraph", params={"name": "Viaweb"})
    send("duplicates", "GET", f"{graph}/duplicates", params={"limit": 1})
    send("orphans", "GET", f"{graph}/orphans")
    send("cost_by_day", "GET", f"{graph}/cost-by-day")
    send("cost_by_document", "GET", f"{graph}/cost-by-document")
    export = partial(send, None, "GET", f"{graph}/export")
    rows = {"kind": "relations"}
    return {
        "graphml": export(params={"format": "graphml"}),
        "csv": export(params={"format": "csv"} | rows),
        "jsonl": export(params={"format": "jsonl"} | rows),
    }


def edit_graph(send: Any) -> None:
    """In an order in which the requests that are written down can be carried out."""
    entities, relations = "/v1/graph/entities", "/v1/graph/relations"
    by = {"params": AUTHOR}
    gone = {"params": {**AUTHOR, "name": "Viaweb"}}
    send("edit_entity", "PATCH", entities, **by)
    send("merge_entities", "POST", f"{entities}/merge", **by)
    send("split_entity", "POST", f"{entities}/split", **by)
    send("edit_relation", "PATCH", relations, **by)
    ends = {"params": {**AUTHOR, "source": "Paul Graham", "target": "Viaweb"}}
    send("delete_relation", "DELETE", relations, **ends)
    send("create_relation", "POST", relations, **by)
    send("list_edits", "GET", "/v1/graph/edits", params={"limit": 1})
    send("delete_entity", "DELETE", entities, **gone)
    send("create_entity", "POST", entities, **by)
    send("rename_entity", "POST", f"{entities}/rename", **by)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[TestClient[Any], Callable[[], None]]]:
    """A client, and what has all jobs done that wait."""
    url = start_postgres(folder)
    asyncio.run(asyncio.to_thread(migrate, url))
    with StubOpenAI(reply=answer) as stub:
        settings = Settings(
            openai_base_url=stub.base_url, extraction="off", home=folder, _env_file=None
        )
        opening = partial(Rag.open, url, settings=settings)

        @asynccontextmanager
        async def open_rag() -> Any:
            async with opening() as rag:
                yield rag

        async def make_key() -> str:
            async with opening() as rag:
                return (await rag.create_key("admin", every_workspace=True)).secret

        with TestClient(
            create_app(open_rag, "default", 2**20, ServerSettings()), base_url=HERE
        ) as client:
            client.headers["authorization"] = f"Bearer {asyncio.run(make_key())}"
            yield client, lambda: asyncio.run(do_jobs(url, settings))


def main() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        client, work = served
        recorded = record(client, kept["requests"], work)
    kept["responses"], kept["partial"], kept["later"] = recorded
    FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Recorded {len(kept['responses'])} answers in {FILE}")


if __name__ == "__main__":
    main()
