"""Calls that are awaited together become few statements, and stay calls of their own."""

import asyncio
from collections.abc import Iterable, Sequence

import pytest

from sqlrag.app import Rag
from sqlrag.domain.batching import Batcher
from sqlrag.domain.errors import BadInput, SqlragError
from sqlrag.rag.store import Store
from tests.counting import count_statements


async def test_a_thousand_adds_awaited_together_are_few_statements(rag: Rag) -> None:
    store = await rag.store("many", 2)
    with count_statements(rag.storage.database._pool) as sent:
        await asyncio.gather(*(store.add(f"i{n}", [1, n]) for n in range(1000)))
    assert len(sent) == 1
    assert await store.count() == 1000


async def test_a_lone_add_is_one_statement(store: Store, rag: Rag) -> None:
    with count_statements(rag.storage.database._pool) as sent:
        await store.add("lone", [1, 2])
    assert len(sent) == 1


async def test_queries_awaited_together_share_statements(store: Store, rag: Rag) -> None:
    await asyncio.gather(*(store.query([1, n]) for n in range(200)))
    with count_statements(rag.storage.database._pool) as sent:
        found = await asyncio.gather(*(store.query([1, n / 50]) for n in range(200)))
    assert len(sent) < 50
    alone = await store.query([1, 123 / 50])
    assert found[123] == alone


async def test_a_call_that_fails_fails_alone(store: Store) -> None:
    calls = [store.add("a", [1, 1]), store.add("east", [1, 1]), store.add("b", [1])]
    calls += [store.add("c", [1, 1], metadatas={"x": "\ud800"}), store.add("d", [1, 1])]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [result is None for result in results] == [True, False, False, False, True]
    assert [item.id for item in await store.get(["a", "d"])] == ["a", "d"]
    filters = ({"tags": ["a"]}, {"n": 1}, None)
    asked = [store.query([1, 0], filters=f) for f in filters]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(found[1], BadInput)
    answered = [one for one in found if not isinstance(one, BaseException)]
    assert [len(matches) for matches in answered] == [2, 6]


async def test_writes_of_one_id_keep_their_order(store: Store) -> None:
    await asyncio.gather(
        store.add("x", [1, 1], "one"),
        store.delete("x"),
        store.add("x", [1, 1], "two"),
        store.upsert("x", [1, 1], "three"),
        store.upsert("y", [1, 1], "other"),
    )
    assert [item.text for item in await store.get(["x", "y"])] == ["three", "other"]
    last = asyncio.gather(*(store.upsert("x", [1, 1], f"text {n}") for n in range(20)))
    await last
    assert (await store.get("x"))[0].text == "text 19"


def one_by_one(calls: Iterable[int]) -> int:
    return 1


def at_most_three(calls: Iterable[int]) -> int:
    return min(3, len(list(calls)))


async def test_a_batch_gathers_while_another_is_in_flight() -> None:
    batches: list[list[int]] = []
    gate = asyncio.Event()

    async def run(calls: Sequence[int]) -> Sequence[int | SqlragError]:
        batches.append(list(calls))
        await gate.wait()
        return [10 * call for call in calls]

    batcher: Batcher[int, int] = Batcher(run, at_most_three)
    first = asyncio.create_task(batcher.submit(0))
    while not batches:
        await asyncio.sleep(0)
    rest = [asyncio.create_task(batcher.submit(n)) for n in range(1, 6)]
    given_up = rest.pop(1)
    await asyncio.sleep(0)
    given_up.cancel()
    gate.set()
    assert await asyncio.gather(first, *rest) == [0, 10, 30, 40, 50]
    assert batches == [[0], [1, 3], [4, 5]]
    await batcher.drain()


async def test_an_outage_is_told_to_all_and_the_next_call_is_served() -> None:
    down = True

    async def run(calls: Sequence[int]) -> Sequence[int | SqlragError]:
        if down:
            raise SqlragError("down")
        return list(calls)

    batcher: Batcher[int, int] = Batcher(run, at_most_three)
    results = await asyncio.gather(*map(batcher.submit, range(5)), return_exceptions=True)
    assert [str(result) for result in results] == ["down"] * 5
    down = False
    assert await batcher.submit(7) == 7


async def test_as_many_batches_are_in_flight_as_allowed() -> None:
    busy = most = 0

    async def run(calls: Sequence[int]) -> Sequence[int | SqlragError]:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        return list(calls)

    batcher: Batcher[int, int] = Batcher(run, one_by_one, at_once=2)
    assert await asyncio.gather(*map(batcher.submit, range(9))) == list(range(9))
    assert most == 2


async def test_a_worker_that_has_just_ended_does_not_leave_a_call_waiting(store: Store) -> None:
    for n in range(30):
        await asyncio.wait_for(store.upsert("x", [1, n]), 30)
    with pytest.raises(BadInput):
        await asyncio.wait_for(store.add("x", [1, 1]), 30)
