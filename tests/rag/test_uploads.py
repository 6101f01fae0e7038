"""What is handed in ahead of its document is kept as long as it is wanted, and no longer."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import DocumentTooLarge, NotFound, UnreadableDocument
from sqlrag.domain.uploads import is_upload, name_file
from sqlrag.rag.jobs import source_of
from sqlrag.settings import Settings
from tests.rag.test_originals import TEXT, kept, wait_for_lock
from tests.support.jobs import do_jobs

BYTES = TEXT.encode()


async def test_bytes_go_with_the_last_document_or_upload(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert(TEXT, "a")
    made = await rag.add_upload("a.txt", BYTES)
    assert await kept(connection) == [BYTES]
    await rag.delete("a")
    assert await kept(connection) == [BYTES]
    await rag.delete_file(made.file_id)
    assert await kept(connection) == []


async def test_who_deletes_an_upload_waits_for_who_writes_the_same_bytes(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    made = await rag.add_upload("a.txt", BYTES)
    writing = connection.transaction()
    await writing.start()
    await connection.execute(
        """WITH kept AS (SELECT sqlrag.keep_original(workspace_id, content_sha256, content)
            FROM sqlrag.originals)
        INSERT INTO sqlrag.uploads
        SELECT u.workspace_id, 'file-' || md5('b'), 'b', NULL, 'assistants', u.content_sha256
        FROM sqlrag.uploads AS u, kept"""
    )
    deleting = asyncio.create_task(rag.delete_file(made.file_id))
    await wait_for_lock(deleting, connection)
    await writing.commit()
    await deleting
    assert await kept(connection) == [BYTES]


async def test_uploads_of_the_same_bytes_come_and_go_at_once(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    async def come_and_go() -> None:
        made = await rag.add_upload("a.txt", BYTES)
        assert (await rag.read_file(made.file_id))[1] == BYTES
        await rag.delete_file(made.file_id)

    await asyncio.gather(*(come_and_go() for _ in range(30)))
    assert await kept(connection) == []


async def test_a_workspace_that_goes_takes_its_uploads_along(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    other = rag.in_workspace("other")
    await other.add_upload("a.txt", BYTES)
    await other.insert(TEXT, "a")
    await other.delete_workspace()
    assert await kept(connection) == []
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.uploads") == 0


async def test_an_upload_is_kept_where_originals_are_not(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    keeps_none = settings.model_copy(update={"keep_originals": False})
    async with Rag.open(url, settings=keeps_none) as rag:
        made = await rag.add_upload("a.txt", BYTES)
        await rag.attach_files(rag.workspace, {made.file_id: {}})
        await do_jobs(url, keeps_none)
        assert (await rag.get_store_file(made.file_id)).status == "completed"
        assert (await rag.read_file(made.file_id))[1] == BYTES
        await rag.delete_file(made.file_id)
        assert await kept(connection) == []
        assert await rag.list_documents() == []


async def test_a_document_that_is_taken_out_in_time_leaves_nothing(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """Also where the worker meets an error after that."""
    broken = await rag.add_upload("a.pdf", b"%PDF-1.4 broken")
    await rag.attach_files(rag.workspace, {broken.file_id: {}})
    lease = timedelta(seconds=60)
    (job,) = await rag.storage.jobs.claim_jobs(uuid4(), ["ingest"], 1, lease)
    workspace = await rag.workspaces.open(rag.workspace)
    assert await rag.remove_from_store(broken.file_id)
    source = source_of(job.arguments, job.input or b"")
    with pytest.raises(UnreadableDocument):
        await rag.ingestion.ingest_for(job.held({}), workspace, source)
    assert await rag.list_documents() == []
    with pytest.raises(NotFound):
        await rag.get_store_file(broken.file_id)
    assert (await rag.read_file(broken.file_id))[1].startswith(b"%PDF")


async def test_a_file_that_is_too_large_is_not_kept(rag: Rag) -> None:
    rag.ingestion.max_file_bytes = 10
    with pytest.raises(DocumentTooLarge, match="11 bytes, and may have 10"):
        await rag.add_upload("a.txt", b"x" * 11)


async def test_a_file_is_named_by_its_upload_or_its_number(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    made = await rag.add_upload("a.txt", BYTES)
    keys = [f"{made.file_id}/a/b.txt", made.file_id, f"{made.file_id}/", "file-1/a", "menu/friday"]
    keys += [f"file-{'g' * 32}/a", f"FILE-{'0' * 32}/a", "file-", "é" * 40]
    for key in keys:
        told = await connection.fetchval("SELECT sqlrag.upload_of($1, 7)", key)
        assert told == name_file(7, key)[0], key
        assert is_upload(told) == (told == made.file_id)
