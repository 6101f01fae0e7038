"""Tells clients whose tokens are taken here: as RFC 9728 has it, which clients of MCP read."""

from dataclasses import dataclass
from typing import Any

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

    def describe(self, request: Request[Any, Any, Any], path: str) -> dict[str, Any]:
        """Of what is at a path, which begins with a slash or is ''."""
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
        path = request.url.path if request.url.path.endswith("/mcp") else ""
        said.append(f'resource_metadata="{resource.locate(request)}{RESOURCE_PATH}{path}"')
    return ", ".join(said)
