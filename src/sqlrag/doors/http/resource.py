"""Tells clients whose tokens are taken here: as RFC 9728 has it, which clients of MCP read."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request

from sqlrag.domain.errors import InvalidToken, Unauthorized
from sqlrag.doors.http.claims import split
from sqlrag.settings import TokenSettings

RESOURCE = "resource"  # of the state of an application
RESOURCE_PATH = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Resource:
    """This server as clients of an identity provider know it: by the URL that it is told to have,
    or else by the one that they call."""

    issuers: list[str]
    scopes: list[str]
    url: str

    @classmethod
    def of(cls, settings: TokenSettings) -> "Resource | None":
        """None where no tokens are taken."""
        scopes, url = settings.oidc_scopes.split(), settings.oidc_resource.rstrip("/")
        issuers = split(settings.oidc_issuer)
        return cls(issuers, scopes, url) if issuers else None

    def describe(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        """Of the server, or of that address of it that is asked about."""
        path = _read_path(request).removeprefix(RESOURCE_PATH).rstrip("/")
        told: dict[str, Any] = {
            "resource": self.locate(request) + path,
            "resource_name": "sqlrag",
            "authorization_servers": self.issuers,
            "bearer_methods_supported": ["header"],
        }
        return told | ({"scopes_supported": self.scopes} if self.scopes else {})

    def locate(self, request: Request[Any, Any, Any]) -> str:
        return self.url or str(request.base_url).rstrip("/")


def challenge(request: Request[Any, Any, Any], error: Unauthorized) -> str:
    """What WWW-Authenticate says: that a token is no good, and where to read who issues others."""
    said = ['Bearer realm="sqlrag"']
    if isinstance(error, InvalidToken):
        said.append('error="invalid_token"')
    resource: Resource | None = request.app.state.get(RESOURCE)
    if resource:
        path = path if (path := _read_path(request)).endswith("/mcp") else ""
        said.append(f'resource_metadata="{resource.locate(request)}{RESOURCE_PATH}{path}"')
    return ", ".join(said)


def _read_path(request: Request[Any, Any, Any]) -> str:
    """As it goes into a URL and a header, whatever is in it."""
    return quote(request.scope["path"])
