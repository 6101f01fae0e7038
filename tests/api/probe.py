"""Asks whether a server is alive, over and over, in a process of its own: `-m tests.api.probe URL`.

Until its standard input ends; then it prints how many seconds each answer took, as JSON.
"""

import json
import sys
import threading
import time

import httpx

_PAUSE = 0.05  # seconds


def probe(url: str, is_over: threading.Event) -> list[float]:
    took = []
    with httpx.Client(timeout=60) as client:
        while not is_over.is_set():
            begun = time.perf_counter()
            assert client.get(f"{url}/health/live").status_code == 200
            took.append(time.perf_counter() - begun)
            time.sleep(_PAUSE)
    return took


if __name__ == "__main__":
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    print(json.dumps(probe(sys.argv[1], ended)))
