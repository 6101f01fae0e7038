"""The page at /docs: one file of our own, so that it needs no other server and no network."""

import hashlib
import re
from base64 import b64encode
from importlib.resources import files
from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

_PAGE = (files("sqlrag.doors.http") / "page.html").read_bytes()


class Page(OpenAPIRenderPlugin):
    """Lists every operation of openapi.json, and tries it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return _PAGE


def _hash(tag: str) -> str:
    (text,) = re.findall(f"<{tag}>(.*)</{tag}>".encode(), _PAGE, re.DOTALL)
    return f"'sha256-{b64encode(hashlib.sha256(text).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_hash('script')}; style-src {_hash('style')}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
).encode()
