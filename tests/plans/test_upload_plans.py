"""A file of a vector store is looked up; its store is not read to the end."""

from hashlib import md5

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.rag.vector_stores import VectorStores

MANY = 20_000


@pytest.fixture
async def crowded(rag: Rag, connection: asyncpg.Connection) -> VectorStores:
    """Many documents, every other of an upload, and as many jobs that are done."""
    await rag.create_workspace(rag.workspace)
    await connection.execute(
        f"""INSERT INTO sqlrag.documents
            (workspace_id, source_key, title, media_type, language, content_sha256, recipe, status)
        SELECT 1, CASE n % 2 WHEN 0 THEN 'file-' || md5(n::text) || '/n.txt' ELSE 'n' || n END, '',
            'text/plain', 'simple', sha256(n::text::bytea), '', 'ready'
        FROM generate_series(1, {MANY}) AS n;
        INSERT INTO sqlrag.jobs
            (workspace_id, kind, status, deduplication_key, arguments, finished_at)
        SELECT 1, 'ingest', 'done', 'document:' || source_key,
            jsonb_build_object('source_key', source_key), now()
        FROM sqlrag.documents"""
    )
    await connection.execute("VACUUM ANALYZE")
    return rag


@pytest.mark.parametrize("statement", ["get_store_file", "get_file"])
async def test_a_file_is_found_by_its_id(crowded: VectorStores, statement: str) -> None:
    uploaded = f"file-{md5(b'1000', usedforsecurity=False).hexdigest()}"
    await crowded.storage.explain(statement, 1, uploaded)  # which reads catalogs, too
    for file_id in (uploaded, "file-77", *[uploaded] * 7):  # past the plans of their own
        plan = await crowded.storage.explain(statement, 1, file_id)
        assert plan["Plan"]["Actual Rows"] == 1
        assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 100
    assert (await crowded.get_store_file(uploaded)).status == "completed"
    assert (await crowded.get_file("file-77")).document_id == 77
