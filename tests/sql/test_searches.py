"""Retrieval as psql sees it."""

import json
from typing import Any

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.support.owning import needs_owner

TEXTS = {
    "harbour": "The harbour master counts ships in the harbour every morning.",
    "storm": "A storm broke the mast of a ship near the harbour.",
    "garden": "Roses and lavender grow in the garden behind the lighthouse.",
    "ru": "Смотритель маяка записывает штормы и корабли в большой журнал.",
    "zh": "灯塔管理员每天记录风暴和船只的数量。",
}


@pytest.fixture
async def filled(rag: Rag) -> Rag:
    years = {"harbour": 2019, "storm": 2021, "garden": 2023}
    sources = [
        Source.of_text(
            text,
            key,
            title=key,
            metadata={"year": years[key], "place": {"name": key}} if key in years else {},
            tags=["english", key] if key in years else ["foreign"],
        )
        for key, text in TEXTS.items()
    ]
    results = await rag.ingest(*sources)
    assert {result.outcome for result in results} == {"added"}
    return rag


async def keys(connection: asyncpg.Connection, sql: str, *parameters: Any) -> list[str]:
    return [row["source_key"] for row in await connection.fetch(sql, *parameters)]


async def test_words_find_their_document(filled: Rag, connection: asyncpg.Connection) -> None:
    search = "SELECT source_key FROM rag.search('default', $1)"
    assert (await keys(connection, search, "harbour ships"))[0] == "harbour"
    assert await keys(connection, search, "lavender") == ["garden"]
    assert await keys(connection, search, "журналы маяков") == ["ru"]
    assert await keys(connection, search, "船只数量") == ["zh"]
    assert await keys(connection, search, "zeppelin") == []
    assert await keys(connection, search, "the of and") == []
    assert await keys(connection, search, "") == []


async def test_a_vector_finds_its_document(filled: Rag, connection: asyncpg.Connection) -> None:
    vector = str((await filled.embedder.embed(["roses in the garden"]))[0].tolist())
    by_vector = f"SELECT source_key FROM rag.search('default', '{vector}'::vector, 2)"
    both = f"SELECT source_key FROM rag.search('default', 'storm', '{vector}'::vector)"
    assert (await keys(connection, by_vector))[0] == "garden"
    assert set((await keys(connection, both))[:2]) == {"garden", "storm"}


async def test_an_unknown_workspace_is_named(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.NoDataFoundError, match='no workspace named "elsewhere"'):
        await connection.fetch("SELECT * FROM rag.search('elsewhere', 'words')")


async def test_every_row_says_who_found_it(filled: Rag) -> None:
    context = await filled.search("harbour ships")
    first = context.chunks[0]
    assert [(arm.arm, arm.rank) for arm in first.arms] == [("bm25", 1), ("vector", 1)]
    assert 0.1 < first.score < 1
    assert [chunk.rank for chunk in context.chunks] == list(range(1, len(context.chunks) + 1))


async def test_a_retrieval_is_one_statement(filled: Rag) -> None:
    await filled.search("harbour")
    with count_statements(filled.storage.database._pool) as sent:
        await filled.search("storm", QueryParam(filters={"tags": ["english"]}))
    assert len(sent) == 1


async def test_the_token_budget_is_kept_but_for_the_best(filled: Rag) -> None:
    every = await filled.search("harbour ship storm", QueryParam(max_total_tokens=10**6))
    assert len(every.chunks) == 5
    two = sum(chunk.token_count for chunk in every.chunks[:2])
    found = await filled.search("harbour ship storm", QueryParam(max_total_tokens=two))
    assert [c.chunk_id for c in found.chunks] == [c.chunk_id for c in every.chunks[:2]]
    tiny = await filled.search("harbour ship storm", QueryParam(max_total_tokens=1))
    assert len(tiny.chunks) == 1


