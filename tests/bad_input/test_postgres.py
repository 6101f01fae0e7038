"""A Postgres that is down, restarted, gone, too old or unmigrated."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.database.embedded import DATABASE
from sqlrag.database.embedded.cluster import Cluster
from sqlrag.database.embedded.place import Place
from sqlrag.database.migrating import migrate
from sqlrag.domain.documents import Source
from sqlrag.settings import Settings
from tests.cli.running import Cli, finish
from tests.cli.test_ingesting import count_documents, wait_for_documents
from tests.conftest import run_sql
from tests.stub_openai import StubOpenAI

DOCUMENTS = 60


class Server:
    """A server of the tests' own, without a keeper: it stays down until it is started."""

    def __init__(self, home: Path) -> None:
        place = Place.of(home)
        place.make_sockets_folder()
        self.url = place.url(DATABASE)
        self._cluster = Cluster(place)
        # The kernel ends a server with the thread that started it.
        self._thread = ThreadPoolExecutor(1)
        self.start()
        migrate(self.url)

    def stop(self) -> None:
        self._thread.submit(self._cluster.stop).result()

    def start(self) -> None:
        self._thread.submit(self._cluster.start).result()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("own"))
    yield server
    server.stop()


@pytest.fixture
def empty_server(server: Server) -> Server:
    run_sql(server.url, "DELETE FROM sqlrag.workspaces")
    return server


async def test_a_restart_in_mid_run_costs_a_pause_and_no_document(
    empty_server: Server, newcomers: Settings
) -> None:
    server, written, restarted = empty_server, 0, threading.Event()

    def restart() -> None:
        server.stop()
        server.start()
        restarted.set()

    def report(stage: str, done: int = 0, more: int = 0) -> None:
        nonlocal written
        written += done if stage == "write" else 0
        if written == 5 and stage == "write":
            threading.Thread(target=restart).start()

    with StubOpenAI(latency=0.1) as stub:
        remote = newcomers.model_copy(
            update={"openai_base_url": stub.base_url, "extraction": "off"}
        )
        async with Rag.open(server.url, settings=remote) as rag:
            sources = [Source.of_text(f"Storm {n}.", f"storm-{n}") for n in range(DOCUMENTS)]
            results = await rag.ingest(*sources, report=report)
            assert await asyncio.to_thread(restarted.wait, 60)
            assert {result.outcome for result in results} <= {"added", "unchanged"}
            listed = await rag.list_documents(limit=1000)
    assert {document.status for document in listed} == {"ready"}
    assert sorted(one.source_key for one in listed) == sorted(one.source_key for one in sources)
    assert {document.chunk_count for document in listed} == {1}


def test_a_stop_in_mid_run_is_one_sentence_and_keeps_what_was_committed(
    empty_server: Server, tmp_path: Path
) -> None:
    server = empty_server
    for number in range(DOCUMENTS):
        (tmp_path / f"{number}.txt").write_text(f"The storm number {number}.")
    with StubOpenAI(latency=0.2) as stub:
        settings = {
            "DATABASE_URL": server.url,
            "OPENAI_BASE_URL": stub.base_url,
            "SQLRAG_EXTRACTION": "off",
        }
        process = Cli(tmp_path, settings).start("ingest", ".", forked=True)
        asyncio.run(wait_for_documents(server.url, 5))
        server.stop()
        try:
            done = finish(process, 1)
        finally:
            server.start()
    sentences = [line for line in done.out.splitlines() if "cannot be reached" in line]
    assert len(sentences) == 1, done
    assert sentences[0].endswith("check that it runs and that DATABASE_URL names it.")
    added, failed = (int(done.out.splitlines()[row].split()[1]) for row in (1, 4))
    assert added + failed == DOCUMENTS
    assert 0 < added <= asyncio.run(count_documents(server.url)) < DOCUMENTS


def test_a_postgres_that_is_down_is_named_at_the_start(tmp_path: Path) -> None:
    sqlrag = Cli(tmp_path, {"DATABASE_URL": "postgresql://me:secret@127.0.0.1:9/mine"})
    (tmp_path / "a.txt").write_text("Some words.")
    done = sqlrag("ingest", "a.txt", code=1)
    assert done.sentence.startswith("Postgres at 127.0.0.1/mine cannot be reached (")
    assert done.sentence.endswith("check that it runs and that DATABASE_URL names it.")
    assert "secret" not in done.err
    for command in (["status"], ["ask", "x"], ["migrate"], ["serve"]):
        assert "DATABASE_URL names it" in sqlrag.inside(*command, code=1).sentence


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://me:secret@127.0.0.1/mine", "postgresql://me:sec/ret@127.0.0.1/mine"],
)
def test_a_database_url_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    sqlrag = Cli(tmp_path, {"DATABASE_URL": url})
    assert sqlrag.inside("status", code=1).sentence.startswith(
        "DATABASE_URL is not the URL of a Postgres; write it as postgresql://"
    )
    migrating = sqlrag.inside("migrate", code=1)
    assert "DATABASE_URL" in migrating.sentence
    assert "sec" not in migrating.err


def test_an_unmigrated_database_says_what_to_run(empty_url: str, tmp_path: Path) -> None:
    sqlrag = Cli(tmp_path, {"DATABASE_URL": empty_url})
    (tmp_path / "a.txt").write_text("Some words.")
    sentence = sqlrag("ingest", "a.txt", code=1).sentence
    assert "has schema revision none, this sqlrag works with " in sentence
    assert "run sqlrag migrate on it" in sentence


def test_a_pgvector_that_is_too_old_is_named(old_pgvector_url: str, tmp_path: Path) -> None:
    sentence = Cli(tmp_path, {"DATABASE_URL": old_pgvector_url})("migrate", code=1).sentence
    assert sentence.startswith("pgvector 0.7.4 is too old, sqlrag needs ")
    assert "ALTER EXTENSION vector UPDATE" in sentence
