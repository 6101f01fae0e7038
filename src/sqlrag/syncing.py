"""A store for programs that await nothing."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from sqlrag.app import Rag
from sqlrag.domain.items import Item, Match, Metric
from sqlrag.rag.store import Store
from sqlrag.settings import Settings

T = TypeVar("T")


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

    def add(
        self,
        ids: str | Sequence[str],
        embeddings: Any,
        documents: str | Sequence[str] | None = None,
        metadatas: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        tags: Sequence[str] | Sequence[Sequence[str]] | None = None,
    ) -> None:
        self._run(self._store.add(ids, embeddings, documents, metadatas, tags))

    def upsert(
        self,
        ids: str | Sequence[str],
        embeddings: Any,
        documents: str | Sequence[str] | None = None,
        metadatas: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        tags: Sequence[str] | Sequence[Sequence[str]] | None = None,
    ) -> None:
        self._run(self._store.upsert(ids, embeddings, documents, metadatas, tags))

    def get(self, ids: str | Sequence[str]) -> list[Item]:
        return self._run(self._store.get(ids))

    def delete(self, ids: str | Sequence[str]) -> list[str]:
        return self._run(self._store.delete(ids))

    def count(self, filters: Mapping[str, Any] | None = None) -> int:
        return self._run(self._store.count(filters))

    def query(
        self, embedding: Any, top_k: int = 10, filters: Mapping[str, Any] | None = None
    ) -> list[Match]:
        return self._run(self._store.query(embedding, top_k, filters))

    def hybrid_query(
        self,
        text: str,
        embedding: Any,
        top_k: int = 10,
        filters: Mapping[str, Any] | None = None,
    ) -> list[Match]:
        return self._run(self._store.hybrid_query(text, embedding, top_k, filters))

    def index(self) -> bool:
        return self._run(self._store.index())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
