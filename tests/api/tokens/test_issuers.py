"""How the keys of issuers are had: seldom, safely, and kept while their issuer is away."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from sqlrag.domain.errors import BadInput, IssuerAway
from sqlrag.doors.http.issuers import Issuer, check_url, download_keys
from sqlrag.doors.http.signatures import Key
from tests.api.serving import serve
from tests.api.tokens.conftest import CLAIMS, Signed, at
from tests.support.issuing import DISCOVERY, KEYS, Provider, make_certificate, make_signer


@pytest.fixture
def issuing() -> Iterator[Provider]:
    made = Provider({"old": make_signer(name="old"), "new": make_signer(name="new")})
    made.keys = made.keys[:1]
    with made.running():
        yield made


def names(keys: list[Key]) -> list[str | None]:
    return [one.name for one in keys]


async def test_keys_are_asked_for_once_by_all_who_come_first(issuing: Provider) -> None:
    issuer = Issuer(issuing.url, pause=30)
    found = await asyncio.gather(*(issuer.find_keys("old") for _ in range(50)))
    assert {*map(tuple, map(names, found))} == {("old",)}
    assert issuing.asked == {DISCOVERY: 1, KEYS: 1}


async def test_unknown_names_ask_once_in_a_while(issuing: Provider) -> None:
    issuer = Issuer(issuing.url, pause=30)
    await issuer.find_keys("old")
    for number in range(50):
        assert await issuer.find_keys(f"guessed {number}") == []
    assert issuing.asked[KEYS] == 1
    issuer._asked_at -= 30
    assert await issuer.find_keys("guessed") == []
    assert issuing.asked[KEYS] == 2


async def test_a_new_key_is_found_and_an_old_one_goes(issuing: Provider) -> None:
    issuer = Issuer(issuing.url, pause=0)
    assert names(await issuer.find_keys("old")) == ["old"]
    issuing.keys = [issuing.signers["new"].describe()]
    assert names(await issuer.find_keys("old")) == ["old"]
    assert names(await issuer.find_keys("new")) == ["new"]
    assert await issuer.find_keys("old") == []
    assert names(await issuer.find_keys(None)) == ["new"]


async def test_old_keys_are_renewed_beside_the_requests_that_use_them(issuing: Provider) -> None:
    issuer = Issuer(issuing.url, pause=0, fresh=0)
    await issuer.find_keys("old")
    issuing.keys, issuing.hangs = [issuing.signers["new"].describe()], threading.Event()
    assert names(await issuer.find_keys("old")) == ["old"], "without waiting"
    assert issuer._asking
    issuing.hangs.set()
    await issuer._asking
    assert await issuer.find_keys("old") == []


async def test_what_is_known_stays_known_while_the_issuer_is_away() -> None:
    issuing = Provider({"old": make_signer(name="old")})
    with issuing.running():
        issuer = Issuer(issuing.url, pause=0, fresh=0)
        await issuer.find_keys("old")
    for name, found in (("old", ["old"]), ("other", [])):
        assert names(await issuer.find_keys(name)) == found
    with issuing.running():
        issuing.keys = []
        assert names(await issuer.find_keys("old")) == ["old"]
        assert issuer._asking
        await issuer._asking
        assert names(await issuer.find_keys("old")) == ["old"], "a set without keys is none"


async def test_an_issuer_that_was_never_there_is_not_the_fault_of_who_asks() -> None:
    issuing = Provider({"old": make_signer(name="old")})
    with issuing.running():
        pass
    issuer = Issuer(issuing.url, pause=0)
    with pytest.raises(IssuerAway, match="has not told its keys"):
        await issuer.find_keys("old")
    with issuing.running():
        assert names(await issuer.find_keys("old")) == ["old"]


async def test_who_hangs_up_does_not_stop_the_look_that_others_wait_for(issuing: Provider) -> None:
    issuing.hangs = threading.Event()
    issuer = Issuer(issuing.url, pause=30)
    first, second = (asyncio.create_task(issuer.find_keys("old")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    issuing.hangs.set()
    assert names(await second) == ["old"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"issuer": "https://evil.example"}, 'it calls itself "https://evil.example"'),
        ({"issuer": None}, 'it calls itself "None"'),
        ({"jwks_uri": "http://keys.example.org/"}, "give an https URL"),
        ({"jwks_uri": "file:///etc/passwd"}, "no issuer"),
        ({"jwks_uri": None}, "no issuer"),
        ({"jwks_uri": "http://127.0.0.1:1/keys"}, "refused"),
    ],
)
def test_what_an_issuer_says_of_itself_is_not_believed_blindly(
    issuing: Provider, told: Any, why: str
) -> None:
    issuing.told = told
    with pytest.raises(IssuerAway, match=why):
        download_keys(issuing.url)


def answer_with(*pieces: bytes, status: int = 200, **headers: str) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in pieces:
                try:
                    self.wfile.write(piece)
                except OSError:
                    return

        def log_message(self, *args: Any) -> None:
            pass

    return HTTPServer(("127.0.0.1", 0), Handler)


@pytest.mark.parametrize(
    ("server", "why"),
    [
        (lambda: answer_with(b"[]"), "no object of JSON"),
        (lambda: answer_with(b"{"), "JSON|truncated"),
        (lambda: answer_with(b"[" * 100_000), "JSON|depth|recurs"),
        (lambda: answer_with(*[b" " * 65_536] * 40), "without end"),
        (lambda: answer_with(b"{}", status=500), "answers 500"),
        (lambda: answer_with(status=302, Location="https://evil.example/"), "answers 302"),
    ],
)
def test_what_is_no_answer_is_told(server: Any, why: str) -> None:
    answering = server()
    thread = threading.Thread(target=answering.serve_forever, args=(0.02,))
    thread.start()
    try:
        with pytest.raises(IssuerAway, match=why):
            download_keys(f"http://127.0.0.1:{answering.server_address[1]}")
    finally:
        answering.shutdown()
        answering.server_close()
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "https://idp.example.org/realms/a",
        "http://localhost:8080/",
        "http://127.0.0.1",
        "http://[::1]",
    ],
)
def test_where_keys_may_be_had(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://idp.example.org", "http://127.0.0.1.evil.example", "http://10.0.0.1"),
        *("file:///keys", "//idp.example.org", "idp.example.org", "https://", "https://[", ""),
        *("https://a:b@idp.example.org", "https://idp.example.org?a", "https://idp.example.org#a"),
    ],
)
def test_where_they_may_not(url: str) -> None:
    with pytest.raises(BadInput):
        check_url(url)


def test_a_running_server_follows_a_new_key_and_does_without_its_issuer(
    signed: Signed, tmp_path: Path, issuing: Provider
) -> None:
    settings = {**at(signed.database), **CLAIMS, "SQLRAG_OIDC_PAUSE": "0"}
    settings["SQLRAG_OIDC_ISSUER"] = issuing.url
    with serve("granian", tmp_path, **settings) as url:
        other = Signed(url, tmp_path / "log", issuing, "", "")

        def ask(signer: str) -> int:
            return other.ask(other.issue("readers", "acme", signer=signer)).status_code

        assert (ask("old"), ask("new")) == (200, 401)
        issuing.keys = [issuing.signers["new"].describe()]
        assert (ask("new"), ask("old")) == (200, 401)
        issuing.told = {"issuer": "https://evil.example"}
        issuing.keys = [make_signer(name="new").describe()]
        assert (ask("old"), ask("new")) == (401, 200)


def test_a_server_whose_issuer_hangs_serves_others_meanwhile(
    signed: Signed, tmp_path: Path, issuing: Provider
) -> None:
    issuing.hangs = threading.Event()
    settings = {**at(signed.database), **CLAIMS, "SQLRAG_OIDC_ISSUER": issuing.url}
    with serve("granian", tmp_path, **settings) as url:
        other = Signed(url, tmp_path / "log", issuing, "", "")
        waits: list[httpx.Response] = []
        token = other.issue("readers", "acme", signer="old")
        thread = threading.Thread(target=lambda: waits.append(other.ask(token)))
        thread.start()
        while not issuing.asked:
            time.sleep(0.01)
        assert other.ask(signed.key).status_code == 200
        assert not waits
        issuing.hangs.set()
        thread.join()
        assert waits[0].status_code == 200


def test_an_issuer_speaks_tls_that_is_checked(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    issuing = Provider({"old": make_signer(name="old")})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with issuing.running(context):
        with pytest.raises(IssuerAway, match="CERTIFICATE_VERIFY_FAILED"):
            download_keys(issuing.url)
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("SSL_CERT_FILE", str(certificate))
            assert names(download_keys(issuing.url)) == ["old"]
