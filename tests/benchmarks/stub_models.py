"""Stub models over real HTTP for benchmarks, fast enough to be no part of what is measured.

Extraction replies with the record whose number stands in the passage; vectors are random but the
same for the same text. Run by `serve`, in a process of its own.
"""

import asyncio
import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import msgspec
import numpy as np

from tests.benchmarks.workload import make_record

DIMENSIONS = 384
LATENCY = float(os.environ.get("STUB_LATENCY", "0"))
_STARTS = 1 << 20
_NUMBER = re.compile(r"passage number (\d+)")
_NOTHING: dict[str, list[Any]] = {"entities": [], "relations": []}


def application() -> Any:
    return answer


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body, more = b"", scope["method"] == "POST"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if LATENCY and body:
        await asyncio.sleep(LATENCY)
    reply = make_reply(scope["path"], body) if body else b"{}"
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(reply))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": reply})


def make_reply(path: str, body: bytes) -> bytes:
    asked = msgspec.json.decode(body)
    if path.endswith("/embeddings"):
        return embed(asked)
    text = complete(asked["messages"])
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    }
    usage = {"prompt_tokens": 1500, "completion_tokens": 900, "total_tokens": 2400}
    return msgspec.json.encode(
        {"id": "x", "object": "chat.completion", "created": 0, "model": asked["model"],
         "choices": [choice], "usage": usage}
    )  # fmt: skip


def complete(messages: list[dict[str, str]]) -> str:
    """The record of the passage at first, nothing more when gleaning."""
    numbers = _NUMBER.findall(messages[1]["content"]) if len(messages) == 2 else []
    return json.dumps(make_record(int(numbers[0])) if numbers else _NOTHING)


def embed(asked: dict[str, Any]) -> bytes:
    texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    data = [
        {"object": "embedding", "index": place, "embedding": make_vector(text)}
        for place, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return msgspec.json.encode(
        {"object": "list", "data": data, "model": asked["model"], "usage": usage}
    )


def make_vector(text: str) -> str:
    start = zlib.crc32(text.encode()) % _STARTS
    return base64.b64encode(_noise()[start : start + DIMENSIONS].tobytes()).decode()


@cache
def _noise() -> np.ndarray:
    """Random numbers; a vector is a stretch of them, since drawing each anew would cost more than
    all else here."""
    generator = np.random.Generator(np.random.SFC64(0))
    return generator.standard_normal(_STARTS + DIMENSIONS, np.float32)


@contextmanager
def serve(latency: float = 0.0) -> Iterator[str]:
    """The base URL of a server that waits `latency` seconds before each answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--interface", "asgi", "--factory", "--port", str(port), "--no-ws"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "tests.benchmarks.stub_models:application"],
        env={**os.environ, "STUB_LATENCY": str(latency)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
