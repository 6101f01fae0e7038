"""Makes few batches of many calls that are awaited together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from sqlrag.domain.errors import BadInput, SqlragError

Call = TypeVar("Call")
Result = TypeVar("Result")


class Batcher(Generic[Call, Result]):
    """While `at_once` batches are in flight, the next one gathers; a lone call starts at once.

    Calls go in order. `measure` says how many of those that wait make up the next batch, at least
    one. `run` returns a result or an error for each; where it raises BadInput for a batch, its
    calls are run one by one, so that each meets its own error only.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Call]], Awaitable[Sequence[Result | SqlragError]]],
        measure: Callable[[Iterable[Call]], int],
        at_once: int = 1,
    ) -> None:
        self._run = run
        self._measure = measure
        self._at_once = at_once
        self._waiting: deque[tuple[Call, asyncio.Future[Result]]] = deque()
        self._busy = 0
        self._workers: set[asyncio.Task[None]] = set()

    async def submit(self, call: Call) -> Result:
        """The result of a call, run with others. A call that is cancelled may still be run."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, future))
        if self._busy < self._at_once:
            self._busy += 1
            # It starts when the tasks that are ready have had their turn, and their calls are here.
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return await future

    async def drain(self) -> None:
        """Wait until every call has been run."""
        while self._workers:
            await asyncio.wait(self._workers)

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = self._measure(call for call, _ in self._waiting)
                batch = [self._waiting.popleft() for _ in range(count)]
                await self._settle([one for one in batch if not one[1].done()])
        finally:
            # Not when the task is done with: a call may come before that.
            self._busy -= 1

    async def _settle(self, batch: Sequence[tuple[Call, "asyncio.Future[Result]"]]) -> None:
        results: Sequence[Result | Exception]
        try:
            results = await self._run([call for call, _ in batch]) if batch else ()
        except Exception as error:
            if isinstance(error, BadInput) and len(batch) > 1:
                for one in batch:
                    await self._settle([one])
                return
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)


def count_fitting(amounts: Iterable[Sequence[int]], most: Sequence[int]) -> int:
    """How many of the first calls make a batch: their amounts, of each kind, are added up to
    `most`. The first always fits."""
    sums = [0] * len(most)
    count = 0
    for amount in amounts:
        sums = [total + more for total, more in zip(sums, amount, strict=True)]
        if count and any(total > limit for total, limit in zip(sums, most, strict=True)):
            break
        count += 1
    return count


def split_fitting(
    calls: Sequence[Call], measure: Callable[[Call], Sequence[int]], most: Sequence[int]
) -> Iterator[list[Call]]:
    """All of them in order, as many together as `count_fitting` has it."""
    while calls:
        count = count_fitting(map(measure, calls), most)
        yield list(calls[:count])
        calls = calls[count:]
