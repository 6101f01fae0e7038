"""On an embedded Postgres of its own, as a newcomer has it."""

import os
import signal
import socket
from dataclasses import dataclass

import httpx
import pytest

from sqlrag.doors.cli.demo import QUESTIONS
from tests.cli.running import Cli, Finished, finish
from tests.embedded.users import is_alive, postmaster, wait_until


@dataclass(frozen=True)
class Newcomer:
    sqlrag: Cli
    demo: Finished
    ingest: Finished


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """A fresh home in which the demo and an ingestion were started at the same time."""
    folder = tmp_path_factory.mktemp("newcomer")
    for number in range(5):
        (folder / f"{number}.txt").write_text(f"Storm number {number}.")
    sqlrag = Cli(folder, {"SQLRAG_HOME": str(folder / "home")}, newcomers=True)
    demo, ingest = sqlrag.start("demo"), sqlrag.start("ingest", "*.txt", "--json")
    return Newcomer(sqlrag, finish(demo), finish(ingest))


def test_the_demo_answers_three_questions_from_the_right_samples(newcomer: Newcomer) -> None:
    rest = newcomer.demo.out
    assert len(QUESTIONS) == 3
    for question, source in QUESTIONS.items():
        rest = rest.partition(question)[2]
        answer = rest.partition("\n[1] ")[2].partition("\n")[0]
        assert answer.endswith(f"of samples/{source})"), rest
    assert "sqlrag ask -w demo" in rest


def test_two_processes_share_a_fresh_home(newcomer: Newcomer) -> None:
    assert {one["outcome"] for one in newcomer.ingest.json} == {"added"}
    status = newcomer.sqlrag("status", "--json", DATABASE_URL="").json
    home = newcomer.sqlrag.folder / "home"
    assert status["database"] == f"embedded, {home / 'postgres'}"
    counts = {workspace["name"]: workspace["documents"] for workspace in status["workspaces"]}
    assert counts == {"demo": 12, "default": 5}


def test_psql_needs_no_server_of_its_own(newcomer: Newcomer) -> None:
    count = "SELECT count(*) FROM rag.documents WHERE workspace = 'demo' AND status = 'ready'"
    assert newcomer.sqlrag("psql", "-At", "-c", count).out == "12\n"


def test_a_server_goes_on_when_its_postgres_dies(newcomer: Newcomer) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = newcomer.sqlrag.start("serve", "--port", port)
    try:
        documents = f"http://127.0.0.1:{port}/v1/workspaces/demo/documents"
        wait_until(lambda: get(documents))
        home = newcomer.sqlrag.folder / "home"
        dead = postmaster(home)
        os.kill(dead, signal.SIGKILL)
        answer = httpx.get(documents, timeout=30)
        assert answer.status_code == 200
        assert len(answer.json()["items"]) == 12
        alive = postmaster(home)
        assert alive != dead
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    wait_until(lambda: not is_alive(alive))


def get(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
