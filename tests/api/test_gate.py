"""Who may come in: no page of another site, under no foreign name, and not too many at once."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.doors.http import bodies
from sqlrag.doors.http.application import create_app
from sqlrag.doors.http.parameters import read_parameters
from sqlrag.settings import ServerSettings
from tests.api.serving import serve
from tests.api.test_bad_input import problem

ENTITY = b'{"name": "Evil"}'
JSON = {"content-type": "application/json"}
FORM = {"files": ("a.txt", b"Poisoned.")}
HEADERS = {
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "content-security-policy",
}
MOST, MOST_OF_ONE = 6, 4
MANY = 2_000


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", ["graph/entities", "query", "graph/custom"])
def test_json_has_to_say_that_it_is_json(client, path, media_type):
    headers = {"content-type": media_type}
    answer = client.post(f"/v1/{path}", content=ENTITY, headers=headers)
    assert "application/json" in problem(answer, 415)["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_no_page_of_another_site_reads_or_writes(client, headers):
    assert problem(client.post("/v1/documents", files=FORM, headers=headers), 403)
    answer = client.post("/v1/graph/entities", content=ENTITY, headers=JSON | headers)
    assert "SQLRAG_ALLOWED_HOSTS" in problem(answer, 403)["detail"]
    assert problem(client.get("/v1/workspaces", headers=headers), 403)
    assert client.get("/v1/documents").json()["items"] == []


def test_our_own_pages_may(client, server):
    headers = {"origin": server, "sec-fetch-site": "same-origin"}
    assert client.post("/v1/documents", files=FORM, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8000", 403),
        ("[", 403),
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("192.168.1.7:8000", 200),
        ("[::1]:8000", 200),
        ("rag.example.org", 200),
    ],
)
def test_the_server_answers_to_its_names_and_to_addresses(client, host, status):
    answer = client.get("/v1/workspaces", headers={"host": host})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("path", ["/v1/workspaces", "/v1/nothing", "/health/live", "/docs"])
def test_every_answer_tells_browsers_what_not_to_do(client, path):
    assert set(client.get(path).headers) >= HEADERS


@pytest.fixture(scope="module")
def small(api_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`sqlrag serve`, which takes few requests at once."""
    settings = {
        "DATABASE_URL": api_url,
        "SQLRAG_MODELS": "offline",
        "SQLRAG_MAX_REQUESTS": str(MOST),
        "SQLRAG_MAX_CLIENT_REQUESTS": str(MOST_OF_ONE),
    }
    with serve("sqlrag", tmp_path_factory.mktemp("small"), **settings) as url:
        yield url


def connect(url: str, sent: bytes) -> socket.socket:
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=15)
    connection.sendall(sent)
    return connection


def begin(url: str, path: str = "/v1/query", length: int = 99) -> socket.socket:
    """A request whose body does not end."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n"
    return connect(url, f"{head}content-length: {length}\r\n\r\n{{".encode())


def get_until(url: str, status: int) -> httpx.Response:
    deadline = time.monotonic() + 20
    while (answer := httpx.get(url)).status_code != status:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


def test_more_than_is_served_is_told_to_come_again(small):
    slow = [begin(small) for _ in range(MOST_OF_ONE)]
    while (answer := httpx.get(f"{small}/v1/workspaces")).status_code == 200:
        slow.append(begin(small))  # instead of one that came behind who was answered just now
    assert "try again" in problem(answer, 503)["detail"]
    assert answer.headers["retry-after"] == "1"
    assert httpx.get(f"{small}/health/live").status_code == 200
    for one in slow:
        one.close()
    get_until(f"{small}/v1/workspaces", 200)


SLOW = {
    "idle": b"",
    "half headers": b"GET / HTTP/1.1\r\nHo",
    "half bodies": b"POST /v1/query HTTP/1.1\r\nHost: localhost\r\n"
    b"content-type: application/json\r\ncontent-length: 99\r\n\r\n{",
    "kept alive": b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("kind", SLOW)
def test_health_answers_whatever_is_left_open(small, kind):
    opened: list[socket.socket] = []

    def open_some() -> None:
        opened.extend(connect(small, SLOW[kind]) for _ in range(MANY // 8))

    threads = [threading.Thread(target=open_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == MANY
    took = []
    for _ in range(5):
        begun = time.monotonic()
        assert httpx.get(f"{small}/health/live", timeout=10).status_code == 200
        took.append(time.monotonic() - begun)
    for one in opened:
        one.close()
    assert sorted(took)[2] < 1, took


def test_a_connection_that_says_nothing_is_closed(small):
    begun = time.monotonic()
    with connect(small, SLOW["idle"]) as connection:
        connection.settimeout(20)
        assert connection.recv(1) == b""
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    "sent",
    [
        b"content-length: 99\r\n\r\n{",
        b"transfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n",
        b"transfer-encoding: chunked\r\n\r\n5\r\n{",
    ],
)
def test_a_body_that_breaks_off_is_no_fault_of_the_server(small, sent):
    head = b"POST /v1/query HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n"
    with connect(small, head + sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        answer = connection.recv(1000)
    assert not answer or answer.startswith(b"HTTP/1.1 400 "), answer


async def test_a_body_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    pieces = [{"type": "http.request", "body": b"x" * 200, "more_body": True}]

    async def receive() -> Any:
        return pieces.pop() if pieces else await asyncio.sleep(60)

    scope: Any = {"headers": []}
    read: Any = bodies.bound_body(scope, receive, (1000, 1000))
    assert len((await read())["body"]) == 200
    begun = time.monotonic()
    with pytest.raises(bodies.TooSlow, match="200 bytes"):
        await read()
    assert 0.3 < time.monotonic() - begun < 5


def test_the_log_holds_no_traceback_of_them(small, tmp_path_factory: pytest.TempPathFactory):
    begin(small).close()
    time.sleep(0.3)
    for log in Path(tmp_path_factory.getbasetemp()).rglob("sqlrag-*.log"):
        assert "Traceback" not in log.read_text()


async def test_a_client_that_stops_reading_gives_its_place_and_connection_back(
    rag: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "READING", 0.3)
    await rag.insert_custom_kg(
        {
            "chunks": [{"content": "A text.", "source_id": "a"}],
            "entities": [{"entity_name": f"Name {n}", "source_id": "a"} for n in range(900)],
        }
    )

    @asynccontextmanager
    async def open_rag() -> AsyncIterator[Rag]:
        yield rag

    few = ServerSettings(max_requests=1)
    app = create_app(open_rag, "default", 2**20, few)
    app.state.rag, app.state.parameters = rag, read_parameters(app)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"} if not sent else await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": "/v1/graph/export",
        "raw_path": b"",
        "query_string": b"format=jsonl",
        "headers": [],
        "root_path": "",
        "scheme": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "client": ("127.0.0.1", 5),
        "server": None,
    }
    with pytest.raises(Exception, match="response started"):
        await asyncio.wait_for(app(scope, receive, send), 10)
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    transport = httpx.ASGITransport(cast(Any, app))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/v1/workspaces")).status_code == 200
    idle = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"
    idle += " AND datname = current_database()"
    async with rag.storage.database.connection() as connection:
        assert await connection.fetchval(idle) == 0


async def test_a_large_answer_goes_out_in_slices() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    whole = bytes(range(256)) * 1000
    bounded: Any = bodies.bound_answer(send)
    await bounded({"type": "http.response.body", "body": whole, "more_body": False})
    assert b"".join(one["body"] for one in sent) == whole
    assert [one["more_body"] for one in sent] == [True] * (len(sent) - 1) + [False]
    assert len(sent) == 4
