"""The store without await."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from sqlrag import Settings, SyncStore
from sqlrag.domain.errors import BadInput, DatabaseError


def use(url: str, settings: Settings) -> list[str]:
    with SyncStore("films", 2, database_url=url, settings=settings, overwrite=True) as store:
        store.add(["a", "b"], [[1, 0], [0, 1]], ["one", "two"])
        store.upsert("b", [0, 2], "three")
        assert (store.count(), store.get("b")[0].text, store.index()) == (2, "three", False)
        with pytest.raises(BadInput, match='"a" already'):
            store.add("a", [1, 1])
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: store.add(f"t{n}", [1, n]), range(40)))
        assert store.delete("a") == ["a"]
        assert store.hybrid_query("three", [0, 1], 1)[0].id == "b"
        return [match.id for match in store.query([1, 5], 1)]


def test_it_works_without_a_running_loop(url: str, settings: Settings) -> None:
    assert use(url, settings) == ["t5"]


async def test_it_works_inside_a_running_loop(url: str, settings: Settings) -> None:
    assert use(url, settings) == ["t5"]
    await asyncio.sleep(0)


def test_what_cannot_be_opened_leaves_no_thread(settings: Settings) -> None:
    import threading

    before = threading.active_count()
    with pytest.raises(DatabaseError):
        SyncStore("s", 2, database_url="postgresql://nobody@127.0.0.1:1/none", settings=settings)
    assert threading.active_count() == before
