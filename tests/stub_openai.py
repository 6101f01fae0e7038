"""A stub of an OpenAI-compatible server over real HTTP, with every way to fail.

As a context manager in tests, or by hand: `python -m tests.stub_openai --port 9100`.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from tests.dialects import DIALECTS, FLOATS_ONLY

Mode = Literal[
    "ok", "400", "401", "403", "404", "413", "429", "500", "503",
    "not_json", "wrong_shape", "wrong_count", "ragged", "nan", "zero",
    "no_base64", "floats_only", "no_format", "no_usage", "out_of_range", "twice",
    "hang", "drop", "empty", "endless", "error_event",
]  # fmt: skip
Messages = list[dict[str, Any]]
EMBEDDINGS, CHAT, RERANK = "/embeddings", "/chat/completions", "/rerank"
_STATUS_MESSAGES = {
    400: "This model's maximum context length is 8192 tokens",
    401: "Incorrect API key provided: {key}. You can find your key at the usual place.",
    403: "Project does not have access to the model",
    404: "The model `{model}` does not exist or you do not have access to it.",
    413: "Request entity too large",
    429: "Rate limit reached",
    500: "The server had an error",
    503: "Overloaded",
}


@dataclass(frozen=True)
class Request:
    """What was asked; `path` without what stands before it, header names in lower case, `at`
    monotonic."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float
    query: str = ""


@dataclass
class Behaviour:
    """How a path answers: `times` times (None: always), afterwards ok again.

    `retry_after` is sent with error statuses; `message` replaces the usual error message.
    """

    mode: Mode = "ok"
    times: int | None = None
    retry_after: str | None = None
    message: str | None = None


@dataclass
class _State:
    """Everything the handlers share; `changed` guards all of it."""

    dimensions: int
    latency: float
    reply: Callable[[Messages], str]
    longest: int | None = None
    finish: str = "stop"
    piece: int | None = None
    dialect: str | None = None
    thought: str = ""
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    active: dict[str, int] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)
    disconnects: int = 0
    released: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)


class StubOpenAI:
    """Serves on a free loopback port between `start` and `stop`.

    Vectors are hashed bags of words, so texts that share words are near; `dimensions` is what a
    request gets that asks for none. `reply` makes the chat answer from the messages.
    `latency` is in seconds, before each answer. `longest`, when set, refuses embedding inputs of
    more characters, as a model with a short context does.
    """

    def __init__(
        self,
        port: int = 0,
        dimensions: int = 64,
        latency: float = 0.0,
        reply: Callable[[Messages], str] | None = None,
        longest: int | None = None,
    ) -> None:
        self._state = _State(dimensions, latency, reply or default_reply, longest)
        handler = type("Handler", (_Handler,), {"state": self._state})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Releases what hangs and frees the port, so that later calls find the endpoint down."""
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def behave(
        self,
        path: str,
        mode: Mode,
        times: int | None = None,
        retry_after: str | None = None,
        message: str | None = None,
    ) -> None:
        """From now on, `path` (EMBEDDINGS, CHAT or RERANK) answers in this mode."""
        with self._state.changed:
            self._state.released = False
            self._state.behaviours[path] = Behaviour(mode, times, retry_after, message)

    def set(self, **values: Any) -> None:
        """Change dimensions, latency, reply or longest at run time; `finish` is why a reply ends,
        `piece` of how many characters a piece of a stream is, a word by default. `dialect` names
        one of tests/dialects.py, `thought` comes first, in a field of its own."""
        with self._state.changed:
            for name, value in values.items():
                setattr(self._state, name, value)

    def release(self) -> None:
        """Let go whatever hangs or is endless, now and until the next `behave`."""
        with self._state.changed:
            self._state.released = True
            self._state.changed.notify_all()

    def requests(self, path: str | None = None) -> list[Request]:
        with self._state.changed:
            return [one for one in self._state.requests if path in (None, one.path)]

    def peak(self, path: str) -> int:
        """The most requests that were in work at the same time."""
        with self._state.changed:
            return self._state.peak.get(path, 0)

    def wait_for_active(self, path: str, count: int, timeout: float = 10.0) -> bool:
        """Block until `count` requests are in work at once; False when that does not happen."""
        return self._wait(lambda: self._state.active.get(path, 0) >= count, timeout)

    def wait_for_disconnect(self, timeout: float = 10.0) -> bool:
        """Block until a client hung up on a stream; False when none does."""
        return self._wait(lambda: self._state.disconnects > 0, timeout)

    def _wait(self, predicate: Callable[[], bool], timeout: float) -> bool:
        with self._state.changed:
            return self._state.changed.wait_for(predicate, timeout)

    def vector(self, text: str, dimensions: int | None = None) -> list[float]:
        return make_vector(text, dimensions or self._state.dimensions)


def make_vector(text: str, dimensions: int) -> list[float]:
    """A hashed bag of words, of a length other than 1, so that clients have to normalise it."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [text]:
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        vector[number % dimensions] += 2.0 if number >> 63 else -2.0
    if not any(vector):
        vector[0] = 2.0
    return vector


