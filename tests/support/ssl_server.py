"""A server that lets nobody in without TLS, of a Debian package: the wheels are built without."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class SslServer:
    """`url` has no parameters; `certificate` is that of localhost, signed by itself."""

    url: str
    certificate: Path


@contextlib.contextmanager
def ssl_server() -> Iterator[SslServer]:
    """Of whatever version is installed: too old for sqlrag, it still shows how one connects."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found or not shutil.which("openssl"):
        pytest.skip("no server with TLS here: apt-get install postgresql openssl")
    with tempfile.TemporaryDirectory(dir="/tmp") as name, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        folder, programs = Path(name), found[-1].parent
        root = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}

        def run(*command: str | Path) -> None:
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **root)  # type: ignore[call-overload]

        if root:
            shutil.chown(folder, **root)
        folder.chmod(0o755)
        run(programs / "initdb", "-D", folder / "data", "-U", "me", "-E", "UTF8", "--no-sync")
        names = "subjectAltName=DNS:localhost"
        key = ("-keyout", "data/server.key", "-out", "data/server.crt", "-subj", "/CN=localhost")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *key, "-addext", names)
        (folder / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        shutil.copy(folder / "data" / "server.crt", folder / "root.crt")
        (folder / "root.crt").chmod(0o644)
        options = f"-c ssl=on -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        run(programs / "pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start")
        try:
            yield SslServer(f"postgresql://me@localhost:{port}/postgres", folder / "root.crt")
        finally:
            run(programs / "pg_ctl", "-D", "data", "-m", "immediate", "stop")
