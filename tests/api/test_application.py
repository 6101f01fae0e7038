"""What the application does by itself: unexpected errors, and work after the response."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace

from litestar.testing import TestClient

from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import DatabaseError
from sqlrag.domain.summaries import SummaryReport
from sqlrag.doors.http.application import create_app
from sqlrag.doors.http.indexing import Indexing

NAMES = ("ingesting", "answering", "managing", "configuring")


class Ingesting:
    """Ingests nothing; indexing waits until it is allowed to end."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.indexed: list[str] = []
        self.cancelled = 0
        self.allowed = asyncio.Event()

    async def ingest(self, workspace: str, sources: list) -> list[IngestResult]:
        return [IngestResult(source.source_key, "added", 1) for source in sources]

    async def index(self, workspace: str) -> bool:
        self.indexed.append(workspace)
        if self.error:
            raise self.error
        try:
            await self.allowed.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return True


class Summarizing:
    """Has nothing to do, or fails at so much."""

    def __init__(self, failed: int = 0) -> None:
        self.report = SummaryReport(failed=failed, error="It refused." if failed else None)
        self.asked: list[tuple[str, Sequence[int] | None]] = []

    async def summarize(
        self, workspace: str, document_ids: Sequence[int] | None = None
    ) -> SummaryReport:
        self.asked.append((workspace, document_ids))
        return self.report


def make_client(**services) -> TestClient:
    @asynccontextmanager
    async def open_services():
        yield SimpleNamespace(**dict.fromkeys(NAMES) | {"summarizing": Summarizing()} | services)

    return TestClient(create_app(open_services, "default", 1000), raise_server_exceptions=False)


def test_an_unexpected_error_shows_nothing_of_itself(caplog):
    class Managing:
        async def list_workspaces(self) -> list:
            raise RuntimeError("the secret is 1234")

    with make_client(managing=Managing()) as client:
        response = client.get("/v1/workspaces")
    assert response.status_code == 500
    assert response.json()["type"] == "urn:sqlrag:error:internal-error"
    assert "1234" not in response.text
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info[0] is RuntimeError


def test_the_response_does_not_wait_for_the_index():
    ingesting = Ingesting()
    ingesting.allowed = SimpleNamespace(wait=lambda: asyncio.sleep(0.2))
    with make_client(ingesting=ingesting) as client:
        response = client.post("/v1/documents", json={"text": "x"}, params={"workspace": "w"})
        assert response.status_code == 201
    assert ingesting.indexed == ["w"]
    assert ingesting.cancelled == 0


async def test_closing_waits_for_an_index():
    ingesting = Ingesting()
    indexing = Indexing(ingesting, Summarizing(), patience=10)
    indexing.start("a")
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.05, ingesting.allowed.set)
    await indexing.aclose()
    assert (ingesting.indexed, ingesting.cancelled) == (["a"], 0)


async def test_closing_cancels_an_index_that_takes_too_long():
    ingesting = Ingesting()
    indexing = Indexing(ingesting, Summarizing(), patience=0.01)
    indexing.start("a")
    indexing.start("b")
    await indexing.aclose()
    assert ingesting.cancelled == 2


async def test_what_arrives_meanwhile_is_indexed_once_more():
    ingesting = Ingesting()
    indexing = Indexing(ingesting, Summarizing())
    for _ in range(5):
        indexing.start("a")
        await asyncio.sleep(0)
    assert ingesting.indexed == ["a"]
    ingesting.allowed.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert ingesting.indexed == ["a", "a"]
    indexing.start("a")
    await indexing.aclose()
    assert ingesting.indexed == ["a", "a", "a"]


async def test_an_index_that_fails_is_logged(caplog):
    for error in (DatabaseError("Postgres is down."), RuntimeError("a bug")):
        indexing = Indexing(Ingesting(error), Summarizing())
        indexing.start("a")
        await indexing.aclose()
    warned, failed = caplog.records
    assert "Postgres is down." in warned.getMessage()
    assert failed.exc_info[0] is RuntimeError


async def test_summaries_are_made_after_the_index_and_what_fails_is_logged(caplog):
    ingesting, summarizing = Ingesting(), Summarizing(failed=3)
    ingesting.allowed.set()
    indexing = Indexing(ingesting, summarizing)
    indexing.start("a")
    await indexing.aclose()
    assert (ingesting.indexed, summarizing.asked) == (["a"], [("a", None)])
    (record,) = caplog.records
    assert record.getMessage() == (
        "Workspace a: 3 descriptions could not be summarised: It refused."
    )


async def test_only_what_new_documents_speak_of_is_summarised_once_all_has_been():
    ingesting, summarizing = Ingesting(), Summarizing()
    ingesting.allowed.set()
    indexing = Indexing(ingesting, summarizing)

    async def run(*starts: Sequence[int] | None) -> list[Sequence[int] | None]:
        summarizing.asked.clear()
        for document_ids in starts:
            indexing.start("a", document_ids)
            await asyncio.sleep(0)
        while indexing._running:
            await asyncio.sleep(0)
        return [document_ids for _, document_ids in summarizing.asked]

    assert await run([1]) == [None], "not looked after before"
    assert await run([2]) == [[2]]
    summarizing.report = SummaryReport(failed=1)
    assert await run([3]) == [[3]]
    summarizing.report = SummaryReport()
    assert await run([4]) == [None], "what failed is due still"
    assert await run(None) == [None], "after a deletion"
    ingesting.allowed.clear()
    asyncio.get_running_loop().call_later(0.01, ingesting.allowed.set)
    assert await run([5], [6], [7, 8]) == [[5], (6, 7, 8)]
    ingesting.allowed.clear()
    asyncio.get_running_loop().call_later(0.01, ingesting.allowed.set)
    assert await run([9], [10], None, [11]) == [[9], None]
    await indexing.aclose()
