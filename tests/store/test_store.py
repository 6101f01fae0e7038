"""A store keeps what it is given and finds it again."""

import asyncio
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, NotFound, SpaceMismatch
from sqlrag.domain.items import Metric
from sqlrag.rag.store import Store
from tests.support.owning import needs_owner


async def ids(store: Store, *question: object, **filters: object) -> list[str]:
    found = await store.query(question, 4, filters or None)
    return [match.id for match in found]


async def test_what_was_added_is_got_and_counted(store: Store) -> None:
    (north,) = await store.get("north")
    assert (north.text, north.metadata, north.tags) == ("a well in the north", {"n": 2}, ["a", "b"])
    assert north.embedding == [0.0, 1.0]
    assert [item.id for item in await store.get(["west", "east"])] == ["west", "east"]
    assert await store.count() == 4
    assert await store.count({"tags": ["b"]}) == 2


async def test_a_query_finds_the_nearest_first(store: Store) -> None:
    found = await store.query(np.array([1.0, 0.3]), top_k=2)
    assert [(match.rank, match.id) for match in found] == [(1, "far"), (2, "east")]
    assert found[1].score == pytest.approx(1 / np.hypot(1, 0.3), abs=1e-3)


async def test_filters_are_those_of_everywhere(store: Store) -> None:
    assert await ids(store, 1, 0, tags=["a"]) == ["east", "north"]
    assert await ids(store, 1, 0, metadata={"n": {"$gte": 3}}) == ["far", "west"]
    assert await ids(store, 1, 0, source_keys=["west"]) == ["west"]
    with pytest.raises(BadInput, match='Unknown filter "n"'):
        await store.query([1, 0], filters={"n": 3})


async def test_a_hybrid_query_counts_words_and_vector(store: Store) -> None:
    found = await store.hybrid_query("well", [1, 0], top_k=3)
    assert {match.id for match in found} == {"north", "east", "far"}
    (well,) = [match for match in found if match.id == "north"]
    assert [arm.arm for arm in well.arms] == ["bm25", "vector"]
    only = await store.hybrid_query("lamp", [1, 0], filters={"tags": ["b"]})
    assert [match.id for match in only] == ["far", "north"]


async def test_an_upsert_takes_the_place_of_an_item_with_all_its_parts(
    store: Store, connection: asyncpg.Connection
) -> None:
    await store.upsert("east", [0, -1], "a mill in the south")
    (east,) = await store.get("east")
    assert (east.text, east.metadata, east.tags) == ("a mill in the south", {}, [])
    assert await ids(store, 0, -1, source_keys=["east", "west"]) == ["east", "west"]
    found = await store.hybrid_query("lamp", [0, 1])
    assert [match.id for match in found if match.arms[0].arm == "bm25"] == ["far"]
    totals = await connection.fetchrow("SELECT * FROM rag.workspaces WHERE name = 'plane'")
    counted = await connection.fetchval("SELECT sum(term_count) FROM sqlrag.chunks")
    assert (totals["documents"], totals["chunks"], totals["terms"]) == (4, 4, counted)


async def test_what_is_deleted_leaves_nothing(store: Store, connection: asyncpg.Connection) -> None:
    assert await store.delete(["east", "nobody", "west"]) == ["east", "west"]
    assert await store.count() == 2
    for table in ("chunks", "chunk_embeddings"):
        assert await connection.fetchval(f"SELECT count(*) FROM sqlrag.{table}") == 2
    assert await ids(store, -1, 0) == ["north", "far"]


