"""What follows a write is done whichever door it came through, and fails none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import DatabaseError
from sqlrag.domain.summaries import SummaryReport
from sqlrag.domain.workspaces import Change, Workspace
from sqlrag.rag.progress import Report
from sqlrag.rag.upkeep import Upkeep, UpkeepReport
from sqlrag.settings import Settings
from tests.graphs import CapitalWords, with_extractor

A = Workspace(1, "a", 1, "hashing", 512, {})
B = Workspace(2, "b", 1, "hashing", 512, {})


class Indexes:
    """Indexing waits until it is allowed to end."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.indexed: list[int] = []
        self.cancelled = 0
        self.allowed = asyncio.Event()

    async def index_embeddings(self, workspace_id: int) -> bool:
        self.indexed.append(workspace_id)
        if self.error:
            raise self.error
        try:
            await self.allowed.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return True


class Summaries:
    """Has nothing to do, or fails at so much."""

    def __init__(self, failed: int = 0) -> None:
        self.report = SummaryReport(failed=failed, error="It refused." if failed else None)
        self.asked: list[tuple[str, Sequence[int] | None]] = []

    async def summarize(
        self, workspace: Workspace, report: Report, change: Change
    ) -> SummaryReport:
        self.asked.append((workspace.name, change.document_ids))
        return self.report


def in_background(indexes: Any, summaries: Any = None, **more: Any) -> Upkeep:
    looked_after: Any = summaries or Summaries()
    return Upkeep(indexes, looked_after, in_background=True, **more)


async def test_a_write_waits_for_it_and_one_that_changed_nothing_does_not() -> None:
    indexes, summaries = Indexes(), Summaries()
    indexes.allowed.set()
    upkeep = Upkeep(indexes, summaries)  # type: ignore[arg-type]
    await upkeep.follow(A, Change((3,)))
    await upkeep.follow(A, None)
    assert (indexes.indexed, summaries.asked) == ([1], [("a", (3,))])


async def test_closing_waits_for_an_index() -> None:
    indexes = Indexes()
    upkeep = in_background(indexes, patience=10)
    await upkeep.follow(A, Change())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.05, indexes.allowed.set)
    await upkeep.close()
    assert (indexes.indexed, indexes.cancelled) == ([1], 0)


async def test_closing_cancels_an_index_that_takes_too_long() -> None:
    indexes = Indexes()
    upkeep = in_background(indexes, patience=0.01)
    await upkeep.follow(A, Change())
    await upkeep.follow(B, Change())
    await upkeep.close()
    assert indexes.cancelled == 2


async def test_what_arrives_meanwhile_is_indexed_once_more() -> None:
    indexes = Indexes()
    upkeep = in_background(indexes)
    for _ in range(5):
        await upkeep.follow(A, Change())
        await asyncio.sleep(0)
    assert indexes.indexed == [1]
    indexes.allowed.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert indexes.indexed == [1, 1]
    await upkeep.follow(A, Change())
    await upkeep.close()
    assert indexes.indexed == [1, 1, 1]


async def test_an_index_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for error in (DatabaseError("Postgres is down."), RuntimeError("a bug")):
        upkeep = in_background(Indexes(error))
        await upkeep.follow(A, Change())
        await upkeep.close()
    warned, failed = caplog.records
    assert "Postgres is down." in warned.getMessage()
    assert failed.exc_info
    assert failed.exc_info[0] is RuntimeError


async def test_summaries_are_made_after_the_index_and_what_fails_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    indexes, summaries = Indexes(), Summaries(failed=3)
    indexes.allowed.set()
    upkeep = in_background(indexes, summaries)
    await upkeep.follow(A, Change())
    await upkeep.close()
    assert (indexes.indexed, summaries.asked) == ([1], [("a", None)])
    (record,) = caplog.records
    assert record.getMessage() == (
        "Workspace a: 3 descriptions could not be summarised: It refused."
    )


async def test_only_what_new_documents_speak_of_is_summarised_once_all_has_been() -> None:
    indexes, summaries = Indexes(), Summaries()
    indexes.allowed.set()
    upkeep = in_background(indexes, summaries)

    async def run(*changes: Sequence[int] | None) -> list[Sequence[int] | None]:
        summaries.asked.clear()
        for document_ids in changes:
            await upkeep.follow(A, Change(None if document_ids is None else tuple(document_ids)))
            await asyncio.sleep(0)
        while upkeep._running:
            await asyncio.sleep(0)
        return [document_ids for _, document_ids in summaries.asked]

    assert await run([1]) == [None], "not looked after before"
    assert await run([2]) == [(2,)]
    summaries.report = SummaryReport(failed=1)
    assert await run([3]) == [(3,)]
    summaries.report = SummaryReport()
    assert await run([4]) == [None], "what failed is due still"
    assert await run(None) == [None], "after a deletion"
    indexes.allowed.clear()
    asyncio.get_running_loop().call_later(0.01, indexes.allowed.set)
    assert await run([5], [6], [7, 8]) == [(5,), (6, 7, 8)]
    indexes.allowed.clear()
    asyncio.get_running_loop().call_later(0.01, indexes.allowed.set)
    assert await run([9], [10], None, [11]) == [(9,), None]
    await upkeep.close()


KG = {
    "chunks": [{"content": "Ada met Bert.", "source_id": "s", "file_path": "custom"}],
    "entities": [{"entity_name": "Zed", "source_id": "s"}],
    "relationships": [],
}
WRITES: dict[str, Callable[[Rag], Awaitable[Any]]] = {
    "insert": lambda rag: rag.insert("Cora met Dirk.", "another"),
    "insert_custom_kg": lambda rag: rag.insert_custom_kg(KG),
    "insert_custom_chunks": lambda rag: rag.insert_custom_chunks("One. Two.", ["One.", "Two."]),
    "merge_entities": lambda rag: rag.graph.merge_entities(["Ada"], "Bert"),
    "split_entity": lambda rag: rag.graph.split_entity("Bert", "Bert II", ["second"]),
    "delete": lambda rag: rag.delete("first"),
}


@pytest.mark.parametrize("write", WRITES)
async def test_every_write_in_python_is_followed(url: str, settings: Settings, write: str) -> None:
    """As over HTTP, which calls the same methods."""
    told: list[UpkeepReport] = []
    async with Rag.open(url, settings=settings, tell_upkeep=told.append) as rag:
        met = with_extractor(rag, CapitalWords())
        await met.insert(["Ada met Bert.", "Bert met Ada again."], ["first", "second"])
        told.clear()
        await WRITES[write](met)
        assert [(one.workspace, one.error) for one in told] == [("default", None)]
        await rag.insert("Ada met Bert.", "another")
        told.clear()
        await rag.insert("Ada met Bert.", "another")
        await rag.delete("nothing of this name")
        assert told == [], "nothing was written"


async def test_after_a_deletion_no_index_is_looked_for() -> None:
    """It would cost more than the deletion; summaries may be due all the same."""
    indexes, summaries = Indexes(), Summaries()
    upkeep = Upkeep(indexes, summaries)  # type: ignore[arg-type]
    await upkeep.follow(A, Change(grew=False))
    assert (indexes.indexed, summaries.asked) == ([], [("a", None)])
