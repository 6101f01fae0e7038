"""What people see of the work in the background."""

import asyncio
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import sqlrag as package
from sqlrag.domain.jobs import JobChange
from sqlrag.doors.cli.following import TrackProgress
from sqlrag.settings import Settings
from tests.cli.running import Cli
from tests.conftest import run_sql
from tests.support.jobs import working


@contextmanager
def worker(cli: Cli, settings: Settings) -> Iterator[None]:
    """Does jobs in a thread until the end of the block."""
    ended = threading.Event()

    async def work() -> None:
        async with working(cli.settings["DATABASE_URL"], settings, listen_every=0.2):
            while not ended.is_set():
                await asyncio.sleep(0.05)

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def lamp(sqlrag: Cli) -> Cli:
    (sqlrag.folder / "lamp.txt").write_text("The lamp was lit in 1871 by the keeper Orlenko.")
    (sqlrag.folder / "hollow.txt").write_text("")
    return sqlrag


def test_workers_ingest_while_one_waits(lamp: Cli, settings: Settings) -> None:
    with worker(lamp, settings):
        done = lamp.inside("ingest", "lamp.txt", "hollow.txt", "--background", code=1)
    assert re.search(r"added +1\n", done.out)
    assert re.search(r"failed +1\n", done.out)
    assert "hollow.txt" in done.out
    assert "1871" in lamp.inside("ask", "When was the lamp lit?").out
    shown = lamp.inside("doctor", "--json").json["checks"]
    assert ("jobs of default", "1 failed") in [(one["name"], one["found"]) for one in shown]


def test_without_waiting_the_track_is_told_at_once(lamp: Cli, settings: Settings) -> None:
    done = lamp.inside("ingest", "lamp.txt", "--background", "--no-wait")
    track = UUID(done.out.strip())
    assert "No worker is alive that takes jobs of kind ingest" in done.err
    assert "sqlrag worker" in done.err
    board = lamp.inside("jobs").out
    assert board.startswith("1 waiting (the oldest for ")
    assert re.search(r"ingest +waiting +0 .*lamp\.txt", board)
    assert board.endswith("No worker is alive: start one with sqlrag worker.\n")
    checks = {one["name"]: one["found"] for one in lamp.inside("doctor", "--json").json["checks"]}
    assert checks["jobs of default"] == "1 wait, and no worker is alive"
    late = lamp.inside("jobs", "wait", track, "--timeout", "0.2", code=1)
    assert late.sentence == f"{track} is not over after 0.2 seconds."
    with worker(lamp, settings):
        found = lamp.inside("jobs", "wait", track, "--json").json
        assert [(job["status"], job["result"]["outcome"]) for job in found] == [("done", "added")]
        counts = lamp.inside("jobs", "--json").json["counts"]
        assert counts["done_last_hour"] >= 1  # upkeep follows
        assert re.search(r"1 worker, 4 places: \S+ 0/4", lamp.inside("jobs", "--once").out)


def test_an_answer_is_shown_readably(lamp: Cli, settings: Settings) -> None:
    lamp.inside("ingest", "lamp.txt")
    url = lamp.settings["DATABASE_URL"]
    run_sql(url, "SELECT rag.enqueue_question('default', 'When was the lamp lit?')")
    with worker(lamp, settings):
        shown = lamp.inside("jobs", "wait", "1").out
        assert shown == lamp.inside("jobs", "show", "1").out
    head, *answer, references = shown.rstrip("\n").split("\n\n")
    assert head.startswith(
        "job 1  query, done, attempt 1 of 5\nquestion     When was the lamp lit?\n"
    )
    assert "1871" in "".join(answer)
    assert re.fullmatch(r"\[1\] .*lamp.* \(characters \d+–\d+ of lamp\.txt\)", references)
    values = [line[13:] for line in head.splitlines()[1:]]
    assert all(value and value[0] != " " for value in values)
    assert (
        sum(bool(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value)) for value in values) == 3
    )


def test_an_answer_in_a_conversation_is_told_where_it_is(lamp: Cli, settings: Settings) -> None:
    lamp.inside("ingest", "lamp.txt")
    number = lamp.inside("conversation", "create").out.strip()
    asked = f'{{"conversation_id": {number}}}'
    url = lamp.settings["DATABASE_URL"]
    run_sql(url, f"SELECT rag.enqueue_question('default', 'When was the lamp lit?', '{asked}')")
    with worker(lamp, settings):
        shown = lamp.inside("jobs", "wait", "1").out
    assert re.search(rf"^turn +1\nconversation id +{number}$", shown, re.MULTILINE)
    assert "1871" not in shown
    assert "question" not in shown
    assert "1871" in lamp.inside("conversation", "show", number).out


def test_what_failed_is_an_exit_code_and_a_sentence(lamp: Cli, settings: Settings) -> None:
    with worker(lamp, settings):
        lamp.inside("ingest", "hollow.txt", "--background", code=1)
        shown = lamp.inside("jobs", "wait", "1", code=1).out
    assert "job 1  ingest, failed, attempt 1 of 5" in shown
    assert re.search(r"^error {8}\S.*\.$", shown, re.MULTILINE)
    assert lamp.inside("jobs", "wait", "nonsense", code=2).err.endswith(
        "nonsense is neither the id of a job nor that of a track.\n"
    )
    assert "no job 77" in lamp.inside("jobs", "wait", "77", code=1).sentence
    assert "come after its name" in lamp.inside("jobs", "--once", "list", code=2).err


def test_a_live_table_moves_until_it_is_left(lamp: Cli) -> None:
    lamp.inside("ingest", "lamp.txt", "--background", "--no-wait")
    screen, terminal = pty.openpty()
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(package.__file__).parents[1]),
        "TERM": "xterm",
        "COLUMNS": "120",
        **lamp._with({}),
    }
    command = [sys.executable, "-m", "sqlrag", "jobs"]
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, cwd=lamp.folder
    )
    os.close(terminal)
    try:
        assert read_until(screen, "1 waiting")
        run_sql(lamp.settings["DATABASE_URL"], "SELECT rag.cancel_jobs('default', '{1}')")
        assert read_until(screen, "0 waiting")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def read_until(screen: int, wanted: str, seconds: float = 60) -> str:
    told, until = "", time.monotonic() + seconds
    while wanted not in told and time.monotonic() < until:
        if select.select([screen], [], [], 0.2)[0]:
            told += os.read(screen, 65536).decode(errors="replace")
    assert wanted in told, told
    return told


def test_bars_count_a_second_attempt_once() -> None:
    told: dict[str, list[int]] = {}

    def report(stage: str, done: int = 0, more: int = 0) -> None:
        found = told.setdefault(stage, [0, 0])
        found[0], found[1] = found[0] + done, found[1] + more

    progress = TrackProgress(report)
    embedding = {"parse": (1, 1), "embed": (3, 5), "write": (0, 1)}
    for status, stages in (
        ("waiting", {}),
        ("running", embedding),
        ("running", {}),
        ("running", {**embedding, "embed": (2, 5)}),
        ("done", {"parse": (1, 1), "embed": (5, 5), "write": (1, 1)}),
    ):
        progress.take(change(status, stages))
    assert told == {"parse": [1, 1], "embed": [5, 5], "write": [1, 1]}


def change(status: str, stages: dict[str, tuple[int, int]]) -> JobChange:
    shown = {name: {"done": done, "total": total} for name, (done, total) in stages.items()}
    fields: dict[str, Any] = dict.fromkeys(JobChange.__dataclass_fields__)
    fields |= {"job_id": 1, "kind": "ingest", "status": status, "progress": shown}
    return JobChange(**fields)
