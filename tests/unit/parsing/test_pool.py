import asyncio
import os
import subprocess
import sys
import textwrap
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sqlrag import parsing
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing import pool as pools
from sqlrag.parsing.pool import ParserPool
from tests.support.forking import BY_THEMSELVES

PAGE = Source("k", b"# Title\n\nSome words.", "a.md")


@pytest.fixture(autouse=True)
def by_themselves(monkeypatch):
    monkeypatch.setattr(pools, "COMMAND", BY_THEMSELVES)


@asynccontextmanager
async def pool(workers: int = 1, **limits):
    opened = ParserPool(Limits(**({"timeout": 60} | limits)), Splitting(), workers)
    try:
        yield opened
    finally:
        await opened.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def wait_for(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


async def test_a_document_is_prepared_in_a_process():
    async with pool() as workers:
        document = await workers.prepare(PAGE)
        assert document.parsed.title == "Title"
        assert await workers._run("x", "os", "getpid") != os.getpid()


async def test_tiny_plain_text_needs_no_process():
    async with pool() as workers:
        document = await workers.prepare(Source("k", b"Hello", "a.txt", "text/plain"))
        assert document.parsed.text == "Hello"
        assert not workers._workers


async def test_a_refusal_arrives_as_it_was_made():
    async with pool() as workers:
        with pytest.raises(UnreadableDocument, match="broken or incomplete PDF"):
            await workers.prepare(Source("k", b"%PDF-1.7 no", "a.pdf"))


async def test_a_hanging_parser_is_killed_at_the_time_limit():
    async with pool(timeout=0.5) as workers:
        pid = await workers._run("x", "os", "getpid")
        with pytest.raises(
            UnreadableDocument,
            match=r"a\.pdf .* it took longer than the 0\.5 s .* SQLRAG_PARSE_TIMEOUT",
        ):
            await workers._run("a.pdf", "time", "sleep", 3600)
        assert gone(pid)


@pytest.mark.parametrize(("signal", "name"), [(9, "SIGKILL"), (11, "SIGSEGV")])
async def test_a_killed_worker_costs_one_document(signal, name):
    async with pool() as workers:
        with pytest.raises(UnreadableDocument, match=f"the parser crashed on it .{name}.; save it"):
            await workers._run("a.pdf", "signal", "raise_signal", signal)
        assert (await workers.prepare(PAGE)).parsed.title == "Title"


async def test_a_worker_that_died_while_idle_costs_nothing():
    async with pool() as workers:
        pid = await workers._run("x", "os", "getpid")
        os.kill(pid, 9)
        await workers._idle[0]._process.wait()
        assert await workers._run("x", "os", "getpid") != pid


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
async def test_memory_is_limited():
    async with pool(memory_bytes=2**30) as workers:
        with pytest.raises(UnreadableDocument, match="more than the 1,024 MiB of memory"):
            await workers._run("a.pdf", "builtins", "bytearray", 2**31)


async def test_an_unexpected_failure_is_a_refusal():
    async with pool() as workers:
        with pytest.raises(UnreadableDocument, match=r"failed on it \(ValueError: .*\); save"):
            await workers._run("a.pdf", "builtins", "int", "x")


async def test_workers_run_side_by_side_and_never_more_than_allowed():
    async with pool(workers=2) as workers:
        pids = await asyncio.gather(*(workers._run("x", "os", "getpid") for _ in range(6)))
        assert len(set(pids)) <= 2
        assert len(workers._workers) <= 2


async def test_a_cancelled_document_leaves_no_process():
    async with pool() as workers:
        pid = await workers._run("x", "os", "getpid")
        task = asyncio.create_task(workers._run("x", "time", "sleep", 3600))
        while workers._idle:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert gone(pid)


async def test_closing_ends_the_processes():
    async with pool() as workers:
        pid = await workers._run("x", "os", "getpid")
        await workers.close()
        assert gone(pid)
        with pytest.raises(RuntimeError, match="closed"):
            await workers.prepare(PAGE)


async def test_a_file_that_is_too_large_is_not_sent():
    async with pool(max_file_bytes=5) as workers:
        with pytest.raises(DocumentTooLarge, match="20 bytes and the limit is 5"):
            await workers.prepare(PAGE)
        assert not workers._workers


PARENT = textwrap.dedent("""
    import asyncio
    from sqlrag.domain.limits import Limits, Splitting
    from sqlrag.parsing.pool import ParserPool

    async def run():
        pool = ParserPool(Limits(), Splitting(), 2)
        print(await pool._run("x", "os", "getpid"), flush=True)
        await pool._run("x", "time", "sleep", 3600)

    asyncio.run(run())
""")


@pytest.mark.parametrize("signal", [2, 9, 15])
def test_workers_die_with_their_parent_and_say_nothing(signal):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    assert parent.stdout
    worker = int(parent.stdout.readline())
    parent.send_signal(signal)
    try:
        _, said = parent.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        # asyncio.run misses a signal that comes just before it goes to sleep (no wake-up file).
        parent.send_signal(signal)
        _, said = parent.communicate(timeout=15)
    wait_for(lambda: gone(worker))
    assert "sqlrag/parsing/worker.py" not in said


def modules_of(module: str) -> set[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    return set(said.stdout.split())


def test_importing_the_pool_imports_no_parser():
    heavy = {"pypdfium2", "pypdf", "mammoth", "selectolax", "markdown_it", "py3langid", "numpy"}
    assert not heavy & modules_of("sqlrag.parsing.pool")


def test_a_worker_starts_without_what_stands_behind_the_door():
    behind = {f"sqlrag.parsing.{name}" for name in ("pool", "languages", "tokens", "formats")}
    assert not {"asyncio", *behind} & modules_of("sqlrag.parsing.worker")


def test_the_door_opens_to_every_name_it_promises():
    for name in parsing._HOMES:
        assert getattr(parsing, name)
