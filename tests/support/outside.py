"""Certificates are kept from tests, but for commands that ask a registry of packages.

Tests ask servers of their own, without TLS, and each client would read all certificates: 20 ms.
Workers of a run have the environment of who started them, so what was found stays in it.
"""

import os
from pathlib import Path

_NONE = str(Path(__file__).parent)
_NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_KEPT = "OUTSIDE_"


def hide_certificates() -> None:
    for name in _NAMES:
        found = os.environ.pop(name, _NONE)
        if found != _NONE:
            os.environ[_KEPT + name] = found
    os.environ["SSL_CERT_DIR"] = _NONE


def outside() -> dict[str, str]:
    """The environment of a command that goes out."""
    ours = {name: value for name, value in os.environ.items() if name not in _NAMES}
    kept = {name: ours.pop(_KEPT + name, None) for name in _NAMES}
    return {**ours, **{name: value for name, value in kept.items() if value}}
