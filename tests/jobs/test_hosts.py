"""Workers on other machines, some of which do not know what time it is."""

import os
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.jobs import NewJob
from sqlrag.jobs.schedules import add_schedule
from tests.api.proxy import Proxy
from tests.jobs.test_bad_days import FAST, texts
from tests.support.jobs import Workers, wait_until

SQLRAG = [sys.executable, "-m", "sqlrag"]


async def test_a_clock_that_is_ten_minutes_off_changes_nothing(
    url: str, rag: Rag, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """Leases, waits and schedules go by the clock of the server."""
    due = await add_schedule(rag, "*/1 * * * *", "prune")
    later = await add_schedule(rag, "0 0 1 1 *", "upkeep")
    when = "UPDATE sqlrag.schedules SET next_at = now() + $2::text::interval WHERE schedule_id = $1"
    await connection.execute(when, due.schedule_id, "-1 second")
    await connection.execute(when, later.schedule_id, "5 minutes")
    (waiting,) = await rag.enqueue(NewJob("sleep", delay=timedelta(minutes=5)))
    settings = {**FAST, "job_lease": 3.0}
    with ExitStack() as stack:
        for shift in (-600, 600):
            stack.enter_context(Workers(url, settings, tmp_path, 1, clock_off=shift))
        await wait_until(rag, "SELECT count(*) = 2 FROM sqlrag.workers")
        # Longer than a lease: a clock that is ahead would see it end at once. All places of one
        # worker are taken meanwhile, so that both have something to do.
        await rag.enqueue(*(NewJob("sleep", arguments={"seconds": 4.5}) for _ in range(5)))
        await rag.enqueue_documents(*texts(20))
        await wait_until(
            rag,
            """SELECT count(*) FILTER (WHERE status = 'done' AND kind IN ('sleep', 'ingest')) = 25
                AND count(*) FILTER (WHERE status = 'done' AND kind = 'prune') >= 1
            FROM sqlrag.jobs""",
        )
        assert len({job.worker for job in await rag.list_jobs(limit=100) if job.worker}) == 2
    assert (
        await connection.fetch(
            # Upkeep that is given back at the end gives way to one that came meanwhile.
            """SELECT * FROM sqlrag.jobs
            WHERE status = 'done' AND attempts > 1 OR error IS NOT NULL AND status <> 'replaced'"""
        )
        == []
    )
    assert (await rag.get_job(waiting)).status == "waiting"
    fired, resting = await connection.fetch(
        """SELECT fired_at,
            next_at > fired_at AND next_at <= fired_at + interval '1 minute' AS is_next
        FROM sqlrag.schedules ORDER BY schedule_id"""
    )
    assert fired["fired_at"]
    assert fired["is_next"]
    assert resting["fired_at"] is None


class TcpProxy(Proxy):
    """Serves a Postgres at a port, for other machines."""

    def _listen(
        self, handler: type[socketserver.BaseRequestHandler]
    ) -> socketserver.ThreadingTCPServer:
        server = socketserver.ThreadingTCPServer(("0.0.0.0", 0), handler)
        self.port = server.server_address[1]
        return server


@dataclass
class Machine:
    """A network, a host name and folders of its own; without the right to make a network, the
    folders only."""

    name: str
    number: int
    folder: Path
    prefix: list[str] = field(default_factory=list)
    gateway: str = "127.0.0.1"

    @contextmanager
    def running(self) -> Iterator["Machine"]:
        space, ours = f"sqlrag-{os.getpid()}-{self.name}", f"sr{os.getpid() % 100_000}{self.name}"
        network = f"10.213.{self.number}"
        up = [
            f"ip link add {ours} type veth peer name eth0 netns {space}",
            f"ip address add {network}.1/30 dev {ours}",
            f"ip link set {ours} up",
            f"ip -n {space} address add {network}.2/30 dev eth0",
            f"ip -n {space} link set eth0 up",
        ]
        for name in ("home", "tmp"):
            (self.folder / name).mkdir(parents=True)
        made = run_quietly(f"ip netns add {space}")
        try:
            if made and all(map(run_quietly, up)):
                self.gateway = f"{network}.1"
                named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
                self.prefix = ["ip", "netns", "exec", space, *named]
            yield self
        finally:
            if made:
                run_quietly(f"ip netns delete {space}")  # and its end of the wire

    def start(self, url: str, *words: str) -> "subprocess.Popen[str]":
        home: dict[str, str] = {name: str(self.folder / "home") for name in ("HOME", "SQLRAG_HOME")}
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.folder / "tmp"),
            "DATABASE_URL": url.replace("GATEWAY", self.gateway),
            "SQLRAG_EMBEDDING_MODEL": str(FAST["embedding_model"]),
            **home,
        }
        return subprocess.Popen(
            [*self.prefix, *SQLRAG, *words],
            env=environment,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run_quietly(command: str) -> bool:
    try:
        return subprocess.run(command.split(), capture_output=True, timeout=20).returncode == 0
    except OSError:
        return False


def test_what_one_machine_asks_for_another_does_and_both_hear_of_it(
    url: str, tmp_path: Path
) -> None:
    parts = urlsplit(url)
    if "host" not in parse_qs(parts.query):
        pytest.skip("the server is not one of a socket")
    proxy = TcpProxy(Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432", tmp_path)
    proxy.come_up()
    there = f"postgresql://postgres@GATEWAY:{proxy.port}{parts.path}"
    with (
        Machine("asking", 1, tmp_path / "asking").running() as asking,
        Machine("doing", 2, tmp_path / "doing").running() as doing,
    ):
        worker = doing.start(there, "worker")
        try:
            for number in range(3):
                note = asking.folder / "notes" / f"{number}.txt"
                note.parent.mkdir(exist_ok=True)
                note.write_text(f"The lamp of lighthouse {number} was lit in {1870 + number}.")
            track = end(asking.start(there, "ingest", "notes", "--background", "--no-wait")).split()
            waiting = [one.start(there, "jobs", "wait", track[-1]) for one in (asking, doing)]
            for told in map(end, waiting):
                assert told.count("done") == 3, told
            shown = end(asking.start(there, "jobs", "show", "1"))
            if doing.prefix:
                assert "doing" in shown, shown
        finally:
            worker.terminate()
            worker.communicate(timeout=60)
            proxy.go_down()
    assert not (doing.folder / "notes").exists()


def end(process: "subprocess.Popen[str]") -> str:
    told, _ = process.communicate(timeout=90)
    assert process.returncode == 0, told
    return told