@pytest.mark.parametrize(
    ("metric", "order", "scores"),
    [
        ("cosine", ["east", "far", "north", "west"], [1, 0.9487, 0, -1]),
        ("ip", ["far", "east", "north", "west"], [30, 1, 0, -1]),
        ("l2", ["east", "north", "west", "far"], [0, -1.4142, -2, -30.676]),
    ],
)
async def test_a_metric_decides_what_is_near(
    rag: Rag, metric: Metric, order: list[str], scores: list[float]
) -> None:
    store = await rag.store("plane", 2, metric)
    await store.add(
        ["far", "west", "north", "east"], [[30, 10], [-1, 0], [0, 1], [1, 0]], metadatas=[{}] * 4
    )
    found = await store.query([1, 0])
    assert [match.id for match in found] == order
    assert [match.score for match in found] == pytest.approx(scores, abs=1e-3)
    assert [match.id for match in await store.hybrid_query("words", [1, 0])] == order


async def test_every_connection_sees_what_was_awaited(
    store: Store, connection: asyncpg.Connection
) -> None:
    count = "SELECT count(*) FROM rag.documents WHERE workspace = 'plane' AND source_key = $1"
    for n in range(20):
        await store.add(f"new{n}", [1, n])
        assert await connection.fetchval(count, f"new{n}") == 1
        assert f"new{n}" in [match.id for match in await store.query([1, n], 1000)]


async def test_a_store_opens_again_with_its_items(store: Store, rag: Rag) -> None:
    again = await rag.store("plane", 2)
    assert await again.count() == 4
    emptied = await rag.store("plane", 3, "l2", overwrite=True)
    assert await emptied.count() == 0


async def test_a_store_takes_no_other_space(store: Store, rag: Rag) -> None:
    with pytest.raises(SpaceMismatch, match=r"vectors of 2 dimensions .* cosine; open it with"):
        await rag.store("plane", 3)
    with pytest.raises(SpaceMismatch, match="2 dimensions for the metric cosine"):
        await rag.store("plane", 2, "l2")
    await rag.insert("A document.", "d")
    for overwrite in (False, True):
        with pytest.raises(SpaceMismatch, match=r"holds documents .* give the store another name"):
            await rag.store("default", 2, overwrite=overwrite)
    assert len(await rag.list_documents()) == 1


async def test_opening_says_what_a_store_can_be(rag: Rag) -> None:
    for arguments, sentence in (
        ((" ", 2), "A store needs a name"),
        (("s", 0), "dimensions is 0; use 1 to 4000"),
        (("s", 4001), "dimensions is 4001"),
        (("s", 2, "dot"), 'no metric "dot"; use cosine, ip, l2'),
    ):
        with pytest.raises(BadInput, match=sentence):
            await rag.store(*arguments)
    odd = await rag.store("s", 2, language="klingon")
    with pytest.raises(BadInput, match="klingon"):
        await odd.add("a", [1, 2], "text")


BAD_ITEMS = [
    ({"ids": "new", "embeddings": [1, 2, 3]}, r'embedding of "new" has shape \(3,\).* 2 dim'),
    ({"ids": ["a", "b"], "embeddings": [[1, 2]]}, "2 ids but 1 embeddings"),
    ({"ids": "new", "embeddings": [1, float("nan")]}, "holds NaN, infinity or a number beyond"),
    ({"ids": "new", "embeddings": [1, 1e9]}, "beyond 65504, which halfvec cannot store"),
    ({"ids": "new", "embeddings": [0, 0]}, 'embedding of "new" is all zeros.*no cosine'),
    ({"ids": "new", "embeddings": ["x", "y"]}, "not made of numbers"),
    ({"ids": "new", "embeddings": None}, r"has shape \(\)"),
    ({"ids": "new", "embeddings": [[1], [2, 3]]}, "not a list of numbers"),
    ({"ids": ["a", "a"], "embeddings": [[1, 2]] * 2}, '"a" is given twice in one call'),
    ({"ids": " ", "embeddings": [1, 2]}, "' ' is no id"),
    ({"ids": [7], "embeddings": [[1, 2]]}, "7 is no id"),
    ({"ids": "east", "embeddings": [1, 2]}, 'Nothing was added.* "east" already; use upsert'),
    ({"ids": "new", "embeddings": [1, 2], "documents": 3}, 'document of "new" is no text'),
    ({"ids": ["a", "b"], "embeddings": [[1, 2]] * 2, "documents": "x"}, "2 ids but one documents"),
    ({"ids": "new", "embeddings": [1, 2], "metadatas": {"x": {1}}}, 'of "new" is not JSON'),
    ({"ids": "new", "embeddings": [1, 2], "metadatas": {"x": "\x00"}}, "holds a NUL"),
    ({"ids": "new", "embeddings": [1, 2], "metadatas": [1]}, "is no mapping"),
    ({"ids": "new", "embeddings": [1, 2], "tags": "a"}, 'tags of "new" are no list'),
]


