"""Files are put into vector stores by the client of OpenAI, which really waits for them."""

from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

import sqlrag
from tests.api.dialects.conftest import QUESTION, TEXT, Stored
from tests.api.dialects.test_openai_files import here, put

__all__ = ["here"]
SAMPLES = Path(sqlrag.__file__).parent / "doors" / "cli" / "samples"
NO_FILE = "file-" + "0" * 32


@pytest.fixture
def store(stored: Stored) -> tuple[OpenAI, str]:
    client = stored.open()
    return client, client.vector_stores.create().id


@pytest.fixture
def idle(here: OpenAI, workspace: str) -> tuple[OpenAI, str]:
    """A store in a server without workers."""
    put(here)
    return here, f"vs_{workspace}"


def test_a_file_is_read_by_a_worker_and_found(store: tuple[OpenAI, str]) -> None:
    client, store_id = store
    file_id = put(client)
    files = client.vector_stores.files
    begun = files.create(store_id, file_id=file_id, attributes={"year": 2024, "ok": True})
    assert (begun.id, begun.object, begun.vector_store_id) == (
        *(file_id, "vector_store.file", store_id),
    )
    done = files.poll(file_id, vector_store_id=store_id, poll_interval_ms=50)
    assert (done.status, done.last_error) == ("completed", None)
    assert done.attributes == {"year": 2024, "ok": True}
    assert done.usage_bytes == len(TEXT)
    counts = client.vector_stores.retrieve(store_id).file_counts
    assert (counts.completed, counts.total, counts.failed, counts.in_progress) == (1, 1, 0, 0)
    (found,) = client.vector_stores.search(store_id, query=QUESTION)
    assert (found.file_id, found.filename) == (file_id, "handbook.txt")
    assert [one.text for one in files.content(file_id, vector_store_id=store_id)] == [TEXT]
    again = files.create_and_poll(file_id, vector_store_id=store_id, attributes={"year": 2025})
    assert (again.status, again.attributes) == ("completed", {"year": 2025})
    assert len(list(files.list(store_id))) == 1


def test_it_is_in_progress_for_as_long_as_nobody_works(idle: tuple[OpenAI, str]) -> None:
    client, store_id = idle
    file_id, attributes = put(client), {"a": "b"}
    begun = client.vector_stores.files.create(store_id, file_id=file_id, attributes=attributes)  # type: ignore[arg-type]
    assert (begun.status, begun.attributes) == ("in_progress", attributes)
    assert client.vector_stores.files.retrieve(file_id, vector_store_id=store_id) == begun
    raw = client.vector_stores.files.with_raw_response.retrieve(file_id, vector_store_id=store_id)
    assert raw.headers["openai-poll-after-ms"] == "250", "so that clients look sooner"
    store = client.vector_stores.retrieve(store_id)
    assert (store.status, store.file_counts.in_progress, store.file_counts.total) == (
        *("in_progress", 1, 1),
    )
    with pytest.raises(openai.ConflictError, match="is in progress"):
        client.vector_stores.files.update(file_id, vector_store_id=store_id, attributes={"a": 1})
    assert client.vector_stores.files.content(file_id, vector_store_id=store_id).data == []
    client.vector_stores.files.delete(file_id, vector_store_id=store_id)
    assert list(client.vector_stores.files.list(store_id)) == []
    jobs = httpx.get(f"{client.base_url}jobs").json()["items"]
    assert [one["status"] for one in jobs] == [], "what was cancelled by it is forgotten"


@pytest.mark.parametrize(
    ("name", "data", "code", "told"),
    [
        ("empty.txt", b"", "invalid_file", "is empty"),
        ("broken.pdf", b"%PDF-1.4 broken", "invalid_file", "broken or incomplete PDF"),
        ("a.bin", b"\x00\x01\x02\x00\xff", "unsupported_file", "no parser reads"),
        ("a.docx", b"PK\x03\x04 broken", "invalid_file", "a.docx"),
    ],
)
def test_what_cannot_be_read_fails_and_says_why(
    store: tuple[OpenAI, str], name: str, data: bytes, code: str, told: str
) -> None:
    client, store_id = store
    files = client.vector_stores.files
    failed = files.upload_and_poll(vector_store_id=store_id, file=(name, data))
    assert failed.status == "failed"
    assert failed.last_error
    assert (failed.last_error.code, told in failed.last_error.message) == (code, True)
    (listed,) = files.list(store_id, filter="failed")
    assert listed == failed
    assert client.vector_stores.retrieve(store_id).file_counts.failed == 1
    assert client.vector_stores.search(store_id, query=QUESTION).data == []
    files.delete(failed.id, vector_store_id=store_id)
    assert list(files.list(store_id)) == []
    assert client.files.content(failed.id).read() == data


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_files_of_every_format_are_read(store: tuple[OpenAI, str], path: Path) -> None:
    client, store_id = store
    file = client.vector_stores.files.upload_and_poll(vector_store_id=store_id, file=path)
    assert file.status == "completed", file.last_error
    pieces = client.vector_stores.files.content(file.id, vector_store_id=store_id).data
    assert all(one.text for one in pieces)
    assert pieces
    assert client.files.content(file.id).read() == path.read_bytes()


