"""A store for programs that await nothing."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlrag.app import Rag
from sqlrag.domain.items import Metric
from sqlrag.rag.store import Store
from sqlrag.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def _wait_for(
    method: Callable[Concatenate[Store, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["SyncStore", P], T]:
    """The method of a Store, with its signature, for those who cannot await it."""

    @wraps(method)
    def run(self: "SyncStore", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(method(self._store, *args, **kwargs))

    return run


class SyncStore(AbstractContextManager["SyncStore"]):
    """The methods of Store, each of which returns when it is done.

    Works on an event loop of its own, in a thread of its own: in scripts, in notebooks, in
    functions that a running loop calls, and from many threads at once, whose calls are sent
    together. Leave it with `close` or as a context manager.
    """

    def __init__(
        self,
        name: str,
        dimensions: int,
        metric: Metric = "cosine",
        *,
        language: str = "simple",
        overwrite: bool = False,
        database_url: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=f"sqlrag-store-{name}", daemon=True
        )
        self._thread.start()
        self._stack = AsyncExitStack()

        async def open_store() -> Store:
            rag = await self._stack.enter_async_context(Rag.open(database_url, settings=settings))
            return await rag.store(name, dimensions, metric, language=language, overwrite=overwrite)

        try:
            self._store = self._run(open_store())
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for what is under way and disconnect. Closing twice does nothing."""
        if self._loop.is_closed():
            return
        try:
            self._run(self._stack.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    add = _wait_for(Store.add)
    upsert = _wait_for(Store.upsert)
    get = _wait_for(Store.get)
    delete = _wait_for(Store.delete)
    count = _wait_for(Store.count)
    query = _wait_for(Store.query)
    hybrid_query = _wait_for(Store.hybrid_query)
    index = _wait_for(Store.index)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
