"""The keeper of an embedded server: runs while anybody is connected to its socket, no longer."""

import contextlib
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path

from sqlrag.database.embedded.cluster import Cluster
from sqlrag.database.embedded.place import Place
from sqlrag.domain.errors import DatabaseError

READY = b"ready\n"
_PAUSE = 1.0  # seconds from one start of a server that fails or dies to the next


class Keeper:
    """A user is a connection, which hears READY or a sentence, and leaves by hanging up.

    Who leaves last is hung up on when the server has stopped.
    """

    def __init__(self, listener: socket.socket, cluster: Cluster) -> None:
        self._listener = listener
        self._cluster = cluster
        self._users: list[socket.socket] = []
        self._unanswered: list[socket.socket] = []
        self._began = 0.0
        # A signal that a child has ended shall end the waiting.
        self._child_ends, signalled = socket.socketpair()
        signalled.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(signalled.detach(), warn_on_full_buffer=False)

    def keep(self) -> None:
        """Returns when the last user has left."""
        self._await_events()
        while self._users or self._goes_on():
            if not self._cluster.is_running:
                self._start()
            leaving = self._await_events() if self._users else []
            if not self._users:
                self._cluster.stop()
                self._began = 0.0
            for user in leaving:
                user.close()

    def _start(self) -> None:
        time.sleep(max(0.0, self._began + _PAUSE - time.monotonic()))
        self._began = time.monotonic()
        try:
            self._cluster.start()
        except DatabaseError as error:
            for user in self._unanswered:
                self._users.remove(user)
                _tell(user, f"{error}\n".encode())
                user.close()
        else:
            for user in self._unanswered:
                _tell(user, READY)
        self._unanswered = []

    def _await_events(self) -> list[socket.socket]:
        """Wait for something to happen; returns who left."""
        patience = _PAUSE if self._users and not self._cluster.is_running else None
        awaited = [self._listener, self._child_ends, *self._users]
        ready = select.select(awaited, [], [], patience)[0]
        leaving = [user for user in self._users if user in ready]
        self._users = [user for user in self._users if user not in leaving]
        if self._child_ends in ready:
            self._child_ends.recv(100)
        if self._cluster.has_died:
            self._cluster.bury()
        if self._listener in ready:
            self._admit()
        return leaving

    def _admit(self) -> None:
        user = self._listener.accept()[0]
        self._users.append(user)
        if not self._cluster.is_running:
            self._unanswered.append(user)
        elif self._cluster.is_in_place():
            _tell(user, READY)
        else:
            self._cluster.stop()
            self._unanswered.append(user)

    def _goes_on(self) -> bool:
        """Whether somebody has come meanwhile; otherwise nobody can any more."""
        place = self._cluster.place
        with place.locked():
            if select.select([self._listener], [], [], 0)[0]:
                self._admit()
                return True
            self._listener.close()
            place.keeper.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # a killed server has left something in it
                place.sockets.rmdir()
        return False


def _tell(user: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):  # already gone
        user.sendall(answer)


def main() -> None:
    """Arguments: home, programs, user and group of the server, descriptor of the listener."""
    home, programs, *numbers = sys.argv[1:]
    uid, gid, listener = map(int, numbers)
    if os.fork():
        os._exit(0)  # so that whoever started it has no child to wait for
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # it ends with its users; children do end by them
    place = Place(Path(home), Path(programs), uid, gid)
    Keeper(socket.socket(fileno=listener), Cluster(place)).keep()


if __name__ == "__main__":
    main()