FILTERS = [
    ({"tags": ["garden", "storm"]}, {"garden", "storm"}),
    ({"all_tags": ["english", "storm"]}, {"storm"}),
    ({"source_keys": ["zh"]}, {"zh"}),
    ({"metadata": {"year": 2021}}, {"storm"}),
    ({"metadata": {"place": {"name": "garden"}}}, {"garden"}),
    ({"metadata": {"place.name": "garden"}}, {"garden"}),
    ({"metadata": {"year": {"$eq": 2021}}}, {"storm"}),
    ({"metadata": {"year": {"$ne": 2021}}}, {"harbour", "garden", "ru", "zh"}),
    ({"metadata": {"year": {"$in": [2019, 2023]}}}, {"harbour", "garden"}),
    ({"metadata": {"year": {"$nin": [2019, 2023]}}}, {"storm", "ru", "zh"}),
    ({"metadata": {"year": {"$lt": 2021}}}, {"harbour"}),
    ({"metadata": {"year": {"$lte": 2021}}}, {"harbour", "storm"}),
    ({"metadata": {"year": {"$gt": 2021}}}, {"garden"}),
    ({"metadata": {"year": {"$gte": 2021, "$lt": 2023}}}, {"storm"}),
    ({"metadata": {"$or": [{"year": 2019}, {"year": {"$gt": 2022}}]}}, {"harbour", "garden"}),
    ({"metadata": {"$and": [{"year": {"$gt": 2018}}, {"year": {"$lt": 2020}}]}}, {"harbour"}),
    ({"metadata": {"year": "2021"}}, set()),
    ({"metadata": {"year": {"$in": []}}}, set()),
    ({"metadata": {}}, set(TEXTS)),
    ({"created_after": "2000-01-01", "created_before": "2100-01-01"}, set(TEXTS)),
    ({"created_before": "2000-01-01"}, set()),
    ({"tags": ["english"], "metadata": {"year": {"$gt": 2020}}}, {"storm", "garden"}),
    ({"document_ids": []}, set()),
]


@pytest.mark.parametrize(
    ("filters", "wanted"), FILTERS, ids=lambda f: json.dumps(f, default=sorted)
)
async def test_filters_permit(filled: Rag, filters: dict[str, Any], wanted: set[str]) -> None:
    context = await filled.search("harbour storm garden", QueryParam(filters=filters))
    assert {chunk.source_key for chunk in context.chunks} == wanted
    listed = await filled.list_documents(filters=filters)
    assert {document.source_key for document in listed} == wanted


async def test_document_ids_permit(filled: Rag) -> None:
    (one, *_) = await filled.list_documents()
    context = await filled.search("ship", QueryParam(filters={"document_ids": [one.document_id]}))
    assert {chunk.document_id for chunk in context.chunks} == {one.document_id}


BAD_FILTERS = [
    ({"year": 2021}, 'Unknown filter "year".*metadata fields go inside metadata'),
    ({"metadata": {"year": {"$near": 1}}}, r"Unknown filter operator \$near.*Use \$eq"),
    ({"metadata": {"year": {"$in": 5}}}, r"\$in of .* needs a list of plain values, not 5"),
    ({"metadata": {"year": {"$lt": {"a": 1}}}}, "needs a plain value"),
    ({"metadata": {"$or": []}}, r"\$or needs a list of at least one filter"),
    ({"metadata": [1]}, "must be an object"),
    ({"created_after": "yesterday-ish"}, "needs a date or a time"),
    ({"document_ids": ["x"]}, "needs a list of numbers"),
]


