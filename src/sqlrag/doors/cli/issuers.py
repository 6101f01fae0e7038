"""Looks whether those whose tokens are taken can be asked for their keys."""

import asyncio
from typing import TYPE_CHECKING

from sqlrag.domain.errors import BadInput, IssuerAway

if TYPE_CHECKING:
    from sqlrag.rag.doctor import Check
    from sqlrag.settings import TokenSettings

_SETTINGS = "correct the settings SQLRAG_OIDC_…; docs/oidc.md tells them"
_REACH = "see that it answers here, and that SQLRAG_OIDC_ISSUER is what it calls itself"


async def check_issuers(settings: "TokenSettings") -> "list[Check]":
    """One for each, as the doctor has them; none where no tokens are taken."""
    if not settings.oidc_issuer.strip():
        return []
    from sqlrag.doors.http.tokens import Tokens
    from sqlrag.rag.doctor import Check

    try:
        issuers = Tokens(settings).issuers
    except BadInput as error:
        return [Check("tokens", "fail", str(error), _SETTINGS)]
    return list(await asyncio.gather(*(asyncio.to_thread(_check, one) for one in issuers)))


def _check(issuer: str) -> "Check":
    from sqlrag.doors.http.issuers import download_keys
    from sqlrag.rag.doctor import Check

    try:
        keys = download_keys(issuer)
    except IssuerAway as error:
        return Check("issuer of tokens", "fail", str(error), _REACH)
    by = ", ".join(dict.fromkeys(one for key in keys for one in key.algorithms))
    return Check("issuer of tokens", "ok", f"{issuer}, keys for {by}", "")
