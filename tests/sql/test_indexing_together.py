"""Indexes of several workspaces, which are due at the same time."""

import asyncio

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.support.owning import needs_owner

NAMES = "SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid::regclass::text ~ 'hnsw'"


@pytest.fixture
async def due(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Workspaces with enough in them."""
    numbers = []
    for name in ("one", "two", "three"):
        here = rag.in_workspace(name)
        await here.insert([f"The storm {number} of {name}." for number in range(40)])
        numbers.append((await here.workspaces.get(name)).id)
    monkeypatch.setattr("sqlrag.repositories.indexes.EXACT_COORDINATES", 1000)
    return numbers


@needs_owner
async def test_they_are_made_one_after_the_other_without_a_deadlock(
    rag: Rag, url: str, settings: Settings, connection: asyncpg.Connection, due: list[int]
) -> None:
    async with Rag.open(url, settings=settings) as other:
        storages = [rag.storage, other.storage, rag.storage]
        made = await asyncio.gather(
            *(storage.index_embeddings(one) for storage, one in zip(storages, due, strict=True))
        )
    assert made == [True, True, True]
    assert len(await connection.fetch(f"{NAMES} AND indisvalid")) == 3


@needs_owner
async def test_a_workspace_goes_while_the_index_of_another_is_made(
    rag: Rag, connection: asyncpg.Connection, due: list[int]
) -> None:
    first, second, _ = due
    assert await rag.storage.index_embeddings(first)
    async with connection.transaction():  # as one that is making has it
        assert await connection.fetchval("SELECT pg_try_advisory_xact_lock(716253402, 0)")
        making = asyncio.create_task(rag.storage.index_embeddings(second))
        await rag.storage.drop_workspace(first)
        assert len(await connection.fetch(NAMES)) == 1
    assert await making
    left = [name for (name,) in await connection.fetch(NAMES)]
    assert [f"_w{second}_" in name for name in left] == [True], "what the first left went too"
    await rag.storage.drop_workspace(second)
    assert await connection.fetch(NAMES) == []
