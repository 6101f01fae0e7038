"""Real servers on real sockets: granian and uvicorn, started by their commands."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

import sqlrag

APPLICATION = "sqlrag.doors.http:application"
COMMANDS = {
    "granian": ["granian", "--interface", "asgi", "--factory", "--no-access-log", APPLICATION],
    "uvicorn": ["uvicorn", "--factory", "--log-level", "warning", APPLICATION],
    "sqlrag": ["sqlrag", "serve", "--no-worker"],
    "sqlrag with a worker": ["sqlrag", "serve"],
}
_STARTS_WITHIN = 60.0  # seconds, on a machine that is busy with other tests


@contextlib.contextmanager
def serve(server: str, folder: Path, **settings: str) -> Iterator[str]:
    """Start a server with these environment variables; yields its URL when it is ready."""
    port = find_free_port()
    log = folder / f"{server}-{port}.log"
    command = [sys.executable, "-m", *COMMANDS[server]]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(sqlrag.__file__).parents[1]), **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, log)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def client_of(url: str, workspace: str, **more: Any) -> httpx.Client:
    """A client for which the short form of an address means a workspace."""

    def name(request: httpx.Request) -> None:
        path = request.url.raw_path.decode()
        if path.startswith("/v1/") and not path.startswith("/v1/workspaces"):
            long = f"/v1/workspaces/{quote(workspace, safe='')}/{path.removeprefix('/v1/')}"
            request.url = request.url.copy_with(raw_path=long.encode())

    return httpx.Client(base_url=url, timeout=30, event_hooks={"request": [name]}, **more)


def shorten(path: str) -> str:
    """An address of the description, in its short form where it has one."""
    apart = re.fullmatch("/v1/workspaces/{workspace}(/(?!extraction|retrieval|costs).*)", path)
    return re.sub("^/v1/(api/|mcp$|lightrag/)", r"/\1", f"/v1{apart[1]}") if apart else path


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"The server did not become ready:\n{log.read_text()[-3000:]}")


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure_memory(url: str) -> float:
    """MiB of the server there and of all processes that it started; shared pages count in part."""
    port = url.rpartition(":")[2].encode()
    found = [pid for pid in _processes() if b"--port\0" + port + b"\0" in _read(f"{pid}/cmdline")]
    for pid in found:
        found += [int(one) for one in _read(f"{pid}/task/{pid}/children").split()]
    sizes = [re.search(rb"Pss:\s+(\d+)", _read(f"{pid}/smaps_rollup")) for pid in set(found)]
    return sum(int(size[1]) for size in sizes if size) / 1024


def _processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _read(name: str) -> bytes:
    with contextlib.suppress(OSError):
        return Path("/proc", name).read_bytes()
    return b""
