"""A small identity provider of the tests: its own server, its own keys."""

import contextlib
import ipaddress
import json
import ssl
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "https://rag.example.org"
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"


@dataclass(frozen=True)
class Signer:
    """A private key, by the name that its public one has in the set."""

    name: str
    algorithm: str
    private: Any

    def describe(self) -> dict[str, Any]:
        tell: Any = {"RS": RSAAlgorithm, "PS": RSAAlgorithm, "ES": ECAlgorithm, "Ed": OKPAlgorithm}
        told = tell[self.algorithm[:2]].to_jwk(self.private.public_key(), as_dict=True)
        return {**told, "kid": self.name, "use": "sig"}


def make_signer(algorithm: str = "ES256", name: str = "") -> Signer:
    curves: dict[str, Any] = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
    private: Any
    if algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
    elif algorithm in curves:
        private = ec.generate_private_key(curves[algorithm]())
    else:
        private = rsa.generate_private_key(65537, 2048)
    return Signer(name or f"of {algorithm}", algorithm, private)


@dataclass
class Provider:
    """Answers from a thread; `keys` is the set that it tells, and may be changed meanwhile."""

    signers: dict[str, Signer] = field(default_factory=dict)
    path: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    told: dict[str, Any] = field(default_factory=dict)  # in place of what it would tell of itself
    gives: dict[str, Any] = field(default_factory=dict)  # claims of whoever asks for a token
    hangs: threading.Event | None = None  # until it is set, nothing is answered

    def __post_init__(self) -> None:
        self.keys = self.keys or [one.describe() for one in self.signers.values()]
        self._port, self._scheme = 0, "http"

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._port}{self.path}"

    @contextlib.contextmanager
    def running(self, tls: ssl.SSLContext | None = None) -> Iterator["Provider"]:
        """At the same address each time."""
        handler = type("Handler", (_Handler,), {"provider": self})
        server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._port = server.server_address[1]
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
            self._scheme = "https"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            if self.hangs:
                self.hangs.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, path: str) -> dict[str, Any] | None:
        self.asked[path] += 1
        if self.hangs:
            self.hangs.wait(60)
        discovery = {"issuer": self.url, "jwks_uri": f"{self.url}{KEYS}", **self.told}
        return {self.path + DISCOVERY: discovery, self.path + KEYS: {"keys": self.keys}}.get(path)

    def claim(self, **claims: Any) -> dict[str, Any]:
        """A minute's claims of Ada's; None leaves one out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 60}
        return {name: value for name, value in {**usual, **claims}.items() if value is not None}

    def issue(self, signer: str = "", headers: Any = None, **claims: Any) -> str:
        by = self.signers[signer] if signer else next(iter(self.signers.values()))
        named = {"kid": by.name, **(headers or {})}
        return sign(self.claim(**claims), by, named)


def sign(claims: Any, by: Signer, headers: Any) -> str:
    """Also by a key that is too short."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode(claims, by.private, by.algorithm, headers=headers)


def make_certificate(folder: Path) -> Path:
    """Of 127.0.0.1, by nobody that is known, with its private key in the same file."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer of the tests")])
    now, address = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = private.private_bytes(pem, kind, serialization.NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(pem) + key)
    return path


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[Provider]

    def do_GET(self) -> None:
        self._tell(self.provider.answer(self.path))

    def _tell(self, found: Any) -> None:
        body = json.dumps(found).encode()
        with contextlib.suppress(OSError):
            self.send_response(404 if found is None else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_POST(self) -> None:
        """As Keycloak gives tokens to programs."""
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        is_good = form.get("grant_type") == ["client_credentials"] and "client_secret" in form
        token = self.provider.issue(**self.provider.gives)
        self._tell({"access_token": token} if is_good else None)

    def log_message(self, *args: Any) -> None:
        pass
