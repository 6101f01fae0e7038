"""Every token that is none, is over, or is not for here."""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from tests.api.tokens.conftest import REACH, SHORT, Signed
from tests.support.issuing import KEYS, make_signer, sign

Make = Callable[[Signed], str]
OURS: dict[str, Any] = {"realm_access": {"roles": ["admins"]}, REACH: ["staff"]}
STRANGER = make_signer("ES256", "of ES256")  # who says to be the one of that name


def encode(told: Any) -> str:
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def issue(**claims: Any) -> Make:
    return lambda signed: signed.provider.issue("ES256", **OURS | claims)


def head(**headers: Any) -> Make:
    return lambda signed: signed.provider.issue("ES256", headers, **OURS)


def unsigned(**headers: Any) -> Make:
    """By nobody: a header, good claims, and what one likes for a signature."""

    def make(signed: Signed) -> str:
        claims = signed.provider.claim(**OURS)
        return f"{encode({'typ': 'JWT', 'kid': 'of ES256', **headers})}.{encode(claims)}."

    return make


def with_public_key(signed: Signed) -> str:
    """HMAC with what everybody can read, as if it were a secret."""
    public = signed.provider.signers["RS256"].private.public_key()
    kinds = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    head = encode({"alg": "HS256", "typ": "JWT", "kid": "of RS256"})
    told = f"{head}.{encode(signed.provider.claim(**OURS))}"
    return f"{told}.{encode(hmac.digest(public.public_bytes(*kinds), told.encode(), 'sha256'))}"


def with_shared_secret(signed: Signed) -> str:
    """HMAC with a secret that stands in the set of keys."""
    head = encode({"alg": "HS256", "typ": "JWT", "kid": "shared"})
    told = f"{head}.{encode(signed.provider.claim(**OURS))}"
    return f"{told}.{encode(hmac.digest(b'k' * 32, told.encode(), 'sha256'))}"


def by_another(signed: Signed) -> str:
    return sign(signed.provider.claim(**OURS), STRANGER, {"kid": STRANGER.name})


def bringing(header: str) -> Make:
    """A key that comes along, in one of the ways that there are."""

    def make(signed: Signed) -> str:
        url = signed.provider.url + KEYS
        brought = {"jku": url, "x5u": url, "jwk": STRANGER.describe(), "x5c": ["MIIB"]}
        return signed.provider.issue("ES256", {header: brought[header]}, **OURS)

    return make


def changed(signed: Signed) -> str:
    """The claims of one token under the signature of another."""
    weak = signed.provider.issue("ES256", sub="eve", **{**OURS, REACH: ["acme"]}).split(".")
    strong = signed.provider.issue("ES256", **OURS).split(".")
    return f"{weak[0]}.{strong[1]}.{weak[2]}"


def bent(name: str, algorithm: str) -> Make:
    """By the key of one algorithm under the name of another."""
    return lambda signed: sign(
        signed.provider.claim(**OURS), signed.provider.signers[algorithm], {"kid": name}
    )


def at(**seconds: float) -> Make:
    return lambda signed: issue(**{k: int(time.time() + v) for k, v in seconds.items()})(signed)


def by_hand(signed: Signed, **claims: Any) -> str:
    """What the library does not sign."""
    by = signed.provider.signers["ES256"]
    told = json.dumps(signed.provider.claim(**OURS | claims)).encode()
    return jwt.PyJWS().encode(told, by.private, "ES256", {"kid": by.name, "typ": "JWT"})


