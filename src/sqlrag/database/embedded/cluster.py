"""The data folder of an embedded server, and the server on it."""

import contextlib
import ctypes
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sqlrag.database.embedded import CREATE_DATABASE, pid_file
from sqlrag.database.embedded.passing import open_way
from sqlrag.database.embedded.place import Place
from sqlrag.domain.errors import DatabaseError

_INITDB = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    *(["--sync-method=syncfs"] if sys.platform == "linux" else []),
)
_PORT = 5432  # of the name of the socket; there is no other listener
_PATIENCE = 60.0  # seconds for the processes of a server that is gone to end
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class Cluster:
    """A server that runs between `start` and `stop`, on its place.

    A lock and a pipe are inherited by every process of the server: the one is free, and the other
    at its end, when all of them are gone.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._server: subprocess.Popen[Any] | None = None
        self._end = -1

    @property
    def is_running(self) -> bool:
        """Whether it was started, and has not died and been buried."""
        return self._server is not None

    @property
    def has_died(self) -> bool:
        return self._server is not None and self._server.poll() is not None

    def start(self) -> None:
        """Up to the first answered query; raises DatabaseError."""
        try:
            self._begin()
            psql = ("psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", self.place.url("postgres"))
            self.run(*psql, input=CREATE_DATABASE, timeout=_PATIENCE)
        except (OSError, ValueError, DatabaseError, subprocess.SubprocessError) as error:
            self.stop()
            if isinstance(error, DatabaseError):
                raise
            told = getattr(error, "stderr", "") or getattr(error, "stdout", "") or str(error)
            reason = " ".join(told.strip().splitlines()[-2:])
            raise self.refusal(reason) from error

    def stop(self) -> None:
        """By a fast shutdown; returns when no process of the server is left."""
        if not self._server:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._server.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(_PATIENCE)
                break
        self.bury()

    def bury(self) -> None:
        """Wait for the last process of a server that ends or has died."""
        assert self._server
        self._server.wait()
        if not select.select([self._end], [], [], 1)[0]:
            self._end_strays()
        os.read(self._end, 1)
        os.close(self._end)
        self._server = None

    def is_in_place(self) -> bool:
        """Not where the home was deleted under a running server, which goes on for a minute."""
        return (self.place.data / "postmaster.pid").exists()

    def _end_strays(self) -> None:
        """Backends that are too busy to see that their postmaster is dead; Linux tells which."""
        for program in Path("/proc").glob("[0-9]*/exe"):
            with contextlib.suppress(OSError):
                at = program.with_name("cwd").samefile(self.place.data)
                if at and program.samefile(self.place.programs / "postgres"):
                    os.kill(int(program.parent.name), signal.SIGQUIT)

    def run(self, program: str, *arguments: str | Path, **more: Any) -> str:
        """Run a program, of the wheel or by its path, as the user of the server."""
        command = [str(self.place.programs / program), *map(str, arguments)]
        given = {"input": "", "cwd": self.place.sockets, **self.as_owner(), **more}
        done = subprocess.run(command, check=True, capture_output=True, text=True, **given)  # noqa: S603
        return str(done.stdout)

    def open_way(self, path: Path) -> None:
        if os.geteuid() == 0:
            open_way(path, self.place.uid)

    def as_owner(self) -> dict[str, Any]:
        """How a child is made: nothing of our environment, and not as root."""
        names = ("TZ", "LD_LIBRARY_PATH")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        clean: dict[str, Any] = {"env": {"PATH": os.defpath, "LC_ALL": "C", **kept}}
        if os.geteuid() == 0:
            clean |= {"user": self.place.uid, "group": self.place.gid, "extra_groups": ()}
        return clean

    def refusal(self, reason: str) -> DatabaseError:
        return DatabaseError(
            f"The embedded Postgres of {self.place.data} does not start ({reason}); "
            f"see {self.place.log}, or set DATABASE_URL to a server of your own."
        )

    def _begin(self) -> None:
        place = self.place
        self.open_way(place.data)
        self.open_way(place.programs / "postgres")
        lock = self._take_lock()
        try:
            if not (place.data / "PG_VERSION").exists():
                self.initialize().rename(place.data)
            self._clear_remains()
            self._check_version()
            self._launch(lock)
        finally:
            os.close(lock)
        self._wait_until_ready()

    def initialize(self, *options: str) -> Path:
        """A new cluster in a folder of its own, so that a killed initdb leaves nothing behind."""
        folder = self.place.home / "postgres.new"
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        self.place.give(folder)
        self.run("initdb", *_INITDB, *options, "-D", folder)
        return folder

    def _check_version(self) -> None:
        ours = int(self.run("postgres", "--version").split()[-1].partition(".")[0])
        found = int((self.place.data / "PG_VERSION").read_text())
        if found > ours:
            raise self.refusal(f"it was written by PostgreSQL {found}, and this sqlrag has {ours}")
        if found < ours:
            from sqlrag.database.embedded.upgrade import carry_over

            carry_over(self, found, ours)

    def _take_lock(self) -> int:
        lock = self.place.open_file(self.place.home / "postgres.lock", os.O_RDWR)
        deadline = time.monotonic() + _PATIENCE / 3
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # The server of a keeper that was killed, where the kernel does not end it with him.
                if pid := pid_file.answering(self.place.data):
                    os.kill(pid, signal.SIGINT)
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise self.refusal("another container or session is at work on it") from None
                time.sleep(0.02)
            else:
                return lock

    def _clear_remains(self) -> None:
        """What a dead server has left: its process number may be another program's by now.

        With the lock taken, no server of ours is alive, so one that answers is somebody else's.
        """
        if pid := pid_file.answering(self.place.data):
            raise self.refusal(f"another server, process {pid}, is at work on it; end it first")
        socket_file = self.place.sockets / f".s.PGSQL.{_PORT}"
        lock_file = socket_file.with_name(socket_file.name + ".lock")
        for remains in (self.place.data / "postmaster.pid", socket_file, lock_file):
            remains.unlink(missing_ok=True)

    def _launch(self, lock: int) -> None:
        options = {
            "listen_addresses": "",
            "port": _PORT,
            "unix_socket_directories": self.place.sockets,
            "unix_socket_permissions": "0700",
        }
        settings = [word for pair in options.items() for word in ("-c", "{}={}".format(*pair))]
        postgres = [str(self.place.programs / "postgres"), "-D", str(self.place.data), *settings]
        log = self.place.open_file(self.place.log, os.O_WRONLY | os.O_APPEND)
        self._log_start = os.fstat(log).st_size
        self._end, alive = os.pipe()
        try:
            self._server = subprocess.Popen(  # noqa: S603
                postgres,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock, alive),
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
                **self.as_owner(),
            )
        finally:
            os.close(log)
            os.close(alive)

    def _wait_until_ready(self) -> None:
        assert self._server
        while self._server.poll() is None:
            if pid_file.is_ready(self.place.data, self._server.pid):
                return
            time.sleep(0.01)
        raise self.refusal(self._last_words())

    def _last_words(self) -> str:
        with self.place.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
        fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
        return (fatal or lines or ["it says nothing"])[-1]


_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """In the child: a keeper that is killed takes the server along, by a fast shutdown."""
    _libc.prctl(_SET_DEATH_SIGNAL, signal.SIGINT)
