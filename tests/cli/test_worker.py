"""`sqlrag worker`, and the worker of `sqlrag serve`, as processes."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cli.running import Cli, finish
from tests.conftest import make_database
from tests.embedded.users import is_alive, wait_until
from tests.support.jobs import ALL_DONE


@pytest.fixture
def office(server_url: str, template: str, tmp_path: Path) -> Cli:
    settings = {"DATABASE_URL": make_database(server_url, template), "SQLRAG_JOB_LEASE": "2"}
    return Cli(tmp_path, settings)


def jobs(office: Cli, *more: str) -> list[dict[str, Any]]:
    return office.inside("jobs", "list", "--json", *more).json


def enqueue(office: Cli, amount: int, first: int = 0) -> None:
    """As an application does, in SQL."""
    fetch(office, "INSERT INTO sqlrag.workspaces (name) VALUES ('default') ON CONFLICT DO NOTHING")
    fetch(
        office,
        f"""SELECT count(rag.enqueue_document('default', 'notes/' || n, 'The harbour of ' || n))
        FROM generate_series({first}, {first + amount - 1}) AS n""",
    )


def fetch(office: Cli, statement: str) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(office.settings["DATABASE_URL"])
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def done(office: Cli) -> int:
    return len(jobs(office, "--status", "done", "--kind", "ingest"))


def test_a_worker_does_what_waits_begins_anew_and_stops_when_it_is_told(office: Cli) -> None:
    enqueue(office, 5)
    process = office.start("worker", "--max-jobs", "2", "--concurrency", "1")
    pid = process.pid
    wait_until(lambda: done(office) == 5 and fetch(office, ALL_DONE))  # with the upkeep after them
    wait_until(lambda: fetch(office, "SELECT count(*) FROM rag.workers") == 1)
    assert is_alive(pid), "the same process began anew"
    process.terminate()
    finished = finish(process)
    assert finished.err.count("Working: 1 jobs at once.") >= 2
    assert [job["attempts"] for job in jobs(office, "--kind", "ingest")] == [1] * 5


def test_only_jobs_of_a_kind_that_there_is(office: Cli) -> None:
    told = office.inside("worker", "--kind", "magic", code=1)
    assert told.sentence.startswith("There are no jobs of kind magic; use ingest, delete, ")


def test_jobs_are_listed_shown_cancelled_and_tried_again(office: Cli) -> None:
    assert office.inside("jobs", "list").out == 'No jobs in workspace "default".\n'
    enqueue(office, 2)
    listed = office.inside("jobs", "list").out
    assert "notes/0" in listed
    assert "waiting" in listed
    first = str(jobs(office)[-1]["job_id"])
    assert "ingest, cancelled" in office.inside("jobs", "cancel", first).out
    assert "ingest, waiting" in office.inside("jobs", "retry", first).out
    shown = office.inside("jobs", "show", first).out
    assert "source key   notes/0" in shown
    assert office.inside("jobs", "show", "999", code=1).sentence.startswith("There is no job 999")


@pytest.fixture
def served(office: Cli) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = office.start("serve", "--port", port)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/health/ready"))
        yield process, url
    finally:
        process.terminate()
        process.communicate(timeout=60)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def children_of(process: "subprocess.Popen[bytes]") -> list[int]:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def worker_of(process: "subprocess.Popen[bytes]") -> int | None:
    """The child of a server that works."""
    for pid in children_of(process):
        words = Path(f"/proc/{pid}/cmdline")
        if words.exists() and words.read_bytes().split(b"\0")[-2:-1] == [b"worker"]:
            return pid
    return None


def test_a_server_keeps_a_worker_running(
    office: Cli, served: tuple["subprocess.Popen[bytes]", str]
) -> None:
    process, url = served
    later = {"prefer": "respond-async"}
    given = {"documents": [{"id": "harbour", "text": "The harbour was rebuilt in 1921."}]}
    answer = httpx.post(f"{url}/v1/documents", json=given, headers=later)
    assert answer.status_code == 202
    track = url + answer.headers["location"]
    wait_until(lambda: httpx.get(track).json()["counts"] == {"done": 1})
    asked = {"question": "When was the harbour rebuilt?", "background": True}
    job = url + httpx.post(f"{url}/v1/query", json=asked).headers["location"]
    wait_until(lambda: httpx.get(job).json()["status"] == "done")
    assert "1921" in httpx.get(job).json()["result"]["answer"]
    wait_for_worker: Callable[[], bool] = lambda: worker_of(process) is not None  # noqa: E731
    wait_until(wait_for_worker)
    worker = worker_of(process)
    assert worker
    os.kill(worker, signal.SIGKILL)
    enqueue(office, 1, first=7)
    wait_until(lambda: done(office) == 2)
    worker = worker_of(process)
    assert worker
    process.terminate()
    process.wait(60)
    assert not is_alive(worker)


def test_the_worker_of_a_server_that_is_killed_stops(
    office: Cli, served: tuple["subprocess.Popen[bytes]", str]
) -> None:
    process, _ = served
    wait_until(lambda: worker_of(process) is not None)
    worker = worker_of(process)
    assert worker
    time.sleep(1)
    left = children_of(process)
    process.kill()
    wait_until(lambda: not is_alive(worker))
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_much_is_ingested_in_the_background_unasked(
    office: Cli, served: tuple["subprocess.Popen[bytes]", str]
) -> None:
    _, url = served
    text = "The harbour was rebuilt in 1921.\n\n" * 40_000
    answer = httpx.post(f"{url}/v1/documents", json={"text": text, "id": "long"}, timeout=60)
    assert answer.status_code == 202
    assert answer.json()["jobs"][0]["source_key"] == "long"
