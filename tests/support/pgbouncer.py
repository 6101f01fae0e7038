"""A PgBouncer in transaction mode before a server, of the program that Debian packages."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

# As it comes, but for where it listens and whom it lets in.
CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}{password}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextlib.contextmanager
def pgbouncer(server_url: str, pool_size: int = 4) -> Iterator[str]:
    """Its URL, which takes any database of the server as its path."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("no pgbouncer here: apt-get install pgbouncer")
    parts = urlsplit(server_url)
    given = {
        "host": parts.hostname or parse_qs(parts.query)["host"][0],
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": f" password={unquote(parts.password)}" if parts.password else "",
        "pool_size": pool_size,
    }
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # short, as names of sockets have to be
        folder = Path(name)
        (folder / "ini").write_text(CONFIGURATION.format(folder=folder, **given))
        command = [program, "-q", str(folder / "ini")]
        if os.getuid() == 0:  # it does not run as root; root's embedded server runs as this user
            shutil.chown(folder, "sqlrag")
            command[1:1] = ["-u", "sqlrag"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            try:
                for _ in range(100):
                    if (folder / ".s.PGSQL.6432").exists():
                        break
                    assert run.poll() is None, (folder / "log").read_text()
                    time.sleep(0.05)
                yield f"postgresql://anybody@/postgres?host={folder}&port=6432"
            finally:
                run.terminate()
