"""The nearest vectors, by every metric and route."""

import json
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.database.vectors import halfvec
from sqlrag.domain.errors import SpaceMismatch
from tests.benchmarks.tenants import add_tenant, make_vectors
from tests.support.owning import needs_owner

METRICS = ("cosine", "ip", "l2")
NO_FILTERS: tuple[dict[str, Any] | None, ...] = (None, {"metadata": {}})
ROUTES = "SELECT r.id, r.similarity FROM sqlrag.{}(1, $1, $2, $3, $4) AS r"


@pytest.fixture
async def crowd(connection: asyncpg.Connection) -> asyncpg.Connection:
    """A workspace of 5,000 chunks of 16 dimensions: a filter that admits half admits many."""
    await add_tenant(connection, "crowd", make_vectors(np.random.default_rng(1), 5_000, 16))
    return connection


async def index(
    connection: asyncpg.Connection, kind: str = "chunk", metric: str = "cosine"
) -> None:
    await connection.execute(
        f"""CREATE INDEX {kind}_embeddings_hnsw_w1_s1 ON sqlrag.{kind}_embeddings
        USING hnsw ((embedding::halfvec(16)) halfvec_{metric}_ops)
        WHERE workspace_id = 1 AND space_id = 1"""
    )


async def ask(
    connection: asyncpg.Connection,
    route: str,
    vector: Any,
    k: int = 10,
    kind: str = "chunk",
    filters: dict[str, Any] | None = None,
) -> list[tuple[int, float]]:
    rows = await connection.fetch(ROUTES.format(route), kind, halfvec(vector), k, filters)
    return [(row[0], row[1]) for row in rows]


async def index_scans(connection: asyncpg.Connection) -> int:
    await connection.execute("SELECT pg_stat_force_next_flush()")
    return int(
        await connection.fetchval(
            "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname LIKE '%hnsw%'"
        )
    )


@pytest.mark.parametrize("metric", METRICS)
async def test_both_routes_agree_on_every_metric(crowd: asyncpg.Connection, metric: str) -> None:
    await crowd.execute(f"UPDATE sqlrag.embedding_spaces SET metric = '{metric}'")
    await index(crowd, metric=metric)
    found = wanted = 0
    for vector in make_vectors(np.random.default_rng(2), 20, 16):
        exact = await ask(crowd, "nearest_exact", vector)
        routed = await ask(crowd, "nearest", vector)
        similarities = [similarity for _, similarity in routed]
        assert similarities == sorted(similarities, reverse=True)
        found += len({row[0] for row in exact} & {row[0] for row in routed})
        wanted += len(exact)
    assert await index_scans(crowd) == 20
    assert found >= 0.97 * wanted


async def test_similarity_is_what_the_metric_says(crowd: asyncpg.Connection) -> None:
    stored = np.array(
        (
            await crowd.fetchval("SELECT embedding FROM sqlrag.chunk_embeddings WHERE chunk_id = 7")
        ).to_list()
    )
    vector = stored * 2 + 0.5
    wanted = {
        "cosine": stored @ vector / np.linalg.norm(stored) / np.linalg.norm(vector),
        "ip": stored @ vector,
        "l2": -np.linalg.norm(stored - vector),
    }
    for metric in METRICS:
        await crowd.execute(f"UPDATE sqlrag.embedding_spaces SET metric = '{metric}'")
        rows = dict(await ask(crowd, "nearest", vector, k=5_000))
        assert rows[7] == pytest.approx(wanted[metric], rel=2e-3)


FILTERS = [
    ({"metadata": {"common": True}}, True),
    ({"metadata": {"rare": True}}, False),
    ({"metadata": {"rare": "neither"}}, False),
    ({"metadata": {}}, True),
    ({"source_keys": [str(n) for n in range(1, 100)]}, False),
    ({"document_ids": list(range(1, 100))}, False),
]


@pytest.mark.parametrize(("filters", "by_index"), FILTERS, ids=lambda value: json.dumps(value)[:40])
async def test_no_filter_costs_recall(
    crowd: asyncpg.Connection, filters: dict[str, Any], by_index: bool
) -> None:
    await index(crowd)
    found = wanted = 0
    for vector in make_vectors(np.random.default_rng(3), 10, 16):
        exact = await ask(crowd, "nearest_exact", vector, filters=filters)
        routed = await ask(crowd, "nearest", vector, filters=filters)
        assert len(routed) == len(exact)
        found += len({row[0] for row in exact} & {row[0] for row in routed})
        wanted += len(exact)
    assert found >= 0.97 * wanted
    assert (await index_scans(crowd) > 0) is by_index


