"""A server that takes the tokens of a small identity provider, and keys."""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sqlrag.app import Rag
from sqlrag.offline import HashingEmbedder
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.conftest import make_database
from tests.support.issuing import AUDIENCE, Provider, Signer, make_signer

REACH = "https://acme.example/workspaces"  # a claim by a URL, as Auth0 wants it
CLAIMS = {
    "SQLRAG_OIDC_AUDIENCE": f"other, {AUDIENCE}",
    "SQLRAG_OIDC_ROLE_CLAIM": "realm_access.roles",
    "SQLRAG_OIDC_ROLES": "readers=reader,writers=writer,admins=admin",
    "SQLRAG_OIDC_WORKSPACE_CLAIM": REACH,
    "SQLRAG_OIDC_WORKSPACES": "acme=acme,other=other,lost=lost,staff=*",
    "SQLRAG_OIDC_PRINCIPALS_CLAIM": "groups",
    "SQLRAG_OIDC_LEEWAY": "10",
    "SQLRAG_OIDC_SCOPES": "openid rag",
}
SHORT = Signer("short", "RS256", rsa.generate_private_key(65537, 1024))
SIGNERS = ("RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True)
class Signed:
    """A server with a database of workspaces "acme" and "other", and who signs tokens for it."""

    url: str
    log: Path
    provider: Provider
    key: str
    database: str

    def ask(
        self, token: str | None, method: str = "GET", path: str = "/v1/documents", **more: Any
    ) -> httpx.Response:
        headers: dict[str, Any] = more.pop("headers", {})
        headers |= {} if token is None else {"authorization": f"Bearer {token}".encode("latin-1")}
        return httpx.request(method, self.url + path, headers=headers, timeout=60, **more)

    def issue(self, role: str, *workspaces: str, signer: str = "", **more: Any) -> str:
        given = {"realm_access": {"roles": [role, "offline_access"]}, REACH: list(workspaces)}
        return self.provider.issue(signer, **given | more)


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    made = Provider({name: make_signer(name) for name in SIGNERS}, path="/realms/acme")
    # What is no key to sign with, and stands there all the same.
    secret = {"kty": "oct", "k": base64.urlsafe_b64encode(b"k" * 32).decode(), "kid": "shared"}
    for_secrets = {**made.signers["ES256"].describe(), "kid": "for secrets", "use": "enc"}
    broken: list[Any] = [
        {"kty": "RSA", "kid": "broken"},
        {"kty": ["EC"]},
        "key",
        {"kty": "EC", "crv": "x"},
    ]
    made.keys = [secret, for_secrets, *broken, SHORT.describe(), *made.keys]
    with made.running():
        yield made


@pytest.fixture(scope="session")
def signed(
    provider: Provider, server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Signed]:
    database, folder = make_database(server_url, template), tmp_path_factory.mktemp("signed")
    key = asyncio.run(fill(database))
    settings = {"SQLRAG_AUDIT": "all", "SQLRAG_LOG_LEVEL": "DEBUG", **CLAIMS}
    settings["SQLRAG_OIDC_ISSUER"] = f"https://nobody.invalid/, {provider.url}"
    with serve("granian", folder, **at(database), **settings) as url:
        yield Signed(url, next(folder.glob("*.log")), provider, key, database)


def at(database: str) -> dict[str, str]:
    hashing = {"SQLRAG_EMBEDDING_MODEL": HashingEmbedder.model}
    return {"DATABASE_URL": database, "SQLRAG_MODELS": "offline", **hashing}


async def fill(database: str) -> str:
    hashing: Any = {"embedding_model": HashingEmbedder.model}
    async with Rag.open(database, settings=Settings(_env_file=None, **hashing)) as rag:
        for name in ("acme", "other"):
            await rag.in_workspace(name).insert(f"This is {name}.", name)
        made = await rag.in_workspace("acme").create_key("reader", "a program")
    return made.secret
