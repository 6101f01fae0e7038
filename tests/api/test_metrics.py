"""Prometheus is told how the queue stands, and what a process does."""

import time
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.api.serving import find_free_port
from tests.cli.running import Cli


def read(url: str, name: str) -> dict[tuple[str, ...], float]:
    """The samples of a name, by the values of their labels, in the order of the labels' names."""
    answer = httpx.get(f"{url}/metrics", timeout=10).raise_for_status()
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = [
        one for family in text_string_to_metric_families(answer.text) for one in family.samples
    ]
    return {tuple(one.labels.values()): one.value for one in samples if one.name == name}


def test_the_queue_and_the_requests_are_told(client: httpx.Client, server: str, workspace: str):
    asked = ("list_documents", "200")
    before = read(server, "sqlrag_request_seconds_count").get(asked, 0)
    client.get("/v1/documents")
    assert read(server, "sqlrag_request_seconds_count")[asked] == before + 1
    for text in ("a", "b"):
        client.post("/v1/documents", json={"text": text}, headers={"prefer": "respond-async"})
    assert read(server, "sqlrag_jobs")["waiting", workspace] == 2
    assert read(server, "sqlrag_jobs_oldest_seconds")["waiting", workspace] >= 0
    assert read(server, "sqlrag_database_up") == {(): 1}
    assert read(server, "sqlrag_workers_alive") == {(): 0}
    assert read(server, "sqlrag_provider_ready") == {}
    client.post("/v1/jobs/1/cancel")
    client.post("/v1/query", json={"question": "What?"})
    assert read(server, "sqlrag_request_seconds_count")["query", "200"] >= 0


def test_a_question_has_its_stages(client: httpx.Client, server: str):
    client.post("/v1/documents", json={"text": "The lamp was lit in 1871."})
    answer = client.post("/v1/query", json={"question": "When was the lamp lit?"}).json()
    stages = read(server, "sqlrag_stage_seconds_count")
    assert {(stage, "question") for stage in answer["seconds"]} <= stages.keys()


def test_it_is_told_that_the_database_is_away(server: str, proxy: Any):
    proxy.go_down()
    try:
        assert read(server, "sqlrag_database_up") == {(): 0}
        assert read(server, "sqlrag_jobs") == {}
    finally:
        proxy.come_up()


def test_a_worker_tells_on_a_port_of_its_own(url: str, tmp_path: Path):
    cli, port = Cli(tmp_path, {"DATABASE_URL": url}), find_free_port()
    cli.inside("ingest", "-", "--key", "a", "--background", "--no-wait", stdin=b"The lamp.")
    process = cli.start("worker", "--metrics-port", port)
    try:
        deadline = time.monotonic() + 60
        told: dict[tuple[str, ...], float] = {}
        while ("write", "ingest") not in told and time.monotonic() < deadline:
            time.sleep(0.2)
            try:
                told = read(f"http://127.0.0.1:{port}", "sqlrag_stage_seconds_count")
            except httpx.TransportError:
                continue
        assert told["write", "ingest"] == 1
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_a_request_has_an_id(client: httpx.Client):
    assert (
        client.get("/v1/documents", headers={"x-request-id": "a-1.b"}).headers["x-request-id"]
        == "a-1.b"
    )
    made = {client.get("/v1/documents").headers["x-request-id"] for _ in range(2)}
    assert len(made) == 2
    wrong = client.get("/v1/nothing", headers={"x-request-id": "a b"})
    assert " " not in wrong.headers.get("x-request-id", "")
