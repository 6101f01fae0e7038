"""Tokens of identity providers, which are taken for keys where an issuer is named."""

from importlib import import_module
from typing import Any, cast

from litestar.types import Scope

from sqlrag.domain.access import Access
from sqlrag.domain.errors import BadInput, Forbidden
from sqlrag.domain.workspaces import unknown_workspace
from sqlrag.doors.http.addresses import read_named
from sqlrag.doors.http.claims import Claimed, Claims, split
from sqlrag.settings import TokenSettings

_MISSING = (
    "SQLRAG_OIDC_ISSUER is set, but what reads tokens is not installed; "
    "pip install 'sqlrag-postgres[oidc]'."
)


class Tokens:
    """Those of the issuers that the settings name; where they name none, there are no tokens.

    Raises BadInput for settings that would let nobody in, or anybody.
    """

    def __init__(self, settings: TokenSettings) -> None:
        self.issuers = split(settings.oidc_issuer)
        if not self.issuers:
            return
        self._audience, self._leeway = split(settings.oidc_audience), settings.oidc_leeway
        if not self._audience:
            raise BadInput(
                "SQLRAG_OIDC_ISSUER is set without SQLRAG_OIDC_AUDIENCE, by which tokens for here "
                "differ from those for other programs; set it."
            )
        self._claims = Claims(settings)
        self._signatures, issuer = load("signatures"), load("issuers").Issuer
        self._issuers = {url: issuer(url, settings.oidc_pause) for url in self.issuers}

    def take(self, secret: str | None) -> bool:
        """Whether what somebody came with is for these to judge, be it a token or nothing at all:
        what begins as a key does is looked for among the keys."""
        return bool(self.issuers and secret and not secret.startswith("sqlrag_"))

    def ask(self) -> str:
        """For who comes with nothing; '' where there are no tokens."""
        if not self.issuers:
            return ""
        return (
            f"This server asks for a token of {' or '.join(self.issuers)}, or for a key; send it "
            'as the header "Authorization: Bearer …".'
        )

    async def find(self, scope: Scope, token: str) -> Access:
        """What a token permits, in the workspace of a request. Raises InvalidToken, IssuerAway,
        Forbidden, and NotFound for a workspace that is not there."""
        claimed = self._claims.read(await self._verify(token))
        if claimed.role is None:
            raise Forbidden("This token gives no role here; have one assigned to you.")
        if claimed.workspaces is None:
            return Access(claimed.role, None, None, claimed.principals, claimed.name)
        state: Any = scope["litestar_app"].state
        name = _choose(claimed, read_named(scope), state.workspace)
        found = await state.rag.workspaces.look_up(name)
        if found is None:
            raise unknown_workspace(name)
        return Access(claimed.role, found.id, name, claimed.principals, claimed.name)

    async def _verify(self, token: str) -> dict[str, Any]:
        asked = self._signatures.look_at(token)
        issuer = self._issuers.get(asked.issuer)
        if issuer is None:
            raise self._signatures.refuse("it is of another issuer than those that are known here")
        known = await issuer.find_keys(asked.key)
        fitting = [one for one in known if asked.algorithm in one.algorithms]
        if len(fitting) != 1:
            raise self._signatures.refuse("it is signed with a key that its issuer does not name")
        given = fitting[0], self._audience, self._leeway
        return cast(dict[str, Any], self._signatures.verify(asked, *given))


def load(name: str) -> Any:
    """A module that needs the extra. Raises BadInput where it is not installed."""
    try:
        return import_module(f"sqlrag.doors.http.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("jwt", "cryptography"):
            raise
        raise BadInput(_MISSING) from error


def _choose(claimed: Claimed, named: str | None, meant: str) -> str:
    """The workspace that a request is for, of those of a token. Raises Forbidden."""
    mine = claimed.workspaces or ()
    if named is None and len(mine) == 1:
        return mine[0]
    chosen = meant if named is None else named
    if chosen in mine:
        return chosen
    if not mine:
        raise Forbidden("This token is for no workspace here; have one assigned to you.")
    if named is None:
        several = ", ".join(f'"{one}"' for one in mine[:10])
        raise Forbidden(
            f"This token is for several workspaces; name one in the address: {several}."
        )
    raise Forbidden(
        "This token is for another workspace; leave the workspace out of the address, or use a "
        "token that is for it."
    )
