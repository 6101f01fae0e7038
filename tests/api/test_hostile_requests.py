"""Thousands of requests that nobody should send leave a server that answers and has not grown.

uv run pytest -m heavy tests/api/test_hostile_requests.py -s
"""

import contextlib
import os
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.conftest import MAX_FILE_BYTES, MAX_JSON_BYTES
from tests.api.hostile import Hostile, make_requests
from tests.api.serving import measure_memory, serve

IS_SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
WARM, COUNT = (320, 960) if IS_SHORT else (2_000, 10_000)
AT_ONCE = 8
LONGEST = 5.0  # seconds
GROWTH = 1.2
_STATUS = re.compile(rb"(?:\A|\n)HTTP/1\.[01] (\d{3})")


@pytest.fixture
def attacked(api_url: str, tmp_path: Path) -> Iterator[str]:
    settings = {
        "DATABASE_URL": api_url,
        "SQLRAG_MODELS": "offline",
        "SQLRAG_PARSE_WORKERS": "1",  # which is warm when it is measured
        "SQLRAG_MAX_FILE_BYTES": str(MAX_FILE_BYTES),
        "SQLRAG_MAX_JSON_BYTES": str(MAX_JSON_BYTES),
    }
    with serve("sqlrag", tmp_path, **settings) as url:
        yield url


def connect(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname, place.port), timeout=30)


def attack(url: str, hostile: Hostile) -> tuple[Hostile, list[int], float]:
    """The statuses that come back, none where the connection is closed, and the seconds of it."""
    answer, begun = b"", time.monotonic()
    # A server need not listen to the end.
    with contextlib.suppress(OSError), contextlib.closing(connect(url)) as connection:
        connection.sendall(hostile.sent)
        if hostile.ends:
            connection.shutdown(socket.SHUT_WR)
        if hostile.stays:
            while piece := connection.recv(2**16):
                answer += piece
    statuses = [int(status) for status in _STATUS.findall(answer)]
    return hostile, statuses, time.monotonic() - begun


def attack_with(url: str, seed: int, count: int) -> list[tuple[Hostile, list[int], float]]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        requests = make_requests(seed, count, MAX_JSON_BYTES)
        return list(threads.map(partial(attack, url), requests))


def use_once(url: str) -> None:
    """What is loaded when it is first needed would be taken for growth: the encoder, and the
    library of MCP."""
    with httpx.Client(base_url=url, timeout=60) as client:
        text = {"text": "The lamp was lit on 3 May 1874.", "id": "lamp"}
        client.post("/v1/documents", json=text).raise_for_status()
        client.post("/v1/query", json={"question": "When was it lit?"}).raise_for_status()
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        client.post("/mcp", json=message).raise_for_status()


@pytest.mark.heavy
def test_hostile_requests_do_no_harm(attacked: str) -> None:
    use_once(attacked)
    attack_with(attacked, 0, WARM)
    before = measure_memory(attacked)
    outcomes = attack_with(attacked, 1, COUNT)
    after = measure_memory(attacked)
    slowest = max(seconds for _, _, seconds in outcomes)
    statuses = Counter(status for _, some, _ in outcomes for status in some)
    print(f"\n{COUNT:,} requests, {slowest:.2f} s the longest; {before:.0f} to {after:.0f} MiB")
    print(dict(sorted(statuses.items())))
    broken = [
        (one.kind, some, one.sent[:600]) for one, some, _ in outcomes if max(some, default=0) > 499
    ]
    assert not broken, broken[:5]
    slow = [
        (one.kind, seconds, one.sent[:300]) for one, _, seconds in outcomes if seconds > LONGEST
    ]
    assert IS_SHORT or not slow, slow[:5]
    assert after < GROWTH * before
    assert len(statuses) > 8
    for path in ("/health/ready", "/v1/workspaces"):
        assert httpx.get(attacked + path).status_code == 200
    assert httpx.post(f"{attacked}/v1/query", json={"question": "What is there?"}).is_success