@pytest.mark.parametrize(("filters", "sentence"), BAD_FILTERS, ids=lambda f: str(f)[:40])
async def test_a_bad_filter_says_what_to_use(
    filled: Rag, filters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        await filled.search("ship", QueryParam(filters=filters))


async def test_a_filter_is_data_and_never_code(filled: Rag, connection: asyncpg.Connection) -> None:
    for nasty in ("'; DROP TABLE sqlrag.chunks; --", '" || true || "', "a\\", "x' or '1'='1"):
        for filters in (
            {"metadata": {nasty: 1}},
            {"metadata": {"year": nasty}},
            {"metadata": {"year": {"$in": [nasty]}}},
            {"tags": [nasty]},
            {"source_keys": [nasty]},
        ):
            context = await filled.search("ship", QueryParam(filters=filters))
            assert context.chunks == ()
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.chunks") == 5


async def test_a_workspace_sees_its_own_rows_only(filled: Rag, url: str) -> None:
    async with Rag.open(url, workspace="other", settings=None) as other:
        await other.insert("The harbour of another town.", "harbour")
        context = await other.search("harbour storm garden")
        assert {chunk.content for chunk in context.chunks} == {"The harbour of another town."}
        assert await other.delete("storm") == []
    assert len((await filled.search("harbour storm garden")).chunks) == 5


async def test_bm25_of_a_workspace_ignores_the_others(
    filled: Rag, url: str, connection: asyncpg.Connection
) -> None:
    score = "SELECT score FROM rag.lexical_search('default', 'harbour')"
    before = await connection.fetch(score)
    async with Rag.open(url, workspace="other") as other:
        await other.insert(["harbour " * n for n in range(1, 40)])
    assert await connection.fetch(score) == before


async def test_a_stop_word_of_one_language_does_not_match_another(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await filled.ingest(Source.of_text("中文的文章里有 the 这个词。", "mixed", language="simple"))
    found = await keys(connection, "SELECT source_key FROM rag.search('default', 'the garden')")
    assert found == ["garden"]


@needs_owner
async def test_the_index_route_finds_what_the_exact_route_finds(
    rag: Rag, connection: asyncpg.Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlrag.repositories.indexes.EXACT_COORDINATES", 1000)
    rng = np.random.default_rng(3)
    words = [f"word{n}" for n in range(400)]
    texts = [" ".join(rng.choice(words, 30)) for _ in range(1500)]
    url = rag.storage.database._url
    async with Rag.open(url, workspace="crowd", settings=settings) as crowd:
        await crowd.insert([text.replace("word", "other") for text in texts[:700]])
        found = await crowd.workspaces.get("crowd")
        assert await crowd.storage.index_embeddings(found.id) is False
    await rag.insert(texts)
    name = "SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'chunk_embeddings_hnsw_%'"
    assert await connection.fetchval(name) == 2
    nearest = "SELECT id FROM sqlrag.nearest(rag.workspace_id('default'), 'chunk', $1, 10)"
    workspace_id = await connection.fetchval("SELECT rag.workspace_id('default')")
    questions = [" ".join(rng.choice(words, 6)) for _ in range(30)]
    vectors = [str(vector.tolist()) for vector in await rag.embedder.embed(questions)]
    nearest = nearest.replace("$1", "$1::text::halfvec")
    indexed = [{r[0] for r in await connection.fetch(nearest, vector)} for vector in vectors]
    every = nearest.replace("10)", "2000)")
    rows = [row[0] for row in await connection.fetch(every, vectors[0])]
    assert len(rows) == len(set(rows)) == 1500
    script = f"DROP INDEX sqlrag.chunk_embeddings_hnsw_w{workspace_id}_s1"
    await connection.execute(script)
    exact = [{r[0] for r in await connection.fetch(nearest, vector)} for vector in vectors]
    assert all(len(rows) == 10 for rows in indexed)
    recall = np.mean([len(a & b) / 10 for a, b in zip(indexed, exact, strict=True)])
    assert recall >= 0.95


@needs_owner
async def test_an_index_goes_with_its_workspace(
    rag: Rag, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlrag.repositories.indexes.EXACT_COORDINATES", 1000)
    await rag.insert([f"text {n}" for n in range(20)])
    name = "SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'chunk_embeddings_hnsw_%'"
    assert await connection.fetchval(name) == 1
    await rag.delete_workspace()
    assert await connection.fetchval(name) == 0
    left = "SELECT count(*) FROM sqlrag.workspace_totals"
    assert await connection.fetchval(left) == 0
    (result,) = await rag.insert("again", "again")
    assert result.outcome == "added"
