"""Whom a token lets in, and how far."""

import json
from typing import Any

import httpx
import pytest
from mcp.shared.auth import ProtectedResourceMetadata

from tests.api.tokens.conftest import REACH, SIGNERS, Signed
from tests.support.mcp import open_client, use

ACME, OTHER = "/v1/workspaces/acme/documents", "/v1/workspaces/other/documents"


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_token_of_every_algorithm_lets_in(signed: Signed, signer: str) -> None:
    token = signed.issue("readers", "acme", signer=signer)
    for method in ("bearer", "Bearer", "BEARER"):
        headers = {"authorization": f"{method}  {token}"}
        told = signed.ask(None, headers=headers).json()
        assert [one["source_key"] for one in told["items"]] == ["acme"]


def test_a_role_permits_what_it_permits_of_keys(signed: Signed) -> None:
    statuses = {}
    for role in ("readers", "writers", "admins"):
        token = signed.issue(role, "acme")
        added = signed.ask(token, "POST", ACME, json={"text": role, "id": "new"})
        listed = signed.ask(token, path="/v1/keys")
        made = signed.ask(token, "POST", "/v1/workspaces", json={"name": "x"})
        statuses[role] = [one.status_code for one in (added, listed, made)]
        told = signed.ask(token, path="/metrics").json()["detail"]
        assert told == "This token is for one workspace; use a token of every workspace."
    assert statuses == {
        "readers": [403, 403, 403],
        "writers": [201, 403, 403],
        "admins": [201, 200, 403],
    }
    new = signed.ask(signed.issue("readers", "acme"), path=ACME).json()["items"][1]["document_id"]
    deleted = signed.ask(signed.issue("writers", "acme"), "DELETE", f"{ACME}/{new}")
    assert deleted.status_code == 204
    told = signed.ask(signed.issue("readers", "acme"), "DELETE", f"{ACME}/1").json()["detail"]
    assert told == "This token is a reader's; use a token with the role writer."


def test_the_highest_of_several_roles_counts_and_none_is_none(signed: Signed) -> None:
    both = signed.issue("", "acme", realm_access={"roles": ["admins", "readers"]})
    assert signed.ask(both, path="/v1/keys").status_code == 200
    nothing: list[Any] = [{"roles": []}, {"roles": ["admin"]}, {"roles": "Admins"}, {}, [], None]
    for none in (*nothing, "admins"):
        refused = signed.ask(signed.issue("", "acme", realm_access=none))
        assert refused.status_code == 403
        assert refused.json()["detail"].startswith("This token gives no role here;")
        assert "error=" not in refused.headers.get("www-authenticate", "")


def test_a_workspace_is_in_the_token_or_out_of_reach(signed: Signed) -> None:
    def ask(token: str, path: str) -> tuple[int, str]:
        answer = signed.ask(token, path=path)
        told = answer.json()
        return answer.status_code, told.get("detail") or told["items"][0].get("source_key", "")

    one, two = signed.issue("readers", "acme"), signed.issue("readers", "acme", "other")
    assert ask(one, ACME) == (200, "acme")
    there, nowhere = ask(one, OTHER), ask(one, "/v1/workspaces/nowhere/documents")
    assert there == nowhere
    assert there[0] == 403
    assert (ask(two, ACME), ask(two, OTHER)) == ((200, "acme"), (200, "other"))
    status, told = ask(two, "/v1/documents")
    assert status == 403
    assert told.endswith('several workspaces; name one in the address: "acme", "other".')
    seen = signed.ask(one, path="/v1/workspaces").json()["items"]
    assert [workspace["name"] for workspace in seen] == ["acme"]
    nothing: list[Any] = [[], ["*"], ["ACME"], [["acme"]], "acme\x00", None, {"acme": True}, 1]
    readers: Any = {"realm_access": {"roles": ["readers"]}}
    for none in nothing:
        refused = signed.ask(signed.provider.issue(**readers, **{REACH: none}), path=ACME)
        assert refused.status_code == 403
        assert refused.json()["detail"].startswith("This token is for no workspace here;")
    lost = signed.ask(signed.issue("admins", "lost"), "POST", json={"text": "x"})
    assert lost.status_code == 404
    assert '"lost"' in lost.json()["detail"]


