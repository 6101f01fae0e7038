import pytest

from sqlrag.app import Rag
from sqlrag.rag.store import Store


@pytest.fixture
async def store(rag: Rag) -> Store:
    """Four items on the plane."""
    store = await rag.store("plane", dimensions=2)
    await store.add(
        ids=["east", "north", "west", "far"],
        embeddings=[[1, 0], [0, 1], [-1, 0], [30, 10]],
        documents=["a lamp in the east", "a well in the north", "", "a lamp far away"],
        metadatas=[{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}],
        tags=[["a"], ["a", "b"], [], ["b"]],
    )
    return store
