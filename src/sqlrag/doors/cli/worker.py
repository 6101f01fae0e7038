"""Workers, of a terminal of their own or of a server."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

from sqlrag.doors.cli.group import Settings, command, fail, open_rag
from sqlrag.doors.cli.output import err

_TIED = "SQLRAG_WORKER_OF_SERVER"
_PAUSES = (1, 2, 5, 15, 30)  # seconds before a worker that ended by itself is started again


@command(in_json=False, in_workspace=False)
@click.option("--concurrency", type=click.IntRange(1), help="Jobs at once; 4 otherwise.")
@click.option("--kind", "kinds", multiple=True, help="Only jobs of this kind; repeatable.")
@click.option("--max-jobs", type=click.IntRange(1), help="Take so many, then begin anew.")
@click.option("--max-memory", type=click.IntRange(64), metavar="MIB", help="With more, begin anew.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Of its own, for Prometheus.")
async def worker(
    settings: Settings, kinds: tuple[str, ...], metrics_port: int | None, **given: Any
) -> int:
    """Do jobs in the background, for all workspaces.

    Any number of workers may run, on any number of hosts. Ctrl-C or SIGTERM lets them finish what
    they have in work, or give it back. To begin anew is a new process with the same pid.
    """
    from sqlrag.app import prepare_database
    from sqlrag.domain.errors import BadInput
    from sqlrag.jobs.tasks import TASKS
    from sqlrag.jobs.worker import Worker
    from sqlrag.logs import configure_logs

    configure_logs(settings.log_format, settings.log_level)
    if unknown := set(kinds) - TASKS.keys():
        raise BadInput(f"There are no jobs of kind {unknown.pop()}; use {', '.join(TASKS)}.")
    memory = given["max_memory"]
    changes = {
        "worker_concurrency": given["concurrency"],
        "worker_max_jobs": given["max_jobs"],
        "worker_max_memory_bytes": memory and memory * 2**20,
    }
    settings = settings.model_copy(
        update={name: value for name, value in changes.items() if value is not None}
    )
    url, stop = await prepare_database(settings), asyncio.Event()
    if metrics_port:
        _serve_metrics(metrics_port)
    async with open_rag(settings, say_models=_TIED not in os.environ) as rag:
        _stop_by_signals(stop)
        found = Worker(rag, url, settings.worker, kinds)
        err().print(f"Working: {settings.worker_concurrency} jobs at once.", style="dim")
        is_spent = await found.run(stop)
    if is_spent:
        os.execv(sys.executable, [sys.executable, "-m", "sqlrag", *sys.argv[1:]])  # noqa: S606
    return 0


def _serve_metrics(port: int) -> None:
    from prometheus_client import start_http_server

    from sqlrag.telemetry import COUNTED

    try:
        start_http_server(port, registry=COUNTED)
    except OSError as error:
        fail(f"cannot listen on port {port} ({error.strerror or error}); choose another.")


def _stop_by_signals(stop: asyncio.Event) -> None:
    """And, where a server has started it, by the end of that server."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        with suppress(NotImplementedError):  # on Windows
            loop.add_signal_handler(getattr(signal, name), stop.set)
    if _TIED in os.environ:
        server = os.getppid()

        def wait_for_end() -> None:
            # It closes our standard input, or is gone: killed, its children hold the other end.
            while os.getppid() == server and not select.select([0], [], [], 1.0)[0]:
                pass
            with suppress(RuntimeError):  # ended already
                loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=wait_for_end, daemon=True).start()


@contextmanager
def worker_beside(wanted: bool) -> Iterator[None]:
    """A worker as a process of its own, kept running until the end, killed or not, of this one."""
    if not wanted:
        yield
        return
    ended = threading.Event()
    # Before the server forks: a child that inherits the pipe by which a Popen hears that its own
    # child has begun would leave it waiting.
    first = _start_worker()
    keeping = threading.Thread(target=_keep_worker, args=(first, ended), daemon=True)
    keeping.start()
    try:
        yield
    finally:
        ended.set()
        keeping.join()


def _start_worker() -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "sqlrag", "worker"]
    return subprocess.Popen(  # noqa: S603
        words, stdin=subprocess.PIPE, env={**os.environ, _TIED: "1"}, start_new_session=True
    )


def _keep_worker(child: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    starts = 0
    while True:
        while child.poll() is None and not ended.wait(0.2):
            pass
        assert child.stdin
        child.stdin.close()
        if ended.is_set():
            child.wait()
            return
        ended.wait(_PAUSES[min(starts, len(_PAUSES) - 1)])
        child = _start_worker()
        starts += 1