def test_a_token_of_every_workspace_is_as_such_a_key(signed: Signed) -> None:
    every = signed.issue("admins", "staff")
    assert signed.ask(every, path="/metrics").status_code == 200
    seen = signed.ask(every, path="/v1/workspaces").json()["items"]
    assert [one["name"] for one in seen][:2] == ["acme", "other"]
    for path, key in ((ACME, "acme"), (OTHER, "other")):
        assert signed.ask(every, path=path).json()["items"][0]["source_key"] == key
    reader = signed.issue("readers", "staff", "acme")
    assert signed.ask(reader, path="/metrics").status_code == 403
    assert signed.ask(reader, path=OTHER).status_code == 200


def test_nobody_is_let_in_for_being_near_and_keys_are_keys(signed: Signed) -> None:
    refused = signed.ask(None)
    assert refused.status_code == 401
    assert f"a token of https://nobody.invalid/ or {signed.provider.url}" in refused.text
    assert "invalid_token" not in refused.headers["www-authenticate"]
    assert signed.ask(signed.key).status_code == 200
    unknown = signed.ask(f"sqlrag_aaaaaaaaaa_{'b' * 43}")
    assert unknown.status_code == 401
    assert unknown.json()["detail"].startswith("There is no such key")
    assert "invalid_token" not in unknown.headers["www-authenticate"]
    assert signed.ask(None, path="/health/ready").status_code == 200


def test_an_issuer_that_is_away_is_not_the_fault_of_its_tokens(signed: Signed) -> None:
    token = signed.issue("readers", "acme", iss="https://nobody.invalid/")
    for _ in range(2):
        answer = signed.ask(token)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["detail"].startswith("Tokens cannot be checked: their issuer has not")
    assert "The keys of issuer https://nobody.invalid/ cannot be had" in signed.log.read_text()
    assert signed.ask(signed.issue("readers", "acme")).status_code == 200


def test_clocks_may_differ_by_the_leeway(signed: Signed) -> None:
    now = signed.provider.claim()["iat"]
    late = signed.issue("readers", "acme", iat=now - 90, exp=now - 5)
    early = signed.issue("readers", "acme", iat=now + 5, nbf=now + 5)
    assert (signed.ask(late).status_code, signed.ask(early).status_code) == (200, 200)


def test_other_forms_of_good_tokens_are_good(signed: Signed) -> None:
    def accepts(headers: Any = None, **claims: Any) -> bool:
        given = {"realm_access": {"roles": ["readers"]}, REACH: "acme"} | claims
        token = signed.provider.issue("ES256", headers, **given)
        return signed.ask(token).status_code == 200

    assert accepts({"typ": "at+jwt"})
    assert accepts({"typ": "application/AT+JWT"})
    assert accepts({"typ": None})
    assert accepts(typ="Bearer", azp="some client", nbf=1)
    assert accepts(aud=["account", "other"])
    assert accepts({"x5t": "aGFzaA", "nonce": "x"})


def test_the_audit_names_who_it_was(signed: Signed) -> None:
    token = signed.issue("readers", "acme", sub="ada@example.org", groups=["team-a", "team-b"])
    asked = {"question": "What is this?", "mode": "naive"}
    assert signed.ask(token, "POST", "/v1/query", json=asked).status_code == 200
    later = signed.ask(token, "POST", "/v1/query", json=asked | {"background": True})
    assert later.status_code == 202
    assert "groups" not in later.text
    who = f"{signed.provider.url}#ada@example.org"
    admin = signed.issue("admins", "acme")
    told = signed.ask(
        admin, path=f"/v1/audit?who={httpx.QueryParams(w=who)['w']}".replace("#", "%23")
    )
    (entry,) = told.json()["items"]
    assert (entry["who"], entry["operation"]) == (who, "query")
    assert entry["principals"] == ["team-a", "team-b"]