NO_TOKEN = "it is no JSON Web Token"
NO_KEY = "a key that its issuer does not name"
NO_SIGNATURE = "not signed by a private key"
OTHER_TYPE = "another type than a token of access"
OWN_KEY = "brings a key of its own"
REFUSALS: dict[str, tuple[Make, str]] = {
    "nothing of the kind": (lambda _: "hunter2", NO_TOKEN),
    "two parts": (lambda _: "a.b", NO_TOKEN),
    "five parts": (lambda _: "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", NO_TOKEN),
    "no JSON": (lambda _: f"{encode(b'{')}.{encode({})}.", NO_TOKEN),
    "JSON that is no object": (lambda _: f"{encode([])}.{encode([])}.", NO_TOKEN),
    "a header that nests": (lambda _: f"{encode(b'[' * 9_000)}.{encode({})}.", NO_TOKEN),
    "claims that nest": (
        lambda _: f"{encode({'alg': 'RS256'})}.{encode(b'[' * 9_000)}.",
        NO_TOKEN,
    ),
    "letters of no alphabet": (lambda _: "é.è.ê", NO_TOKEN),
    "LightRAG's own": (lambda _: f"{encode({'alg': 'none'})}.{encode({'sub': 'x'})}.guest", ""),
    "huge": (issue(more="x" * 16_000), "longer than 16,384 characters"),
    "none": (unsigned(alg="none"), NO_SIGNATURE),
    "None": (unsigned(alg="nOnE"), NO_SIGNATURE),
    "no algorithm": (unsigned(), NO_SIGNATURE),
    "an algorithm that is a list": (unsigned(alg=["ES256"]), NO_SIGNATURE),
    "no signature": (unsigned(alg="ES256"), "signature is wrong"),
    "HS256 with the public key": (with_public_key, NO_SIGNATURE),
    "HS256 with a secret of the set": (with_shared_secret, NO_SIGNATURE),
    "another's key under a known name": (by_another, "signature is wrong"),
    "claims of another token": (changed, "signature is wrong"),
    "an RSA key under the name of another": (bent("of ES256", "RS256"), NO_KEY),
    "another curve under the name of one": (bent("of ES256", "ES384"), NO_KEY),
    "another use of a key": (bent("for secrets", "ES256"), NO_KEY),
    "a key that is too short": (
        lambda signed: sign(signed.provider.claim(**OURS), SHORT, {"kid": "short"}),
        NO_KEY,
    ),
    "an unknown key": (head(kid="nobody's"), NO_KEY),
    "no name of a key where there are several": (
        lambda signed: sign(signed.provider.claim(**OURS), signed.provider.signers["RS256"], None),
        NO_KEY,
    ),
    "a path for a key": (head(kid="../../../../dev/null"), NO_KEY),
    "a URL for a key": (head(kid="https://evil.example/keys"), NO_KEY),
    "a statement for a key": (head(kid="x' UNION SELECT 'k'; --"), NO_KEY),
    "a number for a key": (unsigned(alg="ES256", kid=7), NO_TOKEN),
    "jku": (bringing("jku"), OWN_KEY),
    "x5u": (bringing("x5u"), OWN_KEY),
    "jwk": (bringing("jwk"), OWN_KEY),
    "x5c": (bringing("x5c"), OWN_KEY),
    "crit": (unsigned(alg="ES256", crit=["b64"], b64=True), OWN_KEY),
    "to log out": (head(typ="logout+jwt"), OTHER_TYPE),
    "a proof of DPoP": (head(typ="dpop+jwt"), OTHER_TYPE),
    "a type that is a number": (unsigned(alg="ES256", typ=1), OTHER_TYPE),
    "Keycloak's to refresh": (issue(typ="Refresh"), OTHER_TYPE),
    "an event": (issue(events={"http://schemas.openid.net/event/backchannel-logout": {}}), ""),
    "bound to a client": (issue(cnf={"jkt": "0ZcOCORZNYy"}), "bound to a key of its client"),
    "expired": (at(exp=-11), "it has expired"),
    "not yet valid": (at(nbf=30), "it is not valid yet"),
    "issued in the future": (at(iat=30), "it is not valid yet"),
    "no end": (issue(exp=None), 'no claim "exp"'),
    "an end that is a word": (issue(exp="never"), "cannot be read"),
    "an end without end": (issue(exp=float("inf")), "cannot be read"),
    "no issuer": (issue(iss=None), "another issuer"),
    "another issuer": (issue(iss="https://evil.example"), "another issuer"),
    "an issuer that begins as ours": (
        lambda signed: issue(iss=f"{signed.provider.url}/x")(signed),
        "another issuer",
    ),
    "a list of issuers": (
        lambda signed: by_hand(signed, iss=[signed.provider.url]),
        "another issuer",
    ),
    "no audience": (issue(aud=None), 'no claim "aud"'),
    "an empty audience": (issue(aud=[]), 'no claim "aud"'),
    "another audience": (issue(aud="account"), "another audience"),
    "an audience that begins as ours": (issue(aud="https://rag.example.org.evil"), "another aud"),
    "nobody": (issue(sub=None), 'no claim "sub"'),
    "a blank subject": (issue(sub=" "), "no name"),
    "a subject that Postgres cannot store": (issue(sub="a\x00b"), "no name"),
    "a subject without end": (issue(sub="a" * 256), "no name"),
    "a subject that is a number": (lambda signed: by_hand(signed, sub=7), "cannot be read"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_token_is_refused_in_one_sentence_and_not_repeated(signed: Signed, name: str) -> None:
    make, why = REFUSALS[name]
    token = make(signed)
    for path in ("/v1/workspaces/acme/documents", "/metrics"):
        answer = signed.ask(token, path=path)
        assert answer.status_code == 401, answer.text
        told = answer.headers["www-authenticate"]
        assert told.startswith('Bearer realm="sqlrag", error="invalid_token", resource_metadata="')
        problem = answer.json()
        assert problem["type"] == "urn:sqlrag:error:unauthorized"
        assert why in problem["detail"]
        assert re.fullmatch(
            r"The token cannot be used: [^;.]+; get another from your identity provider\.",
            problem["detail"],
        )
        assert token not in answer.text
    assert "Traceback" not in signed.log.read_text()
    for part in token.split("."):
        assert len(part) < 20 or part not in signed.log.read_text()
