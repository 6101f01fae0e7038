"""Makes of what a token claims what whoever holds it may do."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlrag.domain.access import ROLES, Role
from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import check_text
from sqlrag.settings import TokenSettings

EVERY = "*"  # in settings, never in a token: every workspace
_SPACED = ("scope", "scp")  # claims that hold several values with spaces between them
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a token gives: no `role` permits nothing, and no `workspaces` (None) are all of them.

    `name` is its issuer, # and its subject, which no other token of another person has.
    """

    name: str
    role: Role | None
    workspaces: tuple[str, ...] | None
    principals: tuple[str, ...] | None


class Claims:
    """Reads claims as the settings say. Raises BadInput for settings by which nobody gets in."""

    def __init__(self, settings: TokenSettings) -> None:
        self._settings = settings
        self._roles = read_pairs("SQLRAG_OIDC_ROLES", settings.oidc_roles)
        self._workspaces = read_pairs("SQLRAG_OIDC_WORKSPACES", settings.oidc_workspaces)
        if unknown := [role for _, role in self._roles if role not in ROLES]:
            raise BadInput(
                f'SQLRAG_OIDC_ROLES names "{unknown[0]}"; the roles are {", ".join(ROLES)}.'
            )
        for what, given in (
            ("ROLE", settings.oidc_role_claim or settings.oidc_default_role),
            ("WORKSPACE", settings.oidc_workspace_claim or settings.oidc_default_workspace),
        ):
            if not given.strip():
                raise BadInput(
                    f"SQLRAG_OIDC_ISSUER is set, but nothing tells the {what.lower()} of a token; "
                    f"set SQLRAG_OIDC_{what}_CLAIM or SQLRAG_OIDC_DEFAULT_{what}."
                )

    def read(self, claims: Mapping[str, Any]) -> Claimed:
        """Of claims that were verified, with an issuer and a subject."""
        name = f"{claims['iss']}#{claims['sub']}"
        return Claimed(name, self._role(claims), self._reach(claims), self._principals(claims))

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest that is claimed, or else the one of everybody."""
        given = read_values(claims, self._settings.oidc_role_claim)
        pairs = self._roles or [(role, role) for role in ROLES]
        found = cast(list[Role], [role for value, role in pairs if value in given])
        default = cast(Role, self._settings.oidc_default_role)
        return max(found, key=ROLES.index) if found else default or None

    def _reach(self, claims: Mapping[str, Any]) -> tuple[str, ...] | None:
        given = read_values(claims, self._settings.oidc_workspace_claim)
        if self._workspaces:
            named = [workspace for value, workspace in self._workspaces if value in given]
        else:
            named = [value for value in given if value != EVERY]
        if not named and self._settings.oidc_default_workspace:
            named = [self._settings.oidc_default_workspace]
        return None if EVERY in named else tuple(dict.fromkeys(named))

    def _principals(self, claims: Mapping[str, Any]) -> tuple[str, ...] | None:
        """None where no claim is read for them, which is not the same as a claim without any; in
        one order, whatever that of a token, by which a reader finds what he asked before."""
        claim = self._settings.oidc_principals_claim
        return tuple(sorted({*read_values(claims, claim)})) if claim.strip() else None


def read_pairs(setting: str, given: str) -> Pairs:
    """VALUE=NAME, separated by commas, or an object of JSON, for values with commas in them.
    Raises BadInput."""
    try:
        if given.strip().startswith("{"):
            pairs = [(value, name) for value, name in json.loads(given).items()]
        else:
            apart = [one.rpartition("=") for one in split(given)]
            pairs = [(value.strip() if sign else "", name.strip()) for value, sign, name in apart]
    except ValueError:
        pairs = [("", "")]
    if not all(value and isinstance(name, str) and name for value, name in pairs):
        raise BadInput(f"{setting} cannot be read; give it as VALUE=NAME,VALUE=NAME, or as JSON.")
    return pairs


def split(given: str) -> list[str]:
    return [one.strip() for one in given.split(",") if one.strip()]


def read_values(claims: Mapping[str, Any], names: str) -> list[str]:
    """The texts in claims of some names, separated by commas; what is no text says nothing.

    An address of mail says something only where its issuer has seen that it is theirs: in many
    directories people write there what they like.
    """
    found: list[str] = []
    for name in split(names):
        if name == "email" and claims.get("email_verified") not in (True, "true"):
            continue
        told = read_claim(claims, name)
        if isinstance(told, str):
            told = told.split() if name in _SPACED else [told]
        found += _usable(told if isinstance(told, list) else ())
    return found


def read_claim(claims: Any, name: str) -> Any:
    """A claim by its whole name, which may be a URL, or by dots between the names of those that it
    is in; None where there is none."""
    if not isinstance(claims, Mapping):
        return None
    if name in claims:
        return claims[name]
    for outer, inner in _parts(name):
        if outer in claims and (found := read_claim(claims[outer], inner)) is not None:
            return found
    return None


def _parts(name: str) -> Iterator[tuple[str, str]]:
    for place, letter in enumerate(name):
        if letter == ".":
            yield name[:place], name[place + 1 :]


def _usable(values: Iterable[Any]) -> Iterator[str]:
    for one in values:
        try:
            if check_text("A claim", one).strip():
                yield one
        except BadInput:
            continue
