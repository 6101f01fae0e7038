"""Stores: workspaces whose vectors the caller brings."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from sqlrag.domain.batching import Batcher
from sqlrag.domain.errors import BadInput, NotFound, SpaceMismatch, SqlragError
from sqlrag.domain.items import GIVEN, METRICS, Item, Match, Metric, NewItem, VectorQuery
from sqlrag.domain.limits import MOST_DIMENSIONS
from sqlrag.domain.names import check_text
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.item_validation import read_ids, read_items, read_vectors
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

Ids = str | Sequence[str]
Texts = str | Sequence[str] | None
Metadatas = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
Tags = Sequence[str] | Sequence[Sequence[str]] | None
_MOST_ROWS = 1_000  # in a statement
_MOST_BYTES = 16 * 2**20
_MOST_QUERIES = 16  # in a statement, so that one caller does not wait for many others' answers
_QUERIES_AT_ONCE = 4
_COORDINATES_BETWEEN_LOOKS = 1_000_000  # whether an index is due is asked after so many

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    """Items to write or, where there are none, ids to delete."""

    ids: Sequence[str]
    items: Sequence[NewItem] = ()

    @property
    def size(self) -> int:
        return sum(item.embedding.nbytes + 4 * len(item.text) for item in self.items)


class Store:
    """Items with vectors of the caller's own, in a workspace of the same name.

    What was awaited is there for every connection. Calls that are awaited together are sent in
    few statements; a wrong one fails alone. Filters are those of a QueryParam, with `source_keys`
    for ids. Every method raises BadInput for a value that cannot be used, and DatabaseError.
    """

    def __init__(self, storage: Postgres, workspace: Workspace, metric: str, language: str) -> None:
        assert workspace.space_id is not None, "a store has a space"
        assert workspace.dimensions is not None, "a space has dimensions"
        self.name, self.dimensions, self.metric = workspace.name, workspace.dimensions, metric
        self._workspace_id, self._space_id = workspace.id, workspace.space_id
        self._storage = storage
        self._language = language
        self._writes: Batcher[_Call, list[str]] = Batcher(self._write, _measure_writes)
        self._queries: Batcher[VectorQuery, list[Match]] = Batcher(
            partial(storage.items.query_items, workspace.id),
            lambda queries: len(list(islice(queries, _MOST_QUERIES))),
            _QUERIES_AT_ONCE,
        )
        self._unlooked = 0
        self._indexing: asyncio.Task[None] | None = None

    async def add(
        self,
        ids: Ids,
        embeddings: Any,
        documents: Texts = None,
        metadatas: Metadatas = None,
        tags: Tags = None,
    ) -> None:
        """Add items: lists of one length, or one item whose id is a plain text.

        `embeddings` are lists or arrays of numbers. Raises BadInput, and adds nothing, where an id
        is in the store already. More than 1,000 items go in pieces of 1,000.
        """
        await self._put(ids, embeddings, documents, metadatas, tags, replaces=False)

    async def upsert(
        self,
        ids: Ids,
        embeddings: Any,
        documents: Texts = None,
        metadatas: Metadatas = None,
        tags: Tags = None,
    ) -> None:
        """Add items, each in place of the one with its id, all of whose parts go."""
        await self._put(ids, embeddings, documents, metadatas, tags, replaces=True)

    async def get(self, ids: Ids) -> list[Item]:
        """The items with these ids, in their order. Raises NotFound where one is not there."""
        keys = read_ids(ids)
        found = await self._storage.items.get_items(self._workspace_id, keys)
        if len(found) < len(keys):
            known = {item.id for item in found}
            missing = next(key for key in keys if key not in known)
            raise NotFound(f'There is no item "{missing}" in store "{self.name}".')
        return found

    async def delete(self, ids: Ids) -> list[str]:
        """Delete items; returns the ids of those that were there."""
        return await self._writes.submit(_Call(read_ids(ids)))

    async def count(self, filters: Mapping[str, Any] | None = None) -> int:
        return await self._storage.items.count_items(self._workspace_id, filters)

    async def query(
        self, embedding: Any, top_k: int = 10, filters: Mapping[str, Any] | None = None
    ) -> list[Match]:
        """The items nearest to a vector, by the metric of the store."""
        return await self._queries.submit(self._read_question(embedding, top_k, filters))

    async def hybrid_query(
        self, text: str, embedding: Any, top_k: int = 10, filters: Mapping[str, Any] | None = None
    ) -> list[Match]:
        """The items that answer best by words (BM25) and by their vector together."""
        check_text("The text", text)
        question = self._read_question(embedding, top_k, filters)
        return await self._storage.items.hybrid_query_items(self._workspace_id, text, question)

    async def index(self) -> bool:
        """Make the HNSW index when exact search is no longer fast; True if made.

        After many writes it is made in the background without asking.
        """
        return await self._storage.index_embeddings(self._workspace_id)

    async def close(self) -> None:
        """Wait for what is under way."""
        await self._writes.drain()
        await self._queries.drain()
        if self._indexing:
            await self._indexing

    async def _put(self, ids: Any, *parts: Any, replaces: bool) -> None:
        items = read_items(
            ids, *parts, dimensions=self.dimensions, metric=self.metric, replaces=replaces
        )
        for start in range(0, len(items), _MOST_ROWS):
            some = items[start : start + _MOST_ROWS]
            await self._writes.submit(_Call([item.id for item in some], some))
        self._look_after_index(len(items))

    def _read_question(self, embedding: Any, top_k: int, filters: Any) -> VectorQuery:
        if not 1 <= top_k <= 1000:
            raise BadInput(f"top_k is {top_k}; use 1 to 1000.")
        (vector,) = read_vectors([embedding], ["the question"], self.dimensions, self.metric)
        return VectorQuery(vector, top_k, filters)

    async def _write(self, calls: Sequence[_Call]) -> Sequence[list[str] | SqlragError]:
        if not calls[0].items:
            keys = [key for call in calls for key in call.ids]
            gone, _ = await self._storage.documents.delete_documents(self._workspace_id, [], keys)
            there = {key for _, key in gone}
            return [[key for key in call.ids if key in there] for call in calls]
        place = self._workspace_id, self._space_id, self._language
        refused = await self._storage.items.write_items(*place, [call.items for call in calls])
        return [self._outcome(call.ids, refused) for call in calls]

    def _outcome(self, ids: Sequence[str], refused: set[str]) -> list[str] | SqlragError:
        if taken := [key for key in ids if key in refused]:
            return BadInput(
                f'Nothing was added: store "{self.name}" has an item "{taken[0]}" already; use '
                "upsert to replace it."
            )
        return list(ids)

    def _look_after_index(self, count: int) -> None:
        self._unlooked += count * self.dimensions
        busy = self._indexing is not None and not self._indexing.done()
        if self._unlooked >= _COORDINATES_BETWEEN_LOOKS and not busy:
            self._unlooked = 0
            self._indexing = asyncio.create_task(self._index_quietly())

    async def _index_quietly(self) -> None:
        try:
            await self.index()
        except SqlragError as error:
            _log.warning("Store %s has no index yet, and is searched exactly: %s", self.name, error)


def _measure_writes(calls: Iterable[_Call]) -> int:
    """As many of one kind as fit into a statement, each id once: so writes of an id keep order."""
    seen: set[str] = set()
    kinds: set[bool] = set()
    count = size = 0
    for call in calls:
        kinds.add(bool(call.items))
        size += call.size
        fits = len(seen) + len(call.ids) <= _MOST_ROWS and size <= _MOST_BYTES
        if count and not (fits and len(kinds) == 1 and seen.isdisjoint(call.ids)):
            break
        seen.update(call.ids)
        count += 1
    return count


@dataclass
class Stores:
    """Opens stores; what holds them waits for `opened` at the end."""

    storage: Postgres
    workspaces: Workspaces
    opened: list[Store]

    async def store(
        self,
        name: str,
        dimensions: int,
        metric: Metric = "cosine",
        *,
        language: str = "simple",
        overwrite: bool = False,
    ) -> Store:
        """A store for vectors of your own, in a workspace of its own: made where there is none;
        `overwrite` empties it.

        `language` is the text search configuration of new items. Raises BadInput, and
        SpaceMismatch for a workspace of documents or of other vectors.
        """
        _check_space(name, dimensions, metric)
        found = await self.workspaces.read(name)
        if found and found.model and not found.model.startswith(GIVEN):
            raise SpaceMismatch(
                f'Workspace "{name}" holds documents embedded by {found.model}, and is no store; '
                "give the store another name."
            )
        if found and found.model and overwrite:
            self.workspaces.forget(name)
            await self.storage.drop_workspace(found.id)
        workspace = await self._open_workspace(name, dimensions, metric)
        store = Store(self.storage, workspace, metric, language)
        self.opened.append(store)
        return store

    async def _open_workspace(self, name: str, dimensions: int, metric: str) -> Workspace:
        workspace = await self.workspaces.add(name)
        chosen = await self.workspaces.choose_space(workspace, GIVEN + metric, dimensions, metric)
        if chosen is None:
            raise SpaceMismatch(
                f'Store "{name}" holds vectors of {workspace.dimensions} dimensions for the metric '
                f"{str(workspace.model).removeprefix(GIVEN)}; open it with these, or with "
                "overwrite=True to empty it."
            )
        return chosen


def _check_space(name: str, dimensions: int, metric: str) -> None:
    if not check_text("The name of a store", name).strip():
        raise BadInput("A store needs a name; give it one.")
    if metric not in METRICS:
        raise BadInput(f'There is no metric "{metric}"; use {", ".join(METRICS)}.')
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise BadInput(
            f"dimensions is {dimensions}; use 1 to {MOST_DIMENSIONS}, which is what an index of"
            " halfvec holds."
        )