async def test_a_filter_admits_what_it_admits_without_an_index(crowd: asyncpg.Connection) -> None:
    for filters in (None, {"metadata": {"rare": True}}, {"source_keys": ["5", "7"]}):
        permitted = await crowd.fetch("SELECT * FROM sqlrag.permitted_documents(1, $1)", filters)
        among = await crowd.fetch(
            "SELECT * FROM sqlrag.permitted_among(1, 'chunk', $1, $2)",
            list(range(1, 5_001)),
            filters,
        )
        assert len(among) == len(permitted)


async def test_a_bad_filter_is_refused_on_the_index_route_too(crowd: asyncpg.Connection) -> None:
    await index(crowd)
    vector = make_vectors(np.random.default_rng(4), 1, 16)[0]
    with pytest.raises(asyncpg.InvalidParameterValueError, match="must be an object"):
        await ask(crowd, "nearest", vector, filters=[1])  # type: ignore[arg-type]
    with pytest.raises(asyncpg.InvalidParameterValueError, match='Unknown filter "year"'):
        await ask(crowd, "nearest", vector, filters={"year": 1})
    for route in ("nearest", "nearest_exact"):
        with pytest.raises(asyncpg.InvalidParameterValueError, match='no vectors of kind "page"'):
            await ask(crowd, route, vector, kind="page")


async def test_an_index_that_runs_dry_hides_nothing(crowd: asyncpg.Connection) -> None:
    await index(crowd)
    await crowd.execute(
        "DELETE FROM sqlrag.documents WHERE workspace_id = 1 AND document_id NOT IN (5, 9, 11)"
    )
    vector = make_vectors(np.random.default_rng(5), 1, 16)[0]
    for filters in NO_FILTERS:
        assert {row[0] for row in await ask(crowd, "nearest", vector, filters=filters)} == {
            5,
            9,
            11,
        }


@needs_owner
async def test_entities_and_relations_get_indexes_that_are_used_and_go_with_the_workspace(
    rag: Rag, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlrag.repositories.indexes.EXACT_COORDINATES", 1000)
    await rag.insert(
        [f"Ada Quist met Bror Holm{n} in Harrow{n}. Bror Holm{n} kept Lamp{n}." for n in range(40)]
    )
    names = "SELECT count(*) FROM pg_indexes WHERE indexname ~ '^(chunk|entity|relation)_.*_hnsw_'"
    assert await connection.fetchval(names) == 3
    vector = (await rag.embedder.embed(["Ada Quist"]))[0]
    # So few would be sorted as fast; where there is an index by default, they are many.
    await connection.execute("SET enable_sort = off")
    for kind in ("entity", "relation"):
        before = await index_scans(connection)
        for filters in NO_FILTERS:
            routed = await ask(connection, "nearest", vector, 5, kind, filters)
            exact = await ask(connection, "nearest_exact", vector, 5, kind, filters)
            assert [row[1] for row in routed] == pytest.approx([row[1] for row in exact], abs=0.02)
        assert await index_scans(connection) > before
    await rag.delete_workspace()
    assert await connection.fetchval(names) == 0


async def test_the_probe_tells_recall_and_both_times(crowd: asyncpg.Connection) -> None:
    probe = "SELECT * FROM rag.vector_recall('crowd', 'chunk', 15, 10)"
    exact = await crowd.fetchrow(probe)
    assert (exact["samples"], exact["indexed"], exact["recall"]) == (15, False, 1)
    await index(crowd)
    first, second = await crowd.fetchrow(probe), await crowd.fetchrow(probe)
    assert first["indexed"]
    assert first["recall"] == second["recall"] >= 0.95
    assert first["routed_ms"] > 0
    assert first["exact_ms"] > 0
    drawn = await crowd.fetchrow("SELECT * FROM rag.vector_recall('crowd', place => NULL)")
    assert drawn["samples"] == 20


async def test_an_embedder_s_search_of_a_store_is_refused(rag: Rag) -> None:
    await rag.store("mine", 3)
    rag.workspace = "mine"
    with pytest.raises(SpaceMismatch, match="made by given:cosine with 3 dimensions"):
        await rag.search("words")