def test_two_hundred_files_are_a_batch(stored: Stored) -> None:
    client = stored.open("acme writer")
    files: Any = [(f"{n}.txt", f"Note {n} is of topic {n * 7}.".encode()) for n in range(200)]
    batch = client.vector_stores.file_batches.upload_and_poll("vs_acme", files=files)
    assert (batch.status, batch.file_counts.completed, batch.file_counts.total) == (
        *("completed", 200, 200),
    )
    asked: Any = {"batch_id": batch.id, "vector_store_id": "vs_acme"}
    assert client.vector_stores.file_batches.retrieve(**asked) == batch
    listed = list(client.vector_stores.file_batches.list_files(**asked, limit=33))
    assert len({one.id for one in listed}) == 200
    assert {one.id for one in listed} <= {one.id for one in client.files.list(limit=100)}
    assert {one.id for one in client.vector_stores.files.list("vs_acme")} >= {
        one.id for one in listed
    }
    (found,) = client.vector_stores.search("vs_acme", query="topic 1393", max_num_results=1)
    assert found.filename == "199.txt"
    other = stored.open("other admin")
    with pytest.raises(openai.NotFoundError):
        other.vector_stores.file_batches.retrieve(**asked)
    with pytest.raises(openai.NotFoundError, match="no batch"):
        other.vector_stores.file_batches.retrieve(batch.id, vector_store_id="vs_other")


async def test_the_asynchronous_client_waits_as_well(stored: Stored) -> None:
    url, key = f"{stored.url}/v1", stored.keys["every admin"]
    async with AsyncOpenAI(base_url=url, api_key=key) as client:
        store = await client.vector_stores.create(name="async")
        files: Any = [("a.txt", b"A note."), ("b.pdf", b"%PDF-1.4 broken")]
        batch = await client.vector_stores.file_batches.upload_and_poll(store.id, files=files)
        assert (batch.status, batch.file_counts.completed, batch.file_counts.failed) == (
            *("completed", 1, 1),
        )
        failed = await client.vector_stores.files.list(store.id, filter="failed")
        assert [one.status for one in failed.data] == ["failed"]


def test_a_batch_is_cancelled(idle: tuple[OpenAI, str]) -> None:
    client, store_id = idle
    ids = [put(client) for _ in range(3)]
    batches = client.vector_stores.file_batches
    shared: Any = {"file_ids": ids, "attributes": {"a": 1}}
    batch = batches.create(store_id, **shared)
    assert (batch.status, batch.file_counts.in_progress) == ("in_progress", 3)
    cancelled = batches.cancel(batch.id, vector_store_id=store_id)
    assert (cancelled.status, cancelled.file_counts.cancelled) == ("cancelled", 3)
    files = list(batches.list_files(batch.id, vector_store_id=store_id, filter="cancelled"))
    assert [one.id for one in files] == ids[::-1]
    assert {one.status for one in files} == {"cancelled"}
    assert files[0].attributes == {"a": 1}
    assert client.vector_stores.retrieve(store_id).file_counts.cancelled == 3
    polled = client.vector_stores.files.poll(ids[0], vector_store_id=store_id, poll_interval_ms=1)
    assert polled.status == "cancelled"
    again = client.vector_stores.files.create(store_id, file_id=ids[0])
    assert again.status == "in_progress"


def test_files_of_a_store_are_listed_by_pages(idle: tuple[OpenAI, str]) -> None:
    client, store_id = idle
    ids = [put(client) for _ in range(7)]
    for one in ids:
        client.vector_stores.files.create(store_id, file_id=one)
    files = client.vector_stores.files
    for limit in (1, 3, 7, 100):
        assert [one.id for one in files.list(store_id, limit=limit, order="asc")] == ids
        assert [one.id for one in files.list(store_id, limit=limit)] == ids[::-1]
    page = files.list(store_id, limit=2, order="asc", after=ids[3])
    assert ([one.id for one in page.data], page.has_more) == (ids[4:6], True)
    page = files.list(store_id, limit=2, order="asc", before=ids[3])
    assert [one.id for one in page.data] == ids[1:3]
    assert files.list(store_id, filter="completed").data == []
    with pytest.raises(openai.NotFoundError, match="no file"):
        files.list(store_id, after=NO_FILE)
    with pytest.raises(openai.BadRequestError):
        files.list(store_id, filter="done")  # type: ignore[arg-type]
    with pytest.raises(openai.BadRequestError):
        files.list(store_id, limit=101)


