"""What is asked of a token before a word of it is believed; alone speaks jwt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sqlrag.domain.errors import InvalidToken

LONGEST = 16_384  # characters of a token; two hundred groups take ten thousand
_LONGEST_SUBJECT = 255  # as OpenID Connect has it
_SHORTEST_RSA = 2_048  # bits
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_TYPES = (None, "jwt", "at+jwt", "application/at+jwt")  # of headers, in small letters
_KINDS = (None, "Bearer", "ID")  # as Keycloak says it in claims; not Refresh, Offline, Logout
_BRINGS_A_KEY = ("jku", "jwk", "x5u", "x5c")
_PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
_FAILURES = (
    *(jwt.PyJWTError, ValueError, TypeError),
    *(LookupError, AttributeError, ArithmeticError, RecursionError),  # of what nests too deep
)


@dataclass(frozen=True, slots=True)
class Key:
    """One that an issuer signs with, and the algorithms that it may be used by."""

    name: str | None
    public: _PublicKey
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says of itself: enough to look for the key, and not to be believed."""

    token: str
    issuer: str
    key: str | None
    algorithm: str


def read_keys(told: Mapping[str, Any]) -> list[Key]:
    """Those of a JSON Web Key Set that signatures are made with; what is none is left out."""
    listed = told.get("keys")
    return [key for one in (listed if isinstance(listed, list) else ()) for key in _read_key(one)]


def _read_key(told: Any) -> Iterator[Key]:
    """Of a shared secret none: whoever knew it could sign."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig":
        return
    try:
        public = jwt.PyJWK.from_dict({**told, "alg": None}).key
    except _FAILURES:
        return
    algorithms = _list_algorithms(public)
    if named := told.get("alg"):
        algorithms = tuple(one for one in algorithms if one == named)
    name = told.get("kid")
    if algorithms:
        yield Key(name if isinstance(name, str) else None, public, algorithms)


def _list_algorithms(public: Any) -> tuple[str, ...]:
    if isinstance(public, RSAPublicKey):
        return _RSA if public.key_size >= _SHORTEST_RSA else ()
    if isinstance(public, EllipticCurvePublicKey):
        return (_CURVES[public.curve.name],) if public.curve.name in _CURVES else ()
    return ("EdDSA",) if isinstance(public, Ed25519PublicKey) else ()


def look_at(token: str) -> Unverified:
    """Raises InvalidToken for what no key is worth looking for."""
    if len(token) > LONGEST:
        raise refuse(f"it is longer than {LONGEST:,} characters")
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except _FAILURES:
        raise refuse("it is no JSON Web Token") from None
    header, issuer = read["header"], read["payload"].get("iss")
    algorithm, name, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if any(one in header for one in _BRINGS_A_KEY) or "crit" in header:
        raise refuse("its header brings a key of its own, or asks for what is not known here")
    if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
        raise refuse("it is of another type than a token of access")
    if algorithm not in (*_RSA, *_CURVES.values(), "EdDSA"):
        raise refuse("it is not signed by a private key of its issuer")
    return Unverified(token, issuer if isinstance(issuer, str) else "", name, algorithm)


def verify(asked: Unverified, key: Key, audience: list[str], leeway: float) -> dict[str, Any]:
    """The claims of a token, which hold for here and now. Raises InvalidToken."""
    try:
        claims: dict[str, Any] = jwt.decode(
            asked.token,
            key.public,
            algorithms=[asked.algorithm],
            audience=audience,
            issuer=asked.issuer,
            leeway=leeway,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except jwt.MissingRequiredClaimError as error:
        raise refuse(f'it has no claim "{error.claim}"') from None
    except _FAILURES as error:
        raise refuse(_REASONS.get(type(error), "what it claims cannot be read")) from None
    _check_claims(claims)
    return claims


_REASONS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.ImmatureSignatureError: "it is not valid yet",
    jwt.InvalidAudienceError: "it is meant for another audience",
    jwt.InvalidSignatureError: "its signature is wrong",
}


def _check_claims(claims: Mapping[str, Any]) -> None:
    """What is signed, and yet no right: a message to log out, or a token that is worth something
    only together with a proof of its client, which nobody here looks at."""
    if claims.get("typ") not in _KINDS or "events" in claims:
        raise refuse("it is of another type than a token of access")
    if "cnf" in claims:
        raise refuse("it is bound to a key of its client, which is not asked for here")
    subject = claims["sub"]
    if not (subject.isprintable() and 0 < len(subject.strip()) <= len(subject) <= _LONGEST_SUBJECT):
        raise refuse("its subject is no name")


def refuse(why: str) -> InvalidToken:
    return InvalidToken(
        f"The token cannot be used: {why}; get another from your identity provider."
    )
