"""What is made of claims, whatever stands in them."""

import re
from typing import Any

import pytest

from sqlrag.domain.errors import BadInput
from sqlrag.doors.http.claims import Claimed, Claims, read_claim, read_pairs, read_values
from sqlrag.doors.http.tokens import Tokens
from sqlrag.settings import ServerSettings, TokenSettings

NESTED = {
    "groups": ["a", "b"],
    "https://acme.example/roles": ["c"],
    "realm_access": {"roles": ["d"]},
    "resource_access": {"my.client": {"roles": ["e"]}},
    "a.b": {"c": "f"},
    "a": {"b": {"c": "g", "d": "h"}},
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("groups", ["a", "b"]),
        ("https://acme.example/roles", ["c"]),
        ("realm_access.roles", ["d"]),
        ("resource_access.my.client.roles", ["e"]),
        ("a.b.d", "h"),
        ("realm_access.no", None),
        ("groups.0", None),
        ("realm_access.roles.d", None),
        ("", None),
        (".", None),
        ("no", None),
    ],
)
def test_a_claim_is_found_by_its_name_or_by_dots(name: str, found: Any) -> None:
    assert read_claim(NESTED, name) == found


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("groups, realm_access.roles", ["a", "b", "d"]),
        ("text", ["one text"]),
        ("scope", ["openid", "rag"]),
        ("mixed", ["x"]),
        ("object,number,true,null", []),
        ("email", []),
        (" , ", []),
    ],
)
def test_values_are_the_texts_of_a_claim(names: str, found: list[str]) -> None:
    more = {
        "text": "one text",
        "scope": "openid rag",
        "mixed": ["x", 1, None, ["y"], {"z": 1}, "", " ", "a\x00", "\ud800"],
        "object": {"a": "b"},
        "number": 1,
        "true": True,
        "null": None,
        "email": "eve@example.org",
    }
    assert read_values({**NESTED, **more}, names) == found


def test_an_address_of_mail_counts_where_its_issuer_has_seen_it() -> None:
    for seen, found in ((True, ["a@b"]), ("true", ["a@b"]), (False, []), (None, []), (1, ["a@b"])):
        assert read_values({"email": "a@b", "email_verified": seen}, "email") == found


@pytest.mark.parametrize(
    ("given", "pairs"),
    [
        ("", []),
        ("a=reader, b = admin,", [("a", "reader"), ("b", "admin")]),
        ("a=b=reader", [("a=b", "reader")]),
        ("a=x,a=y", [("a", "x"), ("a", "y")]),
        ('{"cn=a,dc=b": "reader"}', [("cn=a,dc=b", "reader")]),
    ],
)
def test_maps_are_read(given: str, pairs: Any) -> None:
    assert read_pairs("X", given) == pairs


@pytest.mark.parametrize("given", ["a", "=reader", "a=", "{", '{"a": 1}', '{"": "x"}', '{"a": []}'])
def test_a_map_that_cannot_be_read_is_named(given: str) -> None:
    with pytest.raises(BadInput, match=r"^X cannot be read; give it as VALUE=NAME"):
        read_pairs("X", given)


GOOD = {
    "oidc_issuer": "https://idp.example.org",
    "oidc_audience": "rag",
    "oidc_default_role": "reader",
    "oidc_default_workspace": "acme",
}


def read(claims: dict[str, Any], **settings: Any) -> Claimed:
    made: Any = TokenSettings(**GOOD | settings)
    return Claims(made).read({"iss": "https://idp.example.org", "sub": "x", **claims})


def test_nobody_stands_behind_a_token_without_the_claim_that_is_read_for_it() -> None:
    assert read({"groups": ["a"]}).principals is None
    nothing: list[Any] = [[], None, "", {"a": 1}, 7]
    for groups in nothing:
        assert read({"groups": groups}, oidc_principals_claim="groups").principals == ()
    assert read({}, oidc_principals_claim="groups").principals == ()
    overflowing = {"_claim_names": {"groups": "src1"}, "hasgroups": True}
    assert read(overflowing, oidc_principals_claim="groups").principals == ()
    assert read({"groups": ["b", "a", "b"]}, oidc_principals_claim="groups").principals == (
        "a",
        "b",
    )


def test_defaults_are_for_tokens_that_say_nothing() -> None:
    claims = {"oidc_role_claim": "roles", "oidc_workspace_claim": "at"}
    assert (read({}).role, read({}).workspaces) == ("reader", ("acme",))
    said = read({"roles": ["admin", "x"], "at": ["other"]}, **claims)
    assert (said.role, said.workspaces) == ("admin", ("other",))
    unsaid = read({"roles": ["x"], "at": ["*"]}, **claims)
    assert (unsaid.role, unsaid.workspaces) == ("reader", ("acme",))
    assert read({}, oidc_default_workspace="*").workspaces is None
    mapped = claims | {"oidc_workspaces": "staff=*", "oidc_default_workspace": ""}
    assert read({"at": ["acme", "*"]}, **mapped).workspaces == ()
    assert read({"at": ["staff"]}, **mapped).workspaces is None


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"oidc_audience": " "}, "SQLRAG_OIDC_AUDIENCE, by which"),
        ({"oidc_default_role": ""}, "SQLRAG_OIDC_ROLE_CLAIM or SQLRAG_OIDC_DEFAULT_ROLE"),
        ({"oidc_default_workspace": ""}, "_WORKSPACE_CLAIM or SQLRAG_OIDC_DEFAULT_WORKSPACE"),
        ({"oidc_roles": "a=owner"}, '"owner"; the roles are reader, writer, admin'),
        ({"oidc_issuer": "http://idp.example.org"}, "give an https URL"),
        ({"oidc_issuer": "idp.example.org"}, "which is no issuer"),
    ],
)
def test_settings_that_let_nobody_in_or_anybody_are_refused(settings: Any, why: str) -> None:
    with pytest.raises(BadInput, match=re.escape(why)):
        Tokens(ServerSettings(**GOOD | settings))
    assert Tokens(ServerSettings(**GOOD)).issuers == ["https://idp.example.org"]
    assert not Tokens(ServerSettings(**GOOD | {"oidc_issuer": " ,"})).issuers
