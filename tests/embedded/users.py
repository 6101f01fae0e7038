"""Processes that use an embedded server, as whatever user of the machine."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sqlrag
from sqlrag.database.embedded import psql_command

NOBODY = 65534
ODD = "a b'c\"d$(e);f%20g?h#i&j=k,l\\m 渋谷 ä"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be other users")
PATIENCE = 120.0  # seconds, on a machine that is busy with other tests
_USE = """
import sys
from pathlib import Path
from sqlrag.database.embedded import start_postgres
from sqlrag.domain.errors import DatabaseError
try:
    print(start_postgres(Path(sys.argv[1])), flush=True)
except DatabaseError as error:
    sys.exit(f"error: {error}")
exec(sys.stdin.read())
"""


class User:
    """A process that starts or joins the server of a home, and leaves when it is told to."""

    def __init__(self, home: Path, *, uid: int | None = None, **environment: str) -> None:
        self.home = home
        source = str(Path(sqlrag.__file__).parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _USE, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": source, **environment},
            text=True,
            cwd="/",
            **identity(uid),
        )

    def join(self) -> str:
        """The URL."""
        assert self.process.stdout
        url = self.process.stdout.readline().strip()
        assert url, self.refusal()
        return url

    def refusal(self) -> str:
        error = self.process.communicate(timeout=PATIENCE)[1].strip()
        assert error.startswith("error: "), error
        return error.removeprefix("error: ")

    def leave(self, last_words: str = "") -> str:
        """Run some more Python to the end; returns what it printed."""
        out, error = self.process.communicate(last_words, timeout=PATIENCE)
        assert (self.process.returncode, error) == (0, "")
        return out

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def identity(uid: int | None) -> dict[str, Any]:
    return {} if uid is None else {"user": uid, "group": uid, "extra_groups": ()}


def open_to_all(folder: Path) -> Path:
    for one in (folder, *folder.parents):
        one.chmod(one.stat().st_mode | 0o055)
    return folder


def query(url: str, statement: str = "SELECT 1", uid: int | None = None) -> str:
    command, _ = psql_command(url, ["-X", "-At", "-c", statement])
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **identity(uid))
    return done.stdout.strip() or done.stderr.strip()


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count_starts(home: Path) -> int:
    return (home / "postgres.log").read_text().count("starting PostgreSQL")