def default_reply(messages: Messages) -> str:
    question = str(messages[-1].get("content", "")) if messages else ""
    return f"The stub answers: {question} [1]"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep for their next request."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: _State

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._send_json({"object": "list", "data": []})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        path, _, query = self.path.removeprefix("/v1").partition("?")
        path = next((one for one in (EMBEDDINGS, CHAT, RERANK) if path.endswith(one)), path)
        behaviour = self._enter(path, query, body)
        try:
            time.sleep(self.state.latency)
            if refusal := self._refuse(path, query, body):
                self._send_refusal(*refusal)
            else:
                self._answer(path, body, behaviour)
        except (BrokenPipeError, ConnectionResetError):
            with self.state.changed:
                self.state.disconnects += 1
            self.close_connection = True
        finally:
            with self.state.changed:
                self.state.active[path] -= 1
                self.state.changed.notify_all()

    def _refuse(self, path: str, query: str, body: dict[str, Any]) -> tuple[int, Any] | None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        dialect = DIALECTS.get(self.state.dialect or "")
        return dialect(path, query, headers, body) if dialect else None

    def _send_refusal(self, status: int, said: Any) -> None:
        if isinstance(said, str):
            self._send(status, said.encode(), "text/plain")
        else:
            self._send_json(said, status)

    def _enter(self, path: str, query: str, body: dict[str, Any]) -> Behaviour:
        state = self.state
        headers = {name.lower(): value for name, value in self.headers.items()}
        with state.changed:
            state.requests.append(Request(path, headers, body, time.monotonic(), query))
            state.active[path] = state.active.get(path, 0) + 1
            state.peak[path] = max(state.peak.get(path, 0), state.active[path])
            state.changed.notify_all()
            behaviour = state.behaviours.get(path, Behaviour())
            if behaviour.times is not None:
                if behaviour.times <= 0:
                    return Behaviour()
                behaviour.times -= 1
            return behaviour

    def _answer(self, path: str, body: dict[str, Any], behaviour: Behaviour) -> None:
        mode = behaviour.mode
        if mode.isdigit():
            self._send_error_status(int(mode), body, behaviour)
        elif mode == "not_json":
            self._send(200, b"<html>Bad gateway</html>", "text/html")
        elif mode == "wrong_shape":
            self._send_json({"result": "fine", "data": [[1, 2]], "choices": "none"})
        elif path == EMBEDDINGS:
            self._answer_embeddings(body, mode)
        elif path == CHAT:
            self._answer_chat(body, mode)
        elif path == RERANK:
            self._answer_rerank(body, mode)
        else:
            self._send_error_status(404, body, behaviour)

    def _send_error_status(self, status: int, body: dict[str, Any], behaviour: Behaviour) -> None:
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        message = behaviour.message or _STATUS_MESSAGES[status]
        message = message.replace("{key}", key).replace("{model}", str(body.get("model")))
        headers = {"Retry-After": behaviour.retry_after} if behaviour.retry_after else {}
        self._send_json({"error": {"message": message, "type": "stub"}}, status, headers)

    def _answer_embeddings(self, body: dict[str, Any], mode: Mode) -> None:
        asked = body["input"]
        texts = [asked] if isinstance(asked, str) else asked
        base64_wanted = body.get("encoding_format") == "base64"
        base64_wanted = base64_wanted and self.state.dialect not in FLOATS_ONLY
        if mode == "no_base64" and base64_wanted:
            return self._send_json({"error": {"message": "encoding_format must be float"}}, 400)
        longest = self.state.longest
        if longest is not None and any(len(text) > longest for text in texts):
            return self._send_json({"error": {"message": "input exceeds context length"}}, 400)
        if mode == "hang":
            self._hang()
        if mode == "drop":
            return self._drop()
        dimensions = body.get("dimensions") or self.state.dimensions
        vectors = [make_vector(text, dimensions) for text in texts]
        _spoil(vectors, mode)
        encode = _to_base64 if base64_wanted and mode != "floats_only" else list
        data = [
            {"object": "embedding", "index": index, "embedding": encode(vector)}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        reply = {"object": "list", "data": data, "model": body.get("model"), "usage": usage}
        return self._send_json(reply)

    def _answer_chat(self, body: dict[str, Any], mode: Mode) -> None:
        if mode == "hang":
            self._hang()
        if mode == "no_format" and "response_format" in body:
            return self._send_json({"error": {"message": "response_format is unknown"}}, 400)
        if mode == "no_usage" and "stream_options" in body:
            return self._send_json({"error": {"message": "unknown: stream_options"}}, 400)
        text = "" if mode == "empty" else self.state.reply(body["messages"])
        if body.get("stream"):
            return self._stream_chat(body, text, mode)
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": self.state.finish}
        reply = {**_chat_head(body, "chat.completion"), "choices": [choice]}
        return self._send_json({**reply, "usage": _count_usage(body["messages"], text)})

    def _stream_chat(self, body: dict[str, Any], text: str, mode: Mode) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        size = self.state.piece
        cut = rf"(?s).{{1,{size}}}" if size else r"\s*\S+\s*"
        pieces = iter(re.findall(cut, text)) if mode != "endless" else self._more()
        if self.state.thought:
            self._send_event(_chat_chunk(body, {"reasoning_content": self.state.thought}, None))
        for count, piece in enumerate(pieces, start=1):
            self._send_event(_chat_chunk(body, {"content": piece}, None))
            if mode == "drop" and count == 2:
                return self._drop()
            if mode == "error_event" and count == 2:
                return self._send_event({"error": {"message": "the model crashed"}}, last=True)
        self._send_event(_chat_chunk(body, {}, self.state.finish))
        if (body.get("stream_options") or {}).get("include_usage"):
            usage = _count_usage(body["messages"], text)
            self._send_event({**_chat_chunk(body, {}, None), "choices": [], "usage": usage})
        return self._send_event("[DONE]", last=True)

    def _answer_rerank(self, body: dict[str, Any], mode: Mode) -> None:
        """Relevance is the share of the query's words that a document has."""
        if mode == "hang":
            self._hang()
        if mode == "drop":
            return self._drop()
        wanted = set(re.findall(r"\w+", body["query"].lower()))
        scores = [
            len(wanted & set(re.findall(r"\w+", text.lower()))) / max(1, len(wanted))
            for text in body["documents"]
        ]
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
        results = [
            {"index": place, "relevance_score": scores[place]} for place in order[: body["top_n"]]
        ]
        if mode == "out_of_range":
            results[0]["index"] = len(scores)
        if mode == "twice":
            results.append(dict(results[0]))
        return self._send_json({"results": [] if mode == "empty" else results})

    def _more(self) -> Iterator[str]:
        """Words until released; a client that hangs up ends it through the broken pipe."""
        while not self.state.released:
            yield "word "
            time.sleep(0.005)

    def _hang(self) -> None:
        with self.state.changed:
            self.state.changed.wait_for(lambda: self.state.released)

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send_event(self, event: Any, last: bool = False) -> None:
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        line = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        if last:
            self.wfile.write(b"0\r\n\r\n")

    def _send_json(
        self, value: Any, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _send(
        self, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _spoil(vectors: list[list[float]], mode: Mode) -> None:
    if mode == "wrong_count":
        vectors.append(list(vectors[0]))
    elif mode == "ragged":
        vectors[-1] = vectors[-1][:-1]
    elif mode == "nan":
        vectors[-1][0] = float("nan")
    elif mode == "zero":
        vectors[-1][:] = [0.0] * len(vectors[-1])


def _to_base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _count_usage(messages: Messages, text: str) -> dict[str, int]:
    """Words for tokens."""
    read = sum(len(str(message.get("content")).split()) for message in messages)
    written = len(text.split())
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def _chat_head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-stub", "object": kind, "created": 0, "model": body.get("model")}


def _chat_chunk(body: dict[str, Any], delta: dict[str, str], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**_chat_head(body, "chat.completion.chunk"), "choices": [choice]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--dialect", choices=DIALECTS, help="a server to behave like")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    arguments = parser.parse_args()
    stub = StubOpenAI(arguments.port, arguments.dimensions, arguments.latency).start()
    stub.set(dialect=arguments.dialect)
    print(f"OPENAI_BASE_URL={stub.base_url}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        stub.stop()


if __name__ == "__main__":
    main()