def test_attributes_are_changed_for_the_next_search(store: tuple[OpenAI, str]) -> None:
    client, store_id = store
    files = client.vector_stores.files
    file = files.upload_and_poll(vector_store_id=store_id, file=("a.txt", TEXT.encode()))

    def search() -> int:
        filters: Any = {"type": "eq", "key": "team", "value": "a"}
        found = client.vector_stores.search(store_id, query=QUESTION, filters=filters)
        return len(found.data)

    assert search() == 0
    told: Any = {"team": "a", "n": 1.5}
    changed = files.update(file.id, vector_store_id=store_id, attributes=told)
    assert (changed.attributes, changed.status, search()) == (told, "completed", 1)
    changed = files.update(file.id, vector_store_id=store_id, attributes=None)
    assert (changed.attributes, search()) == ({}, 0)
    with pytest.raises(openai.BadRequestError, match="no text, number or flag"):
        files.update(file.id, vector_store_id=store_id, attributes={"a": []})  # type: ignore[dict-item]
    with pytest.raises(openai.NotFoundError):
        files.update(NO_FILE, vector_store_id=store_id, attributes={})


def test_a_file_that_is_deleted_goes_from_every_store(stored: Stored) -> None:
    client = stored.open()
    file_id = put(client)
    stores = [client.vector_stores.create(file_ids=[file_id]).id for _ in range(2)]
    for store_id in stores:
        client.vector_stores.files.poll(file_id, vector_store_id=store_id, poll_interval_ms=50)
        assert len(client.vector_stores.search(store_id, query=QUESTION).data) == 1
    client.vector_stores.files.delete(file_id, vector_store_id=stores[0])
    assert client.vector_stores.search(stores[0], query=QUESTION).data == []
    assert client.files.content(file_id).read() == TEXT.encode()
    client.files.delete(file_id)
    for store_id in stores:
        assert list(client.vector_stores.files.list(store_id)) == []
        assert client.vector_stores.search(store_id, query=QUESTION).data == []
    with pytest.raises(openai.NotFoundError):
        client.files.delete(file_id)


def test_a_file_of_another_workspace_cannot_be_put_into_a_store(stored: Stored) -> None:
    acme, theirs = stored.open("acme writer"), put(stored.open("other writer"))
    mine = put(acme)
    for file_id in (theirs, NO_FILE, "file-1", "x"):
        with pytest.raises(openai.NotFoundError, match="There is no file"):
            acme.vector_stores.files.create("vs_acme", file_id=file_id)
        count = len(list(acme.vector_stores.files.list("vs_acme")))
        with pytest.raises(openai.NotFoundError, match="There is no file"):
            acme.vector_stores.file_batches.create("vs_acme", file_ids=[mine, file_id])
        assert len(list(acme.vector_stores.files.list("vs_acme"))) == count


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("files", {}, "missing required field `file_id`"),
        ("files", {"file_id": "a\x00"}, "NUL"),
        ("files", {"file_id": "x", "attributes": {"a": {}}}, "no text, number or flag"),
        ("files", {"file_id": "x", "attributes": {"a": None}}, "no text, number or flag"),
        ("files", {"file_id": "x", "chunking_strategy": {"type": "static"}}, "chunking_strategy"),
        ("file_batches", {}, "file_ids or of files"),
        ("file_batches", {"file_ids": ["x"], "files": [{"file_id": "y"}]}, "file_ids or of files"),
        ("file_batches", {"file_ids": []}, "file_ids or of files"),
        ("file_batches", {"file_ids": ["x"] * 2_001}, "2,000 at most"),
        ("file_batches", {"files": [{"file_id": "x", "attributes": 7}]}, "attributes: Expected"),
        ("files/file-1", {}, "missing required field `attributes`"),
    ],
)
def test_what_cannot_be_put_is_refused(
    store: tuple[OpenAI, str], path: str, body: Any, told: str
) -> None:
    client, store_id = store
    with pytest.raises(openai.BadRequestError) as raised:
        client.post(f"/vector_stores/{store_id}/{path}", body=body, cast_to=object)
    error: Any = raised.value.body
    assert told in error["message"]
    assert error["message"].endswith(".")


def test_ids_of_batches_that_are_none_are_not_found(store: tuple[OpenAI, str]) -> None:
    client, store_id = store
    for batch_id in ("vsfb_1", "x", "vsfb_" + "0" * 32):
        for ask in ("retrieve", "cancel", "list_files"):
            call = getattr(client.vector_stores.file_batches, ask)
            with pytest.raises(openai.NotFoundError, match="no batch"):
                call(batch_id, vector_store_id=store_id)
