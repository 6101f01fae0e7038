"""Being a user of an embedded server: a connection to its keeper, as long as the process lives."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlrag.database.embedded import DATABASE
from sqlrag.database.embedded.keeper import READY
from sqlrag.database.embedded.place import Place
from sqlrag.domain.errors import DatabaseError

_ATTEMPTS = 5
_PATIENCE = 90.0  # seconds for a server to stop before the process ends all the same


class Stay:
    """A connection, and a thread that makes another when the keeper is killed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._connection = _connect(place)
        self._is_leaving = False
        self._watcher = threading.Thread(target=self._watch, name="sqlrag-keeper", daemon=True)
        self._watcher.start()

    def leave(self) -> None:
        """Returns when the server has stopped, or at once when others use it."""
        self._is_leaving = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
        self._watcher.join(_PATIENCE)

    def begin_in_child(self) -> "Stay":
        """After a fork: one of the child's own, and the parent's let go without a word."""
        own = Stay(self.place)
        self._connection.close()
        return own

    def _watch(self) -> None:
        while not self._is_leaving:
            with contextlib.suppress(OSError):
                self._connection.recv(1)  # until the keeper hangs up
            if self._is_leaving:
                break
            self._connection.close()
            try:
                self._connection = _connect(self.place)
            except (OSError, DatabaseError):
                time.sleep(1)
        self._connection.close()


_stays: dict[Path, Stay] = {}
_one_at_a_time = threading.Lock()


def join(home: Path) -> str:
    """The URL of the database of a resolved home, whose server now runs; raises DatabaseError."""
    with _one_at_a_time:
        if home not in _stays:
            _stays[home] = Stay(Place.of(home))
        return _stays[home].place.url(DATABASE)


@atexit.register
def _leave_all() -> None:
    while _stays:
        _stays.popitem()[1].leave()


def _stay_in_child() -> None:
    """A forked child is a user of its own: it may outlive its parent."""
    global _one_at_a_time
    _one_at_a_time = threading.Lock()
    for home, stay in list(_stays.items()):
        with contextlib.suppress(OSError, DatabaseError):
            _stays[home] = stay.begin_in_child()


os.register_at_fork(after_in_child=_stay_in_child)


def _connect(place: Place) -> socket.socket:
    """To the keeper, which is started as needed; returns when its server is ready."""
    for _ in range(_ATTEMPTS):
        try:
            place.make_sockets_folder()  # before anything in it is trusted
            connection = _reach(place) or _start_keeper(place)
        except FileNotFoundError:  # the last keeper has just removed it
            continue
        if not connection:
            continue
        answer = _read_answer(connection)
        if answer == READY:
            return connection
        connection.close()
        if answer:
            raise DatabaseError(answer.decode().strip())
    raise DatabaseError(
        f"The keeper of the embedded Postgres of {place.home} ends at once; see {place.log}, "
        "or set DATABASE_URL to a server of your own."
    )


def _reach(place: Place) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(place.keeper))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except OSError:
        connection.close()
        raise
    return connection


def _read_answer(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answers:
        try:
            return answers.readline()
        except ConnectionError:
            return b""


def _start_keeper(place: Place) -> socket.socket | None:
    """One at a time: whoever waited for the lock finds the keeper of the one before him."""
    with place.locked() as is_there:
        if not is_there:
            return None
        if connection := _reach(place):
            return connection
        place.keeper.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place.keeper))
            place.give(place.keeper)
            listener.listen(socket.SOMAXCONN)
            _launch_keeper(place, listener)
            return _reach(place)


def _launch_keeper(place: Place, listener: socket.socket) -> None:
    log = place.open_file(place.log, os.O_WRONLY | os.O_APPEND)
    keeper = [sys.executable, "-P", "-m", "sqlrag.database.embedded.keeper"]
    arguments = [place.home, place.programs, place.uid, place.gid, listener.fileno()]
    try:
        subprocess.run(  # noqa: S603
            [*keeper, *map(str, arguments)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},  # where sqlrag is
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
        )
    except subprocess.CalledProcessError:
        pass  # what it wrote is in the log
    finally:
        os.close(log)
