"""Tools for models, by the Model Context Protocol: most are derived from operations.

The package that speaks the protocol is an extra, and takes a second to import: `server` alone
imports it.
"""

from importlib import import_module
from typing import Any

from sqlrag.domain.errors import NotFound

_MISSING = (
    "The Model Context Protocol is not spoken here: what speaks it is not installed; "
    "pip install 'sqlrag-postgres[mcp]'."
)


def load_server() -> Any:
    """The module `server`. Raises NotFound where the extra is not installed."""
    try:
        return import_module("sqlrag.doors.mcp.server")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise NotFound(_MISSING) from error
