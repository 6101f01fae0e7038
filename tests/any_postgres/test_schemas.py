"""pgvector where managed hosts have it, in a schema that the role does not look into."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.metadata import reflect
from sqlrag.database.migrating import migrate
from sqlrag.domain.retrieval import MODES, QueryParam
from sqlrag.repositories import indexes
from tests.conftest import run_sql

TEXT = "Ada Quist of Harrow Vale kept the light of Grey Harbour. Ada Quist wrote to Ivo Brandt."


@pytest.fixture(params=["extensions", "public"])
def elsewhere_url(empty_url: str, request: pytest.FixtureRequest) -> str:
    schema, name = request.param, urlsplit(empty_url).path[1:]
    run_sql(empty_url, f"CREATE SCHEMA IF NOT EXISTS {schema}")
    run_sql(empty_url, f"CREATE EXTENSION vector SCHEMA {schema}")
    run_sql(empty_url, f"""ALTER DATABASE {name} SET search_path = '"$user"'""")
    return empty_url


async def use(url, settings) -> None:
    async with Rag.open(url, settings=settings) as rag:
        await rag.insert([TEXT, TEXT.replace("Ada", "Ida")], ["one", "two"])
        for mode in [one for one in MODES if one != "bypass"]:
            found = await rag.search("Who kept the light?", QueryParam(mode))
            assert found.chunks, mode
        await rag.graph.create_entity("Storm of 1954", type="event", description="It was.")
        await rag.graph.similar_entities("Storm of 1954")
        assert (await rag.examine()).is_healthy
        assert await rag.storage.database.run(
            lambda free: free.fetch("SELECT FROM pg_class WHERE relname ~ '_hnsw_'")
        )


async def ask_in_psql(url) -> None:
    connection = await asyncpg.connect(url)
    try:
        vector = "(SELECT embedding FROM sqlrag.chunk_embeddings LIMIT 1)"
        for call in (
            "rag.mix_search('default', 'light')",
            "rag.search('default', 'light')",
            f"rag.search('default', {vector})",
        ):
            assert await connection.fetch(f"SELECT * FROM {call}"), call
    finally:
        await connection.close()


async def test_pgvector_may_be_in_any_schema(elsewhere_url, settings, monkeypatch, request):
    monkeypatch.setattr(indexes, "EXACT_COORDINATES", 100)
    for revision in ("head", "-1", "head"):
        await asyncio.to_thread(migrate, elsewhere_url, revision)
    await use(elsewhere_url, settings)
    if "extensions" in request.node.name:
        await ask_in_psql(elsewhere_url)
    metadata = await asyncio.to_thread(reflect, elsewhere_url)
    kind = metadata.tables["sqlrag.chunk_embeddings"].c.embedding.type
    assert type(kind).__name__ == "HALFVEC"