def test_a_reader_reads_what_is_for_those_it_stands_for(signed: Signed) -> None:
    admin = signed.issue("admins", "other")
    for team in ("team-a", "team-b"):
        document = {"text": f"A plan of {team}.", "id": team, "read": [team]}
        assert signed.ask(admin, "POST", OTHER, json=document).status_code == 201

    def read(role: str = "readers", **more: Any) -> list[str]:
        headers = more.pop("headers", {})
        token = signed.issue(role, "other", **more)
        answer = signed.ask(token, path=OTHER, headers=headers)
        return [one["source_key"] for one in answer.json().get("items", ())] or [answer.text]

    assert read() == ["other"]
    assert read(groups=None) == read(groups=[]) == read(groups={"team-a": 1}) == ["other"]
    assert read(groups=["team-a"]) == ["other", "team-a"]
    assert read(groups="team-b") == ["other", "team-b"]
    assert read("writers") == ["other", "team-a", "team-b"]
    assert read("writers", headers={"x-principals": "team-b"}) == ["other", "team-b"]
    (refused,) = read(groups=["team-a"], headers={"x-principals": "team-b"})
    assert "This token does not stand for" in refused
    for team in ("team-a", "team-b"):
        gone = signed.ask(admin, "DELETE", f"/v1/workspaces/other/documents?source_key={team}")
        assert gone.status_code in (200, 204)


async def test_tools_are_had_with_a_token(signed: Signed) -> None:
    token = signed.issue("readers", "acme")
    async with open_client(f"{signed.url}/mcp", token) as client:
        assert "add_document" not in [one.name for one in (await client.list_tools()).tools]
        listed = await use(client, "list_documents")
    assert [one["source_key"] for one in listed["items"]] == ["acme"]


def test_clients_of_mcp_are_told_where_tokens_come_from(signed: Signed) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    named = "/v1/workspaces/%E7%81%AF%0D%0Ax:%20%22y%22/mcp"
    for at in ("/mcp", "/v1/workspaces/acme/mcp", named):
        refused = signed.ask(None, "POST", at, json=message)
        place = f"{signed.url}/.well-known/oauth-protected-resource{at.replace(':', '%3A')}"
        assert f'resource_metadata="{place}"' in refused.headers["www-authenticate"]
        told = ProtectedResourceMetadata.model_validate_json(httpx.get(place).text)
        assert str(told.resource) == signed.url + at.replace(":", "%3A")
        assert str(told.authorization_servers[1]) == signed.provider.url
        assert told.scopes_supported == ["openid", "rag"]
    told = httpx.get(f"{signed.url}/.well-known/oauth-protected-resource").json()
    assert told["resource"] == signed.url
    assert told["bearer_methods_supported"] == ["header"]


def test_dialects_take_tokens(signed: Signed) -> None:
    token = signed.issue("readers", "acme")
    assert signed.ask(token, path="/v1/models").status_code == 200
    assert signed.ask(token, path="/api/tags").status_code == 200
    dify = {"query": "What is this?", "retrieval_setting": {"top_k": 1}}
    for name, status in (("acme", 200), ("other", 403)):
        found = signed.ask(token, "POST", "/dify/retrieval", json=dify | {"knowledge_id": name})
        assert found.status_code == status, found.text
    logged_in = signed.ask(None, "POST", "/lightrag/login", data={"password": token})
    given = logged_in.json()["access_token"]
    assert signed.ask(given, path="/lightrag/auth/verify").status_code == 200
    by_header = {"x-api-key": token}
    assert signed.ask(None, path="/lightrag/auth/verify", headers=by_header).status_code == 200
    assert "configuration" in signed.ask(given, path="/lightrag/health").json()
    assert "configuration" not in signed.ask("a.b.c", path="/lightrag/health").json()
    key = signed.ask(None, "POST", "/lightrag/login", data={"password": signed.key}).json()
    assert signed.ask(key["access_token"], path="/lightrag/auth/verify").status_code == 200
    wrong = signed.ask(None, "POST", "/lightrag/login", data={"password": token[:-9]})
    assert wrong.status_code == 401


def test_no_token_is_logged(signed: Signed) -> None:
    tokens = [signed.issue("readers", "acme"), signed.issue("", "x"), signed.issue("admins")]
    for token in tokens:
        signed.ask(token)
    log = signed.log.read_text()
    assert not [part for token in tokens for part in token.split(".")[1:] if part in log]
    assert json.dumps(tokens)[5:40] not in log
