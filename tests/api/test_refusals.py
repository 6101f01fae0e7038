"""A refusal reaches who is refused: while he is still sending, and with the id of the request."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.conftest import MAX_FILE_BYTES, MAX_JSON_BYTES
from tests.api.serving import serve

PIECE = 2**16
TOO_MUCH = 5 * 2**20  # beyond any limit of these servers
FORM = "multipart/form-data; boundary=x"


@pytest.fixture(scope="module", params=["granian", "uvicorn"])
def any_server(
    request: Any, api_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    settings = {
        "DATABASE_URL": api_url,
        "SQLRAG_MAX_FILE_BYTES": str(MAX_FILE_BYTES),
        "SQLRAG_MAX_JSON_BYTES": str(MAX_JSON_BYTES),
        "SQLRAG_MODELS": "offline",
    }
    with serve(request.param, tmp_path_factory.mktemp(request.param), **settings) as url:
        yield url


def send_all(url: str, path: str, length: int, chunked: bool, **headers: str) -> Any:
    """All of the body first and then the answer, as simple clients do."""
    place = urlsplit(url)
    asked = {"host": place.netloc, "content-type": "application/json", **headers}
    asked |= {"transfer-encoding": "chunked"} if chunked else {"content-length": str(length)}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in asked.items())
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
        for at in range(0, length, PIECE):
            piece = b"[" * min(PIECE, length - at)
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        connection.sendall(b"0\r\n\r\n" if chunked else b"")
        response = HTTPResponse(connection)
        response.begin()
        return response, json.loads(response.read())


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("media_type", ["application/json", FORM])
def test_who_sends_too_much_is_told_so(any_server: str, media_type: str, chunked: bool) -> None:
    given = {"content_type": media_type}
    response, problem = send_all(any_server, "/v1/documents", TOO_MUCH, chunked, **given)
    assert (response.status, problem["type"]) == (413, "urn:sqlrag:error:document-too-large")
    assert response.headers["x-request-id"] == problem["request_id"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {"x_forwarded_for": "192.0.2.1"}),
        (403, {"origin": "https://evil.example"}),
        (415, {"content_type": "text/plain"}),
    ],
)
def test_who_is_refused_at_the_gate_hears_it_after_his_body(
    any_server: str, status: int, headers: dict[str, str]
) -> None:
    response, problem = send_all(any_server, "/v1/query", TOO_MUCH, False, **headers)
    assert (response.status, problem["status"]) == (status, status)
    assert response.headers["x-request-id"] == problem["request_id"]


def test_a_body_that_nobody_has_the_patience_for_is_refused_at_once(any_server: str) -> None:
    place = urlsplit(any_server)
    head = f"POST /v1/query HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(f"{head}content-length: {2**40}\r\n\r\n".encode())
        response = HTTPResponse(connection)
        response.begin()
        assert (response.status, response.headers["connection"]) == (413, "close")
        response.read()
        assert connection.recv(1) == b"", "the rest would be taken for the next request"


def test_who_asks_before_sending_sends_nothing(any_server: str) -> None:
    place = urlsplit(any_server)
    head = f"POST /v1/query HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(f"{head}expect: 100-continue\r\ncontent-length: 999999\r\n\r\n".encode())
        assert connection.recv(PIECE).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/documents", {"x-forwarded-for": "192.0.2.1"}, 401),
        ("/v1/documents", {"host": "evil.example"}, 403),
        ("/v1/nothing", {}, 404),
        ("/v1/documents?limit=x", {}, 400),
        ("/v1/documents", {}, 200),
    ],
)
def test_every_answer_has_the_id_of_its_request(
    any_server: str, path: str, headers: dict[str, str], status: int
) -> None:
    own = httpx.get(any_server + path, headers={**headers, "x-request-id": "mine-1"})
    assert (own.status_code, own.headers.get_list("x-request-id")) == (status, ["mine-1"])
    assert status == 200 or own.json()["request_id"] == "mine-1"
    made = httpx.get(any_server + path, headers=headers).headers["x-request-id"]
    assert len(made) == 32
