"""What becomes of an Idempotency-Key whose request is in work, was cut short, failed or is old."""

import asyncio
import json
import os
import signal
import time
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.doors.http import repeats
from sqlrag.doors.http.replies import Answer
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.api.test_bad_input import problem
from tests.api.twins import IN_WORK, LAMP, Twins, name, twins
from tests.conftest import run_sql

__all__ = ["twins"]


def test_while_the_first_is_in_work_others_are_told_to_come_again(twins: Twins) -> None:
    once, body = name(), json.dumps(LAMP).encode()
    with twins.begin(body, once) as connection:
        for at in (0, 1):
            refused = twins.post("documents", LAMP, once, at=at)
            assert problem(refused, 409)["type"] == "urn:sqlrag:error:still-in-work"
            assert refused.headers["retry-after"] == "1"
        connection.sendall(body[-1:])
        response = HTTPResponse(connection)
        response.begin()
        first = response.read()
    again = httpx.post(
        f"{twins.urls[1]}/v1/documents",
        content=body,
        headers={
            "authorization": f"Bearer {twins.key}",
            "idempotency-key": once,
            "content-type": "application/json",
        },
    )
    assert (again.content, again.headers["idempotent-replayed"]) == (first, "true")


def test_whoever_hangs_up_may_come_again(twins: Twins) -> None:
    once, body = name(), json.dumps(LAMP).encode()
    before = twins.fetch(IN_WORK)
    twins.begin(body, once).close()
    deadline = time.monotonic() + 30
    while twins.fetch(IN_WORK) != before:
        assert time.monotonic() < deadline
    assert twins.post("documents", LAMP, once).status_code == 201


def test_a_server_that_dies_over_it_holds_nothing_up_for_ever(twins: Twins, tmp_path: Path) -> None:
    once, body = name(), json.dumps(LAMP).encode()
    with serve("uvicorn", tmp_path, DATABASE_URL=twins.database, SQLRAG_MODELS="offline") as url:
        dying = Twins([url], twins.database, twins.key, twins.other)
        with dying.begin(body, once):
            os.kill(find_server(url), signal.SIGKILL)
    assert problem(twins.post("documents", LAMP, once), 409)
    waits = (
        "SELECT max(ends_at) <= now() + interval '30 s' FROM sqlrag.replies WHERE status IS NULL"
    )
    assert twins.fetch(waits)
    run_sql(twins.database, "UPDATE sqlrag.replies SET ends_at = now() WHERE status IS NULL")
    answer = twins.post("documents", LAMP, once)
    assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)
    assert twins.post("documents", LAMP, once).headers["idempotent-replayed"] == "true"


def find_server(url: str) -> int:
    asked = b"--port\0" + url.rpartition(":")[2].encode() + b"\0"
    found = [one for one in Path("/proc").glob("[0-9]*") if asked in read_command(one)]
    return int(found[0].name)


def read_command(process: Path) -> bytes:
    with suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""


async def test_a_claim_holds_for_as_long_as_the_work_takes(
    rag: Rag, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "LEASE", 0.3)
    known = bytes(32)
    first, second = (repeats.Claim(rag.storage, known, None, uuid4()) for _ in range(2))
    ends_at = "SELECT ends_at FROM sqlrag.replies"
    assert (await first.take()).is_claimed
    async with first.held():
        for _ in range(5):
            before = await connection.fetchval(ends_at)
            while await connection.fetchval(ends_at) == before:
                assert not (await second.take()).is_claimed
        answer = Answer.of(no_one, 200, {"content-type": "application/json"}, "{}")
        await first.keep(bytes(32), answer, 3600)
    reply = await second.take()
    assert (reply.is_claimed, reply.status, reply.body) == (False, 200, "{}")


async def test_who_comes_too_late_keeps_nothing(rag: Rag, connection: asyncpg.Connection) -> None:
    """Another server has taken over meanwhile, and what that answers is the answer."""
    first, second = (repeats.Claim(rag.storage, bytes(32), None, uuid4()) for _ in range(2))
    assert (await first.take()).is_claimed
    await connection.execute("UPDATE sqlrag.replies SET ends_at = now()")
    assert (await second.take()).is_claimed
    for claim, told in ((second, '"second"'), (first, '"first"')):
        answer = Answer.of(no_one, 200, {"content-type": "application/json"}, told)
        await claim.keep(bytes(32), answer, 3600)
    await first.drop()
    assert (await first.take()).body == '"second"'


async def no_one(message: Any) -> None:
    raise AssertionError("Nothing is sent.")


def test_what_may_do_later_is_not_kept(twins: Twins) -> None:
    """A failure of the server, and what is refused for now: the next attempt is a first one."""
    once = name()
    with_size = {**LAMP, "text": "x" * (5 * 2**20)}
    assert problem(twins.post("documents", with_size, once), 413)
    assert twins.post("documents", LAMP, once).status_code == 201
    once = name()
    lost = "ALTER TABLE sqlrag.documents RENAME TO lost"
    run_sql(twins.database, lost)
    try:
        failed = twins.post("documents", {**LAMP, "id": "lost"}, once)
    finally:
        run_sql(twins.database, "ALTER TABLE sqlrag.lost RENAME TO documents")
    assert failed.status_code >= 500, failed.text
    answer = twins.post("documents", {**LAMP, "id": "lost"}, once)
    assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)


def test_answers_end_after_a_day_and_are_pruned(twins: Twins) -> None:
    once = name()
    twins.post("documents", LAMP, once)
    kept = "SELECT max(ends_at) - now() BETWEEN '23:59' AND '24:00' FROM sqlrag.replies"
    assert twins.fetch(kept)
    run_sql(twins.database, "UPDATE sqlrag.replies SET ends_at = now() WHERE status IS NOT NULL")
    assert "idempotent-replayed" not in twins.post("documents", LAMP, once).headers

    async def prune() -> None:
        async with Rag.open(twins.database, settings=Settings(_env_file=None)) as rag:
            await rag.storage.execute("prune_replies")

    asyncio.run(prune())
    assert twins.fetch("SELECT count(*) FROM sqlrag.replies") == 1


def test_a_workspace_takes_its_answers_along(twins: Twins) -> None:
    twins.post("workspaces", {"name": "short-lived"}, name())
    once, at = name(), "workspaces/short-lived/documents"
    assert twins.post(at, LAMP, once).status_code == 201
    said = {"authorization": f"Bearer {twins.key}"}
    assert httpx.delete(f"{twins.urls[0]}/v1/workspaces/short-lived", headers=said).is_success
    assert "idempotent-replayed" not in twins.post(at, LAMP, once).headers
