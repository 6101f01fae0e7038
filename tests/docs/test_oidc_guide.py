"""The guide of tokens runs as it stands, and its settings read what providers write."""

import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.doors.http.claims import Claims
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.docs.test_guides import blocks, folder, run
from tests.support.issuing import Provider, make_signer

__all__ = ["folder"]
ISSUER = "https://sso.example.org/realms/acme"


def settings_of(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines())


async def test_the_guide_of_tokens_runs(folder: Path, url: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    async with Rag.open(url) as rag:
        await rag.create_workspace("acme")
    given, script = blocks("docs/oidc.md", "ini")[0], "\n".join(blocks("docs/oidc.md", "bash"))
    claims = {"sub": "crawler", "realm_access": {"roles": ["rag-admins"]}, "groups": ["/acme"]}
    provider = Provider({"k": make_signer()}, "/realms/acme", gives={**claims, "aud": "sqlrag"})
    with provider.running():
        settings = settings_of(given.replace(ISSUER, provider.url))
        with serve("sqlrag", folder, DATABASE_URL=url, **settings) as server:
            assert httpx.get(f"{server}/v1/workspaces").status_code == 401, "without a single key"
            script = script.replace("http://127.0.0.1:8000", server).replace(ISSUER, provider.url)
            words = [f"{name}={value}" for name, value in settings.items()]
            command = ["env", f"HOME={folder}", "SECRET=x", *words, "bash", "-e", "-c", script]
            told = run(command, folder, url)
    assert "“The lamp was lit on 3 May 1874.” [1]" in told
    assert f'"authorization_servers":["{provider.url}"]' in told
    assert f"{provider.url}, keys for ES256" in told
    assert f"{provider.url}#crawler" in told
    assert "Open: " not in next(folder.glob("sqlrag-*.log")).read_text()


# What each provider writes into tokens beside iss, aud, sub and times, and what comes of it.
WRITTEN: dict[str, tuple[dict[str, Any], tuple[Any, Any, Any]]] = {
    "Tokens of an identity provider": (
        {"realm_access": {"roles": ["offline_access", "rag-writers"]}, "groups": ["/staff"]},
        ("writer", None, ("/staff",)),
    ),
    "Keycloak": (
        {
            "typ": "Bearer",
            "azp": "web",
            "realm_access": {"roles": ["default-roles-acme"]},
            "resource_access": {"sqlrag": {"roles": ["writer"]}, "account": {"roles": ["admin"]}},
            "groups": ["/team-a", "/team-b"],
            "email_verified": False,
        },
        ("writer", ("acme",), ("/team-a", "/team-b")),
    ),
    "Entra ID": (
        {
            "ver": "2.0",
            "oid": "0bad0bad-0000-4000-8000-000000000001",
            "tid": "7f1c0c5e-0000-4000-8000-2a6d0c6f3b11",
            "roles": ["Rag.Admin"],
            "groups": ["aaaaaaaa-0000-4000-8000-000000000001"],
        },
        (
            "admin",
            ("acme",),
            (
                "0bad0bad-0000-4000-8000-000000000001",
                "aaaaaaaa-0000-4000-8000-000000000001",
            ),
        ),
    ),
    "Auth0": (
        {
            "azp": "web",
            "scope": "openid profile",
            "permissions": ["read:documents"],
            "https://acme.example/workspaces": ["acme", "north"],
            "https://acme.example/teams": ["team-a"],
        },
        ("reader", ("acme", "north"), ("team-a",)),
    ),
    "Okta": (
        {"cid": "web", "uid": "00u1", "scp": ["rag"], "groups": ["Everyone", "Rag Readers"]},
        ("reader", ("acme",), ("Everyone", "Rag Readers")),
    ),
    "Google": (
        {"azp": "web", "hd": "example.org", "email": "ada@example.org", "email_verified": True},
        ("admin", ("acme",), ("ada@example.org",)),
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_settings_read_what_a_provider_writes(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs/oidc.md").read_text(encoding="utf-8")
    block = page.partition(f"# {name}\n")[2].partition("```ini\n")[2].partition("```")[0]
    read = {key.lower().removeprefix("sqlrag_"): one for key, one in settings_of(block).items()}
    settings: Any = Settings(_env_file=None, **read)
    written, (role, workspaces, principals) = WRITTEN[name]
    issuer = settings.oidc_issuer
    found = Claims(settings.server).read({"iss": issuer, "sub": "x", **written})
    assert (found.role, found.workspaces, found.principals) == (role, workspaces, principals)
    assert found.name == f"{issuer}#x"
    stranger = Claims(settings.server).read({"iss": issuer, "sub": "eve"})
    assert stranger.role is None
    assert stranger.principals == ()


def test_every_block_of_settings_is_of_a_provider() -> None:
    assert len(blocks("docs/oidc.md", "ini")) == len(WRITTEN)
