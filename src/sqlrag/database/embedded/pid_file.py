"""What postmaster.pid tells of the server of a data folder: it may be another's, or long dead."""

import socket
from pathlib import Path


def answering(data: Path) -> int | None:
    """The process number of its postmaster, if that listens where the file says."""
    lines = _read(data)
    if len(lines) < 5 or not lines[4]:
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(f"{lines[4]}/.s.PGSQL.{lines[3]}")
        except OSError:
            return None
    return int(lines[0])


def is_ready(data: Path, pid: int) -> bool:
    """Whether it is of this process, and admits connections."""
    lines = _read(data)
    return lines[:1] == [str(pid)] and lines[-1] == "ready"


def _read(data: Path) -> list[str]:
    """Process, data folder, start, port, folder of the socket, host, memory, state."""
    try:
        text = (data / "postmaster.pid").read_text(errors="replace")
    except FileNotFoundError:
        return []
    return [line.strip() for line in text.splitlines()]