@pytest.mark.parametrize(("item", "sentence"), BAD_ITEMS, ids=lambda value: str(value)[:40])
async def test_a_wrong_item_says_what_is_wrong(
    store: Store, item: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        await store.add(**item)
    assert await store.count() == 4


async def test_zeros_are_fine_where_the_metric_is_no_cosine(rag: Rag) -> None:
    store = await rag.store("zeros", 2, "l2")
    await store.add("zero", [0, 0])
    assert [match.score for match in await store.query([3, 4])] == [-5]


async def test_a_wrong_question_says_what_is_wrong(store: Store) -> None:
    for question, sentence in (
        (([1, 2, 3],), "has shape"),
        (([0, 0],), "all zeros"),
        (([1, 2], 0), "top_k is 0; use 1 to 1000"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await store.query(*question)
    with pytest.raises(BadInput, match="NUL"):
        await store.hybrid_query("\x00", [1, 2])
    with pytest.raises(NotFound, match='no item "nobody" in store "plane"'):
        await store.get(["east", "nobody"])


async def test_an_add_stores_all_of_its_items_or_none(store: Store) -> None:
    with pytest.raises(BadInput, match='"east"'):
        await store.add(["new", "east"], [[1, 2], [3, 4]])
    assert await store.count() == 4


async def test_writers_of_one_id_leave_one_item(store: Store, url: str) -> None:
    async with Rag.open(url) as other:
        second = await other.store("plane", 2)
        work = [s.upsert("x", [1, n], f"text {n}") for n in range(30) for s in (store, second)]
        await asyncio.gather(*work)
        assert await second.count() == 5
        tried = [s.add("y", [1, 1]) for _ in range(5) for s in (store, second)]
        results = await asyncio.gather(*tried, return_exceptions=True)
        assert sorted(str(result)[:4] for result in results) == ["None"] + ["Noth"] * 9
    assert len(await store.get(["x", "y"])) == 2


@needs_owner
async def test_a_store_gets_an_index_when_it_outgrows_exact_search(
    rag: Rag, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlrag.repositories.indexes.EXACT_COORDINATES", 1000)
    monkeypatch.setattr("sqlrag.rag.store._COORDINATES_BETWEEN_LOOKS", 1000)
    vectors = np.random.default_rng(1).normal(size=(1500, 8))
    operators: list[tuple[Metric, str]] = [("ip", "halfvec_ip_ops"), ("l2", "halfvec_l2_ops")]
    for metric, opclass in operators:
        store = await rag.store(metric, 8, metric)
        await store.add([f"i{n}" for n in range(1500)], vectors)
        await store.close()
        script = await connection.fetchval(
            "SELECT indexdef FROM pg_indexes WHERE indexname LIKE $1",
            f"chunk_embeddings_hnsw_w{store._workspace_id}_%",
        )
        assert opclass in script
        exact = (
            vectors @ vectors[3]
            if metric == "ip"
            else -np.linalg.norm(vectors - vectors[3], axis=1)
        )
        found = await store.query(vectors[3], 5)
        best = sorted(exact, reverse=True)[:5]
        assert [match.score for match in found] == pytest.approx(best, rel=2e-2, abs=2e-2)
