"""Nothing that a request may hold keeps the event loop, and with it everybody else, for long."""

import gc
import json
import time
from asyncio import events
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import msgspec
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import DocumentTooLarge
from sqlrag.doors.http.application import create_app
from sqlrag.doors.http.bodies import MAX_VALUES, check_values
from sqlrag.doors.http.parameters import read_parameters
from sqlrag.settings import ServerSettings

JSON = {"content-type": "application/json"}
LONGEST = 0.05  # seconds of the processor, so that a machine that is busy does not count
TRIES = 8  # since a busy machine makes processors slower, too
SOURCE = {"chunks": [{"content": "A text.", "source_id": "a"}]}
RECORDS = 1_000


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """How long the loop was kept by each thing that it did, in seconds, and what that was."""
    gc.collect()
    gc.freeze()  # as the server does
    run, steps = events.Handle._run, list[tuple[float, str]]()

    def measure(handle: events.Handle) -> None:
        begun = time.thread_time()
        run(handle)
        if (took := time.thread_time() - begun) > LONGEST / 10:
            steps.append((took, repr(handle)))

    monkeypatch.setattr(events.Handle, "_run", measure)
    return steps


@pytest.fixture
async def client(rag: Rag) -> AsyncIterator[httpx.AsyncClient]:
    @asynccontextmanager
    async def open_rag() -> AsyncIterator[Rag]:
        yield rag

    app = create_app(open_rag, "default", 2**23, ServerSettings())
    app.state.rag, app.state.parameters = rag, read_parameters(app)
    app.state.background_bytes = 2**30
    transport = httpx.ASGITransport(cast(Any, app))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        said = {"src_id": "Ada", "tgt_id": "Bob", "source_id": "a"}
        for _ in range(2):  # what is made at the first use
            await client.post("/v1/graph/custom", json=SOURCE | {"relationships": [said]})
            await client.post("/v1/documents", json={"text": "A text of Ada Lovelace."})
        yield client


def largest() -> Iterator[tuple[str, str, Any]]:
    said = {"description": "What is said of it.", "source_id": "a"}
    entities = [{"entity_name": f"Name {n}", **said} for n in range(RECORDS)]
    relations = [{"src_id": f"Name {n}", "tgt_id": f"N {n}", **said} for n in range(RECORDS // 2)]
    texts = [{"text": f"Text {n}."} for n in range(RECORDS)]
    values = [1] * (MAX_VALUES - 10)
    yield "entities", "graph/custom", SOURCE | {"entities": entities}
    yield "relations", "graph/custom", SOURCE | {"relationships": relations}
    yield "empty records", "graph/custom", {"chunks": [{}] * RECORDS}
    yield "too many records", "graph/custom", {"chunks": [{}] * (MAX_VALUES // 2 - 10)}
    yield "texts", "documents", {"documents": texts}
    yield "a large text", "documents", {"text": "Wörter. " * 450_000, "language": "no such"}
    yield "much metadata", "documents", {"text": "A text.", "metadata": {"values": values}}
    yield "a long question", "query", {"question": "What? " * 650_000}
    yield (
        "a long history",
        "query",
        {
            "question": "What?",
            "conversation_history": [{"role": "user", "content": "x"}] * (MAX_VALUES // 4),
        },
    )
    yield "changes", "graph/entities", {"name": "x" * 4_000_000}


@pytest.mark.parametrize(("name", "path", "body"), list(largest()))
async def test_the_largest_bodies_leave_the_loop_to_others(client, steps, name, path, body):
    content = json.dumps(body, ensure_ascii=False).encode()
    for _ in range(TRIES):
        steps.clear()
        answer = await client.post(f"/v1/{path}", content=content, headers=JSON, timeout=60)
        assert answer.status_code < 500
        if max(steps, default=(0, "")) < (LONGEST, ""):
            return
    raise AssertionError((answer.text[:300], steps))


@pytest.mark.parametrize(
    ("name", "path", "body"), [one for one in largest() if one[1] == "documents"]
)
async def test_what_is_left_for_the_background_does_so_too(client, steps, name, path, body):
    content = json.dumps(body, ensure_ascii=False).encode()
    later = JSON | {"prefer": "respond-async"}
    for _ in range(TRIES):
        steps.clear()
        answer = await client.post(f"/v1/{path}", content=content, headers=later, timeout=60)
        assert answer.status_code in (202, 400)  # a language that there is not
        if max(steps, default=(0, "")) < (LONGEST, ""):
            return
    raise AssertionError(steps)


@pytest.mark.parametrize("filler", [b"{},", b"[],", b"1,", b'{"a":"b"},', b"[[[]]],", b'"\\",",'])
def test_json_that_would_take_long_to_decode_is_not_decoded(filler):
    few = b"[" + filler * (MAX_VALUES // len(filler)) + b"0]"
    check_values(few)
    gc.collect()
    gc.freeze()
    begun = time.thread_time()
    msgspec.json.decode(few)
    assert time.thread_time() - begun < LONGEST
    many = b"[" + filler * MAX_VALUES + b"0]"
    with pytest.raises(DocumentTooLarge, match="50,000 values"):
        check_values(many)


def test_what_stands_in_strings_is_no_value():
    texts = ["a, b, {c}, [d]" * MAX_VALUES, '"quoted", and \\, too' * MAX_VALUES, "\\" * MAX_VALUES]
    check_values(json.dumps({"documents": [{"text": text} for text in texts]}).encode())
    with pytest.raises(DocumentTooLarge):
        check_values(json.dumps([*texts, *[0] * MAX_VALUES]).encode())
