"""A store for programs that await nothing."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlrag.app import Rag
from sqlrag.domain.items import Metric
from sqlrag.rag.store import Store
from sqlrag.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def _blocking(
    method: Callable[Concatenate[Store, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["SyncStore", P], T]:
    @wraps(method)
    def call(self: "SyncStore", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(method(self._store, *args, **kwargs))

    return call


class SyncStore:
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
            opening = Rag.open(database_url, settings=settings)
            rag = await self._stack.enter_async_context(opening)
            return await rag.store(name, dimensions, metric, language=language, overwrite=overwrite)

        try:
            self._store = self._run(open_store())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "SyncStore":
        return self

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

    add = _blocking(Store.add)
    upsert = _blocking(Store.upsert)
    get = _blocking(Store.get)
    delete = _blocking(Store.delete)
    count = _blocking(Store.count)
    query = _blocking(Store.query)
    hybrid_query = _blocking(Store.hybrid_query)
    index = _blocking(Store.index)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
